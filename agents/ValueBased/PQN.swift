import Configuration
import NeuralNetworks
import TensorCore

/// Parallelised Q-network (Gallici et al., "Simplifying deep temporal difference learning", 2024): Q-learning without
/// replay or targets, from windows of many environments, which layer normalisation keeps stable. The targets are
/// λ-returns of the values that the window was played by,
///
///     Gₜ = rₜ + γ ((1 − λ) maxₐ Q(sₜ₊₁, a) + λ Gₜ₊₁),    L = ½ E[(Q(sₜ, aₜ) − Gₜ)²]
///
/// where Gₜ is rₜ before a terminal state, and rₜ + γ maxₐ Q(sₜ₊₁, a) before a truncation and at the window's end. They
/// are not cut where an action explored (Peng's Q(λ)).
public final class PQN: OnPolicyLearner {
    /// - Throws: ``AgentError`` if the environment's spaces or the settings don't suit.
    public init(_ settings: PQNSettings = .init(), environment: EnvironmentDescription, seed: UInt64) throws {
        _ = try environment.actionCount(for: "pqn")
        var rule = UpdateRule(policyLoss: nil)
        (rule.epochs, rule.minibatchSize) = (settings.epochs, settings.minibatchSize)
        rule.exploration = LinearSchedule(
            from: settings.explorationStart, to: settings.explorationEnd, over: settings.explorationSteps)
        try super.init(settings.learning, agent: "pqn", rule: rule, environment: environment, seed: seed)
    }
}

/// Settings of ``PQN``; the defaults are the paper's for MinAtar, but for minibatches that suit few
/// environments.
public struct PQNSettings: AgentSettings {
    @Setting("network architecture; auto: chosen by observation space") public var network = NetworkName.auto
    @Setting(1...8192, "hidden layer sizes of the mlp network") public var hiddenSizes = [128, 128]
    @Setting("activation function of the mlp network") public var activation = MultilayerPerceptron.Activation.relu
    /// Without it, learning without targets may diverge.
    @Setting("layer normalisation in the network") public var layerNorm = true
    /// Orthogonal weights with the gain √2, and 1 in the last layer, and biases of 0, instead of PyTorch's.
    @Setting("orthogonal initial weights, and biases of 0") public var orthogonal = true
    @Setting(0...1, "discount factor γ", search: "0.9 | 0.95 | 0.98 | 0.99 | 0.995 | 0.999") public var discount = 0.99
    @Setting(0...1, "λ of the returns", search: "0..0.95") public var lambda = 0.65
    /// T, the steps of each environment between updates.
    @Setting(1...1_000_000, "steps of each environment per window", search: "8 | 16 | 32 | 64 | 128") public
        var windowSteps = 32
    @Setting(1...1_000, "passes through a window", search: "1..4") public var epochs = 2
    @Setting(1...100_000_000, "rows of a minibatch", search: "32 | 64 | 128") public var minibatchSize = 32
    @Setting(0...1, "learning rate at the start", search: "1e-5..1e-2 log") public var learningRate = 5e-4
    @Setting(-1...1, "learning rate at the end of its schedule; -1: as at the start")
    public var finalLearningRate = -1.0
    @Setting(0...1_000_000_000_000, "steps of that schedule; 0: it is constant") public var scheduleSteps = 0
    /// The maximum joint norm of all gradients.
    @Setting(0...1e9, "maximum gradient norm; 0: no clipping") public var gradientClipping = 10.0
    @Setting([.adam, .radam, .rmsprop], "optimiser") public var optimizer = OptimizerName.radam
    @Setting(0...1, "the optimiser's ε") public var optimizerEpsilon = 1e-8
    @Setting(0...1, "exploration rate ε at the start") public var explorationStart = 1.0
    @Setting(0...1, "exploration rate ε at the end") public var explorationEnd = 0.05
    @Setting(0...1_000_000_000, "steps over which exploration decays", search: "1000..100000 log") public
        var explorationSteps = 100_000
    @Setting("normalise observations by their running moments") public var normalizeObservations = false
    @Setting("normalise rewards by the running deviation of returns") public var normalizeRewards = false

    public init() {}

    public func makeAgent(for environment: EnvironmentDescription, seed: UInt64) throws -> any Learner {
        try PQN(self, environment: environment, seed: seed)
    }

    /// What it has in common with agents that learn from windows.
    fileprivate var learning: OnPolicySettings {
        var shared = OnPolicySettings()
        (shared.network.network, shared.network.hiddenSizes) = (network, hiddenSizes)
        (shared.network.activation, shared.network.layerNorm) = (activation, layerNorm)
        shared.network.orthogonal = orthogonal
        (shared.discount, shared.lambda, shared.windowSteps) = (discount, lambda, windowSteps)
        (shared.learningRate, shared.finalLearningRate) = (learningRate, finalLearningRate)
        (shared.scheduleSteps, shared.gradientClipping) = (scheduleSteps, gradientClipping)
        (shared.optimizer, shared.optimizerEpsilon) = (optimizer, optimizerEpsilon)
        (shared.normalizeObservations, shared.normalizeRewards) = (normalizeObservations, normalizeRewards)
        (shared.valueWeight, shared.whitening, shared.masking) = (0.5, false, false)
        return shared
    }
}
