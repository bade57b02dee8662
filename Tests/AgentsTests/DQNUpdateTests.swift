import Environments
import NeuralNetworks
import Random
import TensorCore
import Testing

@testable import Agents

/// One update of deep Q-learning against PyTorch, and by hand through the whole agent.
@Suite struct DQNUpdateTests {
    private struct File: Decodable {
        struct Case: Decodable {
            var loss, optimizer: String
            var learningRate, clipping, discount: Double
            var losses, means: [Double]
            var network: [Golden.Array]
        }

        var sizes: [Int]
        var network, target: [Golden.Array]
        var observations, nextObservations, rewards, continues: [Double]
        var actions: [Int32]
        var cases: [Case]
    }

    private static let file: File = Golden.load("dqn.json")

    @Test(arguments: file.cases.indices)
    func threeUpdatesAreTorchs(index: Int) throws {
        let (file, expected) = (Self.file, Self.file.cases[index])
        var settings = DQNSettings()
        settings.hiddenSizes = Array(file.sizes.dropFirst().dropLast())
        settings.batchSize = file.actions.count
        settings.lossFunction = .init(rawValue: expected.loss)!
        settings.optimizer = .init(rawValue: expected.optimizer)!
        settings.learningRate = expected.learningRate
        settings.gradientClipping = expected.clipping
        settings.discount = expected.discount
        var random = RandomStream(seed: 0)
        let network = MultilayerPerceptron(file.sizes, random: &random)
        let target = MultilayerPerceptron(file.sizes, random: &random)
        Golden.set(network.parameters, to: file.network)
        Golden.set(target.parameters, to: file.target)
        let update = DQN.Update(
            network: network, target: target, optimizer: settings.makeOptimizer(), settings: settings,
            returns: settings.makeReturns(), actionCount: file.sizes.last!)
        let plan = try DQN.learningProgram(update, rows: .float32(settings.batchSize, file.sizes[0])).plan()
        _ = plan.input(0).update(fromContentsOf: file.observations.map { Float($0) })
        _ = plan.integerInput(1).update(fromContentsOf: file.actions)
        _ = plan.input(2).update(fromContentsOf: file.rewards.map { Float($0) })
        _ = plan.input(3).update(fromContentsOf: file.nextObservations.map { Float($0) })
        _ = plan.input(4).update(fromContentsOf: file.continues.map { Float($0) })
        for (loss, mean) in zip(expected.losses, expected.means) {
            plan.run()
            #expect(abs(Double(plan.output(0)[0]) - loss) < 1e-5 * max(1, loss))
            #expect(abs(Double(plan.output(1)[0]) - mean) < 1e-5)
        }
        for (variable, array) in zip(network.parameters.variables, expected.network) {
            #expect(Golden.difference(variable.values, array.values) < 2e-5, "\(variable.name)")
        }
        for (variable, array) in zip(target.parameters.variables, file.target) {
            #expect(variable.values == array.values.map { Float($0) }, "the target network has no gradient")
        }
    }

    /// A linear network with a different target, and a replay buffer of one transition: Q(s, a) = w[a] · s + b[a].
    private static func linearAgent(_ change: (inout DQNSettings) -> Void = { _ in }) throws -> DQN {
        var settings = DQNSettings()
        settings.hiddenSizes = []
        settings.optimizer = .sgd
        settings.learningRate = 0.1
        settings.batchSize = 5
        settings.replayCapacity = 5
        settings.learningStart = 0
        settings.trainEvery = 1
        settings.discount = 0.9
        settings.lossFunction = .squared
        settings.gradientClipping = 0
        change(&settings)
        let agent = try DQN(settings, environment: .vector(2, actions: 2), seed: 1)
        agent.variables["network.layers.0.weight"].set([0.5, -1, 2, 0.25])
        agent.variables["network.layers.0.bias"].set([0.1, -0.2])
        agent.variables["target.layers.0.weight"].set([1, 1, -1, 3])
        agent.variables["target.layers.0.bias"].set([0.5, 0])
        return agent
    }

    private static let step = PlayedStep<Float>(observation: [2, 1], action: 1, reward: 0.5, next: [1, 2])

    /// Q(s, 1) = 2·2 + 0.25·1 − 0.2 = 4.05; the target network gives max(3.5, 5) = 5 for the next state.
    @Test(arguments: [(false, false), (false, true), (true, false), (true, true)])
    func bootstrapsUnlessTerminated(terminated: Bool, truncated: Bool) throws {
        let agent = try Self.linearAgent()
        var step = Self.step
        (step.terminated, step.truncated) = (terminated, truncated)
        try agent.learn(step)
        let target: Float = terminated ? 0.5 : 0.5 + 0.9 * 5
        let slope = 2 * (4.05 - target)
        let weight = agent.variables["network.layers.0.weight"].values
        let bias = agent.variables["network.layers.0.bias"].values
        let expected: [Float] = [0.5, -1, 2 - 0.1 * slope * 2, 0.25 - 0.1 * slope * 1]
        #expect(zip(weight, expected).allSatisfy { abs($0 - $1) < 1e-5 }, "\(weight), expected \(expected)")
        #expect(abs(bias[0] - 0.1) < 1e-6 && abs(bias[1] - (-0.2 - 0.1 * slope)) < 1e-5)
        #expect(abs(agent.metric("loss")! - Double((4.05 - target) * (4.05 - target))) < 1e-4)
        #expect(abs(agent.metric("actionValue")! - 4.05) < 1e-5)
        #expect(agent.updates == 1)
    }

