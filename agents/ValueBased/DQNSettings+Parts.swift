import NeuralNetworks
import Random
import TensorCore

/// The parts of the agent that its settings choose.
extension DQNSettings {
    func makeOptimizer() -> any Optimizer {
        switch optimizer {
        case .adam: Adam(learningRate: learningRate, epsilon: adamEpsilon)
        case .rmsprop, .centredRMSprop:
            RMSProp(
                learningRate: learningRate, decay: rmspropDecay, epsilon: rmspropEpsilon,
                centred: optimizer == .centredRMSprop,
                epsilonInside: epsilonInside)
        case .radam, .adagrad, .sgd: optimizer.make(learningRate: learningRate)
        }
    }

    func makeReturns() -> any ReturnDistribution {
        switch distribution {
        case .none:
            switch lossFunction {
            case .huber: ExpectedReturns { huberLoss($0, $1) }
            case .squared: ExpectedReturns { squaredError($0, $1) }
            }
        case .categorical: CategoricalReturns(atoms: atoms, range: minimumValue...maximumValue)
        case .quantile: QuantileReturns(atoms: atoms)
        }
    }

    func makeNetwork(
        _ design: NetworkDesign, _ actionCount: Int, _ returns: any ReturnDistribution, random: inout RandomStream
    ) -> any Layer {
        guard dueling || noisy else { return design.make(outputs: actionCount * returns.atoms, random: &random) }
        return ValueStreams(
            design, actionCount: actionCount, atoms: returns.atoms, isDueling: dueling,
            noise: noisy ? noiseDeviation : nil, random: &random)
    }

    func makeReplay(for environment: EnvironmentDescription) -> ReplayBuffer {
        ReplayBuffer(
            capacity: replayCapacity, width: environment.observationSpace.count, type: environment.elementType,
            stackedFrames: environment.stackedFrames, environments: environment.count,
            actionSpace: environment.actionSpace,
            returns: ReplayReturns(steps: nStep, discount: discount, clipsRewards: rewardClipping),
            priorities: prioritized
                ? Priorities(capacity: replayCapacity, exponent: priorityExponent, batchSize: batchSize) : nil)
    }

    /// The schedules of ε and β, and that of the learning rate if it changes.
    var schedules: (exploration: LinearSchedule, importance: LinearSchedule, learningRate: LinearSchedule?) {
        (
            LinearSchedule(from: explorationStart, to: explorationEnd, over: explorationSteps),
            LinearSchedule(from: importanceExponent, to: 1, over: importanceSteps),
            learningRateSteps == 0
                ? nil : LinearSchedule(from: learningRate, to: finalLearningRate, over: learningRateSteps)
        )
    }

    /// Rejects settings that contradict each other.
    ///
    /// - Throws: ``AgentError/setting(agent:name:value:allowed:)``.
    func check(_ design: NetworkDesign) throws(AgentError) {
        func require(_ holds: Bool, _ name: String, _ value: Any, _ allowed: String) throws(AgentError) {
            if !holds { throw .setting(agent: agent, name: name, value: "\(value)", allowed: allowed) }
        }
        try require(
            batchSize <= replayCapacity, "batchSize", batchSize, "1...\(replayCapacity), at most replayCapacity")
        try require(
            explorationEnd <= explorationStart, "explorationEnd", explorationEnd,
            "0...\(explorationStart), at most explorationStart")
        try require(
            distribution != .categorical || minimumValue < maximumValue, "minimumValue", minimumValue,
            "less than maximumValue, which is \(maximumValue)")
        try require(
            distribution == .none || lossFunction == .huber, "lossFunction", lossFunction,
            "huber if distribution is \(distribution), which has a loss of its own")
        try require(
            !(dueling || noisy) || !design.hiddenSizes.isEmpty, "hiddenSizes", "[]",
            "at least one size with dueling or noisy, which follow a hidden layer")
        try require(
            nStep <= replayCapacity, "nStep", nStep, "1...\(replayCapacity), at most replayCapacity")
    }

    /// All parts of Rainbow (Hessel et al. 2018), with the settings that the paper found best, except for the learning
    /// rate and the sizes of replay, which suit problems of minutes rather than days.
    public static var rainbow: DQNSettings {
        var settings = DQNSettings()
        settings.agent = "rainbow"
        (settings.double, settings.dueling, settings.prioritized, settings.noisy) = (true, true, true, true)
        (settings.nStep, settings.distribution, settings.priorityExponent) = (3, .categorical, 0.5)
        settings.adamEpsilon = 1.5e-4
        return settings
    }
}
