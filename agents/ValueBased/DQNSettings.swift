import Configuration
import NeuralNetworks
import TensorCore

/// Settings of ``DQN``; the defaults are those of Stable-Baselines3 where it has one.
public struct DQNSettings: Configurable, Sendable {
    /// The name that the agent has with these settings, in messages.
    public var agent = "dqn"

    /// What a network says of a return.
    public enum Distribution: String, Sendable, CaseIterable {
        /// Its expectation.
        case none
        /// ``CategoricalReturns``.
        case categorical
        /// ``QuantileReturns``.
        case quantile
    }

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
    /// What Adam adds to the root.
    public var adamEpsilon = 1e-8
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
    /// Whether the network tells a state's value and the actions' advantages apart (Wang et al. 2016).
    public var dueling = false
    /// n: how many steps a target looks ahead before it asks the target network.
    public var nStep = 1
    /// Whether transitions are replayed the more often the larger their error was (Schaul et al. 2016).
    public var prioritized = false
    /// The exponent α of priorities: 0 replays uniformly.
    public var priorityExponent = 0.6
    /// The exponent β of importance weights at first.
    public var importanceExponent = 0.4
    /// Steps over which β rises to 1.
    public var importanceSteps = 1_000_000
    /// Whether noise in the weights explores (Fortunato et al. 2018), not ε.
    public var noisy = false
    /// σ₀ of that noise.
    public var noiseDeviation = 0.5
    /// Whether the network says more of a return than its expectation.
    public var distribution = Distribution.none
    /// Values of `categorical`, or quantiles.
    public var atoms = 51
    /// The least value of `categorical`.
    public var minimumValue = -10.0
    /// The largest value of `categorical`.
    public var maximumValue = 10.0
    /// γ.
    public var discount = 0.99
    /// The factor on rewards in targets: values are those of rewards so scaled.
    public var rewardScale = 1.0
    /// Whether a reward counts as −1…1 at most (Mnih et al. 2015).
    public var rewardClipping = false
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
}
