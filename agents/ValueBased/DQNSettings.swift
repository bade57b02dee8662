import Configuration
import NeuralNetworks
import TensorCore

/// Settings of ``DQN``; the defaults are those of Stable-Baselines3 where it has one.
public struct DQNSettings: AgentSettings {
    /// The name that the agent has with these settings, in messages.
    public var agent = "dqn"

    /// What a network says of a return.
    public enum Distribution: String, SettingChoice {
        /// Its expectation.
        case none
        /// ``CategoricalReturns``.
        case categorical
        /// ``QuantileReturns``.
        case quantile
    }

    /// How a difference between value and target counts.
    public enum Loss: String, SettingChoice {
        case huber, squared
    }

    /// Which network; `auto` goes by the space of observations.
    @Setting("network architecture; auto: chosen by observation space") public var network = NetworkName.auto
    /// Units of each hidden layer of `mlp`; the other networks have their own.
    @Setting(1...8192, "hidden layer sizes of the mlp network") public var hiddenSizes = [64, 64]
    /// The function between the layers of the network `mlp`.
    @Setting("activation function of the mlp network") public var activation = MultilayerPerceptron.Activation.relu
    /// Which optimiser.
    @Setting([.adam, .rmsprop, .centredRMSprop, .sgd], "optimiser") public var optimizer = OptimizerName.adam
    /// Whether ε is inside the root, as in Mnih et al. (2015); PyTorch has it outside.
    @Setting("RMSProp's ε inside the square root, not outside") public var epsilonInside = true
    /// What Adam adds to the root of the second moment.
    @Setting(0...1, "Adam's ε") public var adamEpsilon = 1e-8
    /// α at the start.
    @Setting(0...1, "learning rate at the start") public var learningRate = 1e-4
    /// α from ``learningRateSteps`` on.
    @Setting(0...1, "learning rate at the end of its schedule") public var finalLearningRate = 0.0
    /// Steps over which α moves to its final value; 0 keeps it at ``learningRate``.
    @Setting(0...1_000_000_000, "steps over which the learning rate changes; 0: constant")
    public var learningRateSteps = 0
    /// Transitions in a batch.
    @Setting(1...65_536, "batch size") public var batchSize = 32
    /// Transitions kept.
    @Setting(1...100_000_000, "replay buffer capacity") public var replayCapacity = 100_000
    /// Steps played at random before the first update.
    @Setting(0...1_000_000_000, "random steps before learning starts") public var learningStart = 100
    /// Steps between rounds of updates, counted from the first step; rounds before learning starts are left out.
    @Setting(1...1_000_000, "steps between rounds of updates") public var trainEvery = 4
    /// Updates in a round; −1 means as many as steps were played.
    @Setting(-1...1_000_000, "updates per round; -1: one per step") public var updatesPerRound = 1
    /// Steps between updates of the target network.
    @Setting(1...1_000_000_000, "steps between target network updates") public var targetEvery = 10_000
    /// τ: less than 1 moves the target network that part of the way.
    @Setting(0...1, "target update rate τ; 1: copy") public var targetRate = 1.0
    /// Whether the network chooses the action whose value the target network tells (van Hasselt et al. 2016).
    @Setting("double DQN") public var double = false
    /// Whether a state's value and the actions' advantages have streams of their own (Wang et al. 2016).
    @Setting("dueling network") public var dueling = false
    /// n: how many steps a target looks ahead before it asks the target network.
    @Setting(1...1000, "steps of n-step returns") public var nStep = 1
    /// Whether a transition is replayed the more often the larger its error was (Schaul et al. 2016).
    @Setting("prioritised experience replay") public var prioritized = false
    /// The exponent α of priorities: 0 replays uniformly.
    @Setting(0...1, "prioritisation exponent α; 0: uniform") public var priorityExponent = 0.6
    /// The exponent β of importance weights at first.
    @Setting(0...1, "initial importance-sampling exponent β") public var importanceExponent = 0.4
    /// Steps over which β rises to 1.
    @Setting(0...1_000_000_000, "steps over which β rises to 1") public var importanceSteps = 1_000_000
    /// Whether noise in the weights explores (Fortunato et al. 2018).
    @Setting("noisy networks instead of ε-greedy exploration") public var noisy = false
    /// σ₀ of that noise.
    @Setting(0...10, "initial noise scale σ₀ of noisy networks") public var noiseDeviation = 0.5
    /// Whether the network says more of a return than its expectation.
    @Setting("learned return distribution; none: only its mean") public var distribution = Distribution.none
    /// Values of `categorical`, or quantiles.
    @Setting(2...1000, "atoms of the categorical distribution, or quantiles") public var atoms = 51
    /// The least value of `categorical`.
    @Setting(-1e6...1e6, "lowest atom of the categorical distribution") public var minimumValue = -10.0
    /// The largest value of `categorical`.
    @Setting(-1e6...1e6, "highest atom of the categorical distribution") public var maximumValue = 10.0
    @Setting(0...1, "discount factor γ") public var discount = 0.99
    /// The factor on rewards in targets: values are those of rewards so scaled.
    @Setting(1e-6...1e6, "reward scaling factor") public var rewardScale = 1.0
    /// Whether a reward counts as −1…1 at most (Mnih et al. 2015).
    @Setting("clip rewards to [-1, 1]") public var rewardClipping = false
    /// Steps before ε begins to fall.
    @Setting(0...1_000_000_000, "steps before exploration starts to decay") public var explorationDelay = 0
    /// ε at the start.
    @Setting(0...1, "exploration rate ε at the start") public var explorationStart = 1.0
    /// ε at the end.
    @Setting(0...1, "exploration rate ε at the end") public var explorationEnd = 0.05
    /// Steps over which ε falls, from ``explorationDelay`` on.
    @Setting(0...1_000_000_000, "steps over which exploration decays") public var explorationSteps = 10_000
    /// The loss.
    @Setting("loss function") public var lossFunction = Loss.huber
    /// The largest joint norm of the gradients.
    @Setting(0...1e9, "maximum gradient norm; 0: no clipping") public var gradientClipping = 10.0

    public init() {}

    public func makeAgent(for environment: EnvironmentDescription, seed: UInt64) throws -> any Learner {
        try DQN(self, environment: environment, seed: seed)
    }
}
