import Configuration
import NeuralNetworks

/// Settings of ``REINFORCE``.
public struct REINFORCESettings: AgentSettings {
    /// The network of both the policy and the baseline.
    @Setting("network architecture; auto: chosen by observation space") public var network = NetworkName.auto
    /// Units of each hidden layer of `mlp`; the other networks have fixed sizes.
    @Setting(1...8192, "hidden layer sizes of the mlp network") public var hiddenSizes = [128]
    @Setting("activation function of the mlp network") public var activation = MultilayerPerceptron.Activation.tanh
    /// Adam's learning rate for the policy.
    @Setting(0...1, "learning rate of the policy", search: "1e-4..1e-1 log") public var learningRate = 3e-3
    @Setting(0...1, "discount factor γ", search: "0.9 | 0.95 | 0.98 | 0.99 | 0.995 | 0.999") public var discount = 0.99
    @Setting(1...10_000, "episodes per update", search: "1 | 2 | 4 | 8 | 16") public var episodesPerUpdate = 4
    @Setting("subtract a learned state-value baseline from the returns") public var baseline = true
    /// Adam's learning rate for the baseline.
    @Setting(0...1, "learning rate of the baseline", search: "1e-4..1e-1 log") public var baselineLearningRate = 1e-2
    @Setting(1...1000, "baseline updates per batch of episodes") public var baselineUpdates = 10
    /// Whether advantages are normalised over each batch of episodes.
    @Setting("normalise advantages to mean 0 and variance 1") public var whitening = true
    /// The weight of the policy's entropy in its objective.
    @Setting(0...10, "entropy bonus coefficient", search: "1e-5..0.1 log") public var entropyBonus = 0.0
    /// The maximum joint norm of the policy's gradients.
    @Setting(0...1e9, "maximum gradient norm of the policy; 0: no clipping") public var gradientClipping = 0.0

    public init() {}

    public func makeAgent(for environment: EnvironmentDescription, seed: UInt64) throws -> any Learner {
        try REINFORCE(self, environment: environment, seed: seed)
    }
}
