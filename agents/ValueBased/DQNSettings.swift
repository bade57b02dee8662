import Configuration
import NeuralNetworks
import TensorCore

/// Settings of ``DQN``; the defaults are those of Stable-Baselines3 where it has one.
public struct DQNSettings: Configurable, Sendable {
    /// How a difference between value and target counts.
    public enum Loss: String, Sendable, CaseIterable {
        case huber, squared
    }

    /// Which optimiser makes the updates.
    public enum OptimizerName: String, Sendable, CaseIterable {
        case adam, rmsprop, centredRMSprop, sgd
    }

    /// Which network; `auto` goes by the space of observations.
    public var network = NetworkName.auto
    /// Units of each hidden layer of the network `mlp`; the others have their own.
    public var hiddenSizes = [64, 64]
    /// The function between the layers of the network `mlp`.
    public var activation = MultilayerPerceptron.Activation.relu
    /// Which optimiser.
    public var optimizer = OptimizerName.adam
    /// Whether RMSProp's ε is within the root (Mnih et al. 2015), or behind it (PyTorch).
    public var epsilonInside = true
    /// α at the start.
    public var learningRate = 1e-4
    /// α from ``learningRateSteps`` on.
    public var finalLearningRate = 0.0
    /// Steps over which α moves to its final value; 0 keeps it at ``learningRate``.
    public var learningRateSteps = 0
    /// Transitions in a batch.
    public var batchSize = 32
    /// Transitions kept.
    public var replayCapacity = 100_000
    /// Steps played at random before the first update.
    public var learningStart = 100
    /// Steps between rounds of updates, counted from the first step; rounds before learning starts are left out.
    public var trainEvery = 4
    /// Updates in a round; −1 means as many as steps were played.
    public var updatesPerRound = 1
    /// Steps between updates of the target network.
    public var targetEvery = 10_000
    /// τ: 1 copies the network, less moves the target that part of the way.
    public var targetRate = 1.0
    /// Whether the network chooses the action whose value the target network tells (van Hasselt et al. 2016).
    public var double = false
    /// γ.
    public var discount = 0.99
    /// The factor on rewards in targets: values are those of rewards so scaled.
    public var rewardScale = 1.0
    /// Steps before ε begins to fall.
    public var explorationDelay = 0
    /// ε at the start.
    public var explorationStart = 1.0
    /// ε at the end.
    public var explorationEnd = 0.05
    /// Steps over which ε falls, from ``explorationDelay`` on.
    public var explorationSteps = 10_000
    /// The loss.
    public var lossFunction = Loss.huber
    /// The largest joint norm of the gradients; 0 leaves them as they are.
    public var gradientClipping = 10.0

    /// The defaults.
    public init() {}

    /// The settings by name.
    public static let settings: [Setting<DQNSettings>] = [
        Setting("network", \.network, "which network sees the observations"),
        Setting("hiddenSizes", \.hiddenSizes, 1...8192, "units of each hidden layer of mlp"),
        Setting("activation", \.activation, "function between the layers of mlp"),
        Setting("optimizer", \.optimizer, "which optimiser"),
        Setting("epsilonInside", \.epsilonInside, "RMSProp's ε within the root, not behind it"),
        Setting("learningRate", \.learningRate, 0...1, "step size of the optimiser at the start"),
        Setting("finalLearningRate", \.finalLearningRate, 0...1, "step size from learningRateSteps on"),
        Setting("learningRateSteps", \.learningRateSteps, 0...1_000_000_000, "steps over which it moves; 0: never"),
        Setting("batchSize", \.batchSize, 1...65_536, "transitions in a batch"),
        Setting("replayCapacity", \.replayCapacity, 1...100_000_000, "transitions kept for replay"),
        Setting("learningStart", \.learningStart, 0...1_000_000_000, "steps played at random before learning"),
        Setting("trainEvery", \.trainEvery, 1...1_000_000, "steps between rounds of updates"),
        Setting("updatesPerRound", \.updatesPerRound, -1...1_000_000, "updates in a round; -1: as many as steps"),
        Setting("targetEvery", \.targetEvery, 1...1_000_000_000, "steps between updates of the target network"),
        Setting("targetRate", \.targetRate, 0...1, "1 copies the network, less moves the target part of the way"),
        Setting("double", \.double, "the network chooses the action whose value its target tells"),
        Setting("discount", \.discount, 0...1, "weight of a reward one step later"),
        Setting("rewardScale", \.rewardScale, 1e-6...1e6, "factor on rewards: values are those of rewards so scaled"),
        Setting("explorationDelay", \.explorationDelay, 0...1_000_000_000, "steps before random actions get fewer"),
        Setting("explorationStart", \.explorationStart, 0...1, "share of random actions at the start"),
        Setting("explorationEnd", \.explorationEnd, 0...1, "share of random actions at the end"),
        Setting("explorationSteps", \.explorationSteps, 0...1_000_000_000, "steps over which that share falls"),
        Setting("lossFunction", \.lossFunction, "how a difference from the target counts"),
        Setting("gradientClipping", \.gradientClipping, 0...1e9, "largest joint norm of the gradients; 0: none"),
    ]

    func makeOptimizer() -> any Optimizer {
        switch optimizer {
        case .adam: Adam(learningRate: learningRate)
        case .rmsprop, .centredRMSprop:
            RMSProp(
                learningRate: learningRate, decay: 0.95, epsilon: 0.01, centred: optimizer == .centredRMSprop,
                epsilonInside: epsilonInside)
        case .sgd: SGD(learningRate: learningRate)
        }
    }

    func loss(_ value: Tensor, _ target: Tensor) -> Tensor {
        switch lossFunction {
        case .huber: huberLoss(value, target)
        case .squared: squaredError(value, target)
        }
    }
}
