import Configuration
import NeuralNetworks

/// Settings of ``REINFORCE``.
public struct REINFORCESettings: Configurable, Sendable {
    /// Which network, of the policy and of the baseline; `auto` goes by the space of observations.
    public var network = NetworkName.auto
    /// Units of each hidden layer of the network `mlp`; the others have their own.
    public var hiddenSizes = [128]
    /// The function between the layers of the network `mlp`.
    public var activation = MultilayerPerceptron.Activation.tanh
    /// Adam's step size for the policy.
    public var learningRate = 3e-3
    /// γ.
    public var discount = 0.99
    /// Whole episodes in an update.
    public var episodesPerUpdate = 4
    /// Whether a learned state value is subtracted from the returns.
    public var baseline = true
    /// Adam's step size for the baseline.
    public var baselineLearningRate = 1e-2
    /// Steps of the baseline on each batch of episodes.
    public var baselineUpdates = 10
    /// Whether a batch's advantages are shifted and scaled to mean 0 and variance 1.
    public var whitening = true
    /// The weight of the policy's entropy in its objective.
    public var entropyBonus = 0.0
    /// The largest joint norm of the policy's gradients; 0 leaves them as they are.
    public var gradientClipping = 0.0

    /// The defaults.
    public init() {}

    /// The settings by name.
    public static let settings: [Setting<REINFORCESettings>] = [
        Setting("network", \.network, "which network sees the observations"),
        Setting("hiddenSizes", \.hiddenSizes, 1...8192, "units of each hidden layer of mlp"),
        Setting("activation", \.activation, "function between the layers of mlp"),
        Setting("learningRate", \.learningRate, 0...1, "step size of the policy's Adam"),
        Setting("discount", \.discount, 0...1, "weight of a reward one step later"),
        Setting("episodesPerUpdate", \.episodesPerUpdate, 1...10_000, "whole episodes in an update"),
        Setting("baseline", \.baseline, "subtract a learned state value from the returns"),
        Setting("baselineLearningRate", \.baselineLearningRate, 0...1, "step size of the baseline's Adam"),
        Setting("baselineUpdates", \.baselineUpdates, 1...1000, "steps of the baseline on each batch"),
        Setting("whitening", \.whitening, "scale a batch's advantages to mean 0 and variance 1"),
        Setting("entropyBonus", \.entropyBonus, 0...10, "weight of the policy's entropy"),
        Setting("gradientClipping", \.gradientClipping, 0...1e9, "largest joint norm of the gradients; 0: none"),
    ]
}
