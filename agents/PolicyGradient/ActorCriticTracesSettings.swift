import Configuration
import NeuralNetworks

/// Settings of ``ActorCriticTraces``; the defaults are those of MinAtar's AC(λ), but for the networks of observations
/// that aren't small images.
public struct ActorCriticTracesSettings: AgentSettings {
    /// The network that policy and value share.
    @Setting("network architecture; auto: chosen by observation space") public var network = NetworkName.auto
    /// Units of each hidden layer of `mlp`; the other networks have fixed sizes.
    @Setting(1...8192, "hidden layer sizes of the mlp network") public var hiddenSizes = [128]
    @Setting("activation function of the mlp network") public var activation = MultilayerPerceptron.Activation.tanh
    /// x σ(x) after convolutions and its derivative after the layers behind them (Elfwing et al. 2018), not ReLU.
    @Setting("SiLU and dSiLU instead of ReLU in networks with convolutions") public var gatedImages = true
    /// α.
    @Setting(0...1, "learning rate", search: "1e-5..1e-2 log") public var learningRate = 0.00048828125
    @Setting(0...1, "discount factor γ", search: "0.9 | 0.95 | 0.98 | 0.99 | 0.995 | 0.999") public var discount = 0.99
    /// λ: 0 learns from one step, 1 from the whole rest of the episode.
    @Setting(0...1, "trace decay λ", search: "0..0.99") public var lambda = 0.8
    /// β.
    @Setting(0...10, "entropy bonus coefficient", search: "1e-4..0.1 log") public var entropyBonus = 0.01
    /// The decay of the mean of squared updates.
    @Setting(0...0.999999, "decay of the mean square that scales updates") public var momentDecay = 0.999
    /// ε, of probabilities within logarithms and of the mean square below the root.
    @Setting(1e-12...1, "ε, added to probabilities and to the mean square") public var epsilon = 1e-4

    public init() {}

    public func makeAgent(for environment: EnvironmentDescription, seed: UInt64) throws -> any Learner {
        try ActorCriticTraces(self, environment: environment, seed: seed)
    }
}