    /// For (3, 0) the network gives 1.6 and 5.8, its target 3.5 and −3: with `double` the second counts, otherwise the
    /// larger.
    @Test(arguments: [false, true]) func doubleLetsTheNetworkChoose(double: Bool) throws {
        let agent = try Self.linearAgent { $0.double = double }
        var step = Self.step
        step.next = [3, 0]
        try agent.learn(step)
        let difference = 4.05 - (0.5 + 0.9 * (double ? -3 : 3.5))
        #expect(abs(agent.metric("loss")! - difference * difference) < 1e-4)
        let (bias, target) = (agent.variables["network.layers.0.bias"], agent.variables["target.layers.0.bias"])
        #expect(bias.values[0] == 0.1, "choosing has no gradient")
        #expect(target.values == [0.5, 0])
    }

    /// The position of ε, ε and the decay follow the settings: steps of a bias by a constant gradient, against the
    /// formula.
    @Test(arguments: [false, true], [(0.95, 0.01), (0.8, 0.5)])
    func epsilonIsWithinTheRootOrBehindIt(isInside: Bool, constants: (decay: Double, epsilon: Double)) throws {
        let agent = try Self.linearAgent {
            ($0.optimizer, $0.epsilonInside, $0.discount) = (.centredRMSprop, isInside, 0)
            // The first pair are the defaults.
            if constants.decay != 0.95 { ($0.rmspropDecay, $0.rmspropEpsilon) = constants }
        }
        let gradient = 2 * (4.05 - 0.5)
        try agent.learn(Self.step)
        let (share, epsilon) = (1 - constants.decay, constants.epsilon)
        let variance = share * gradient * gradient - share * share * gradient * gradient
        let deviation = isInside ? (variance + epsilon).squareRoot() : variance.squareRoot() + epsilon
        let bias = Double(agent.variables["network.layers.0.bias"].values[1])
        #expect(abs(bias - (-0.2 - 0.1 * gradient / deviation)) < 1e-5)
    }

    /// Rewards are scaled, the bootstrap is not: the target network's values are already those of scaled rewards.
    @Test func scalesRewardsOnly() throws {
        let agent = try Self.linearAgent { $0.rewardScale = 0.25 }
        try agent.learn(Self.step)
        let difference = 4.05 - (0.25 * 0.5 + 0.9 * 5)
        #expect(abs(agent.metric("loss")! - difference * difference) < 1e-4)
    }

    /// The gradient of Huber's loss is at most 1, whatever the difference.
    @Test func huberLimitsTheSlope() throws {
        let agent = try Self.linearAgent { $0.lossFunction = .huber }
        var step = Self.step
        step.reward = -1000
        try agent.learn(step)
        let bias = agent.variables["network.layers.0.bias"].values
        #expect(abs(bias[1] - (-0.2 - 0.1)) < 1e-5)
    }

    /// Clipped to a joint norm of 1, the gradient (4, 2, 2)·d of one row has the direction of (2, 1, 1).
    @Test func clipsTheJointNorm() throws {
        let agent = try Self.linearAgent { $0.gradientClipping = 1 }
        var step = Self.step
        (step.reward, step.terminated) = (-1000, true)
        try agent.learn(step)
        let weight = agent.variables["network.layers.0.weight"].values
        let bias = agent.variables["network.layers.0.bias"].values
        let unit = Float(0.1 / 6.0.squareRoot())
        let moves = [2 - weight[2], 0.25 - weight[3], -0.2 - bias[1]]
        #expect(zip(moves, [2 * unit, unit, unit]).allSatisfy { abs($0 - $1) < 1e-5 }, "\(moves)")
    }

    /// α is the schedule's at the update's step: without a bootstrap, a bias moves by α · 2 (r − q).
    @Test func learningRateFollowsItsSchedule() throws {
        let agent = try Self.linearAgent {
            $0.discount = 0
            $0.finalLearningRate = 0.02
            $0.learningRateSteps = 8
        }
        let schedule = LinearSchedule(from: 0.1, to: 0.02, over: 8)
        let step = PlayedStep<Float>(observation: [0, 0], action: 0, reward: 3, next: [0, 0])
        for count in 1...12 {
            let before = agent.variables["network.layers.0.bias"].values[0]
            try agent.learn(step)
            let after = agent.variables["network.layers.0.bias"].values[0]
            let rate = (after - before) / (2 * (3 - before))
            #expect(abs(Double(rate) - schedule.value(at: count)) < 1e-5, "step \(count)")
        }
    }
}
