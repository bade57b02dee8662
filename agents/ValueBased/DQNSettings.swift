import Configuration
import NeuralNetworks
import TensorCore

/// Settings of ``DQN``; the defaults are those of Stable-Baselines3 if it has the setting.
public struct DQNSettings: AgentSettings {
    /// The agent's name in messages.
    public var agent = "dqn"

    /// What a network predicts of a return.
    public enum Distribution: String, SettingChoice {
        /// Its expectation.
        case none
        /// ``CategoricalReturns``.
        case categorical
        /// ``QuantileReturns``.
        case quantile
    }

    /// The loss of the difference between value and target.
    public enum Loss: String, SettingChoice {
        case huber, squared
    }

    /// The network; `auto` chooses it by the observation space.
    @Setting("network architecture; auto: chosen by observation space") public var network = NetworkName.auto
    /// Units of each hidden layer of `mlp`; the other networks have fixed sizes.
    @Setting(1...8192, "hidden layer sizes of the mlp network") public var hiddenSizes = [64, 64]
    @Setting("activation function of the mlp network") public var activation = MultilayerPerceptron.Activation.relu
    @Setting([.adam, .rmsprop, .centredRMSprop, .sgd], "optimiser") public var optimizer = OptimizerName.adam
    /// Whether ε is inside the square root, as in Mnih et al. (2015); in PyTorch it is outside.
    @Setting("RMSProp's ε inside the square root, not outside") public var epsilonInside = true
    /// How much of the mean square an update keeps; Mnih et al. (2015) have 0.95.
    @Setting(0...0.999999, "RMSProp's decay of its moving averages") public var rmspropDecay = 0.95
    /// The constant that keeps the denominator from 0; Mnih et al. (2015) have 0.01.
    @Setting(0...1, "RMSProp's ε") public var rmspropEpsilon = 0.01
    /// The constant that Adam adds to the root of the second moment.
    @Setting(0...1, "Adam's ε") public var adamEpsilon = 1e-8
    /// α at the start.
    @Setting(0...1, "learning rate at the start", search: "1e-5..1e-2 log") public var learningRate = 1e-4
    /// α from ``learningRateSteps`` on.
    @Setting(0...1, "learning rate at the end of its schedule") public var finalLearningRate = 0.0
    /// Steps over which α moves to its final value; 0 keeps it at ``learningRate``.
    @Setting(0...1_000_000_000, "steps over which the learning rate changes; 0: constant")
    public var learningRateSteps = 0
    /// Transitions per minibatch.
    @Setting(1...65_536, "batch size", search: "32 | 64 | 128") public var batchSize = 32
    @Setting(1...100_000_000, "replay buffer capacity") public var replayCapacity = 100_000
    @Setting(0...1_000_000_000, "random steps before learning starts") public var learningStart = 100
    /// Steps between rounds of updates, counted from the first step; rounds before learning starts are skipped.
    @Setting(1...1_000_000, "steps between rounds of updates", search: "1 | 2 | 4 | 8 | 16") public var trainEvery = 4
    /// Updates per round; −1 means as many as steps were played.
    @Setting(-1...1_000_000, "updates per round; -1: one per step") public var updatesPerRound = 1
    @Setting(1...1_000_000_000, "steps between target network updates", search: "100..10000 log") public
        var targetEvery = 10_000
    /// τ: each update moves the target network this part of the way; 1 copies the network.
    @Setting(0...1, "target update rate τ; 1: copy") public var targetRate = 1.0
    /// Whether the network chooses the action that the target network evaluates (van Hasselt et al. 2016).
    @Setting("double DQN") public var double = false
    /// Whether the network has separate streams for the state's value and the actions' advantages (Wang et al. 2016).
    @Setting("dueling network") public var dueling = false
    /// n: how many steps of reward a target adds up before it bootstraps.
    @Setting(1...1000, "steps of n-step returns") public var nStep = 1
    /// Whether transitions with larger errors are replayed more often (Schaul et al. 2016).
    @Setting("prioritised experience replay") public var prioritized = false
    /// The exponent α of priorities: 0 replays uniformly.
    @Setting(0...1, "prioritisation exponent α; 0: uniform") public var priorityExponent = 0.6
    /// The initial exponent β of importance weights.
    @Setting(0...1, "initial importance-sampling exponent β") public var importanceExponent = 0.4
    /// Steps over which β rises to 1.
    @Setting(0...1_000_000_000, "steps over which β rises to 1") public var importanceSteps = 1_000_000
    /// Whether the agent explores by noise in the weights (Fortunato et al. 2018).
    @Setting("noisy networks instead of ε-greedy exploration") public var noisy = false
    /// σ₀, the initial scale of that noise.
    @Setting(0...10, "initial noise scale σ₀ of noisy networks") public var noiseDeviation = 0.5
    /// Whether the network predicts the distribution of a return, not only its mean.
    @Setting("learned return distribution; none: only its mean") public var distribution = Distribution.none
    /// The number of values of `categorical`, or of quantiles.
    @Setting(2...1000, "atoms of the categorical distribution, or quantiles") public var atoms = 51
    /// The smallest value of `categorical`.
    @Setting(-1e6...1e6, "lowest atom of the categorical distribution") public var minimumValue = -10.0
    /// The largest value of `categorical`.
    @Setting(-1e6...1e6, "highest atom of the categorical distribution") public var maximumValue = 10.0
    @Setting(0...1, "discount factor γ", search: "0.9 | 0.95 | 0.98 | 0.99 | 0.995 | 0.999") public var discount = 0.99
    /// The factor applied to rewards in targets; values are those of scaled rewards.
    @Setting(1e-6...1e6, "reward scaling factor") public var rewardScale = 1.0
    /// Whether rewards are clipped to −1…1 (Mnih et al. 2015).
    @Setting("clip rewards to [-1, 1]") public var rewardClipping = false
    /// Steps before ε starts to decay.
    @Setting(0...1_000_000_000, "steps before exploration starts to decay") public var explorationDelay = 0
    /// ε at the start.
    @Setting(0...1, "exploration rate ε at the start") public var explorationStart = 1.0
    /// ε at the end.
    @Setting(0...1, "exploration rate ε at the end") public var explorationEnd = 0.05
    /// Steps over which ε decays, after ``explorationDelay``.
    @Setting(0...1_000_000_000, "steps over which exploration decays", search: "1000..100000 log") public
        var explorationSteps = 10_000
    @Setting("loss function") public var lossFunction = Loss.huber
    /// The maximum joint norm of the gradients.
    @Setting(0...1e9, "maximum gradient norm; 0: no clipping") public var gradientClipping = 10.0

    public init() {}

    public func makeAgent(for environment: EnvironmentDescription, seed: UInt64) throws -> any Learner {
        try DQN(self, environment: environment, seed: seed)
    }
}
