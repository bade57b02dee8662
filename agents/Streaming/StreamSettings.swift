import Configuration
import NeuralNetworks

/// Settings that agents share which learn from each step once; the defaults are the authors'.
public struct StreamSettings: Configurable {
    @Setting("network architecture; auto: chosen by observation space") public var network = NetworkName.auto
    @Setting(1...8192, "hidden layer sizes of the mlp network") public var hiddenSizes = [128, 128]
    @Setting("activation function of the network") public var activation = MultilayerPerceptron.Activation.leakyRelu
    /// s: of each unit's weights this part starts at 0.
    @Setting(0...0.999, "part of the initial weights that are 0") public var sparsity = 0.9
    @Setting("layer normalisation before activations, without gains") public var layerNorm = true
    @Setting(0...1, "discount factor γ", search: "0.9 | 0.95 | 0.98 | 0.99 | 0.995 | 0.999") public var discount = 0.99
    @Setting(0...1, "trace decay λ", search: "0..0.99") public var lambda = 0.8
    /// α: the largest step; a bound makes it smaller.
    @Setting(0...10, "largest step size") public var learningRate = 1.0
    @Setting("normalise observations by their running moments") public var normalizeObservations = true
    @Setting("divide rewards by the running deviation of returns") public var normalizeRewards = true

    func design(for environment: EnvironmentDescription, agent: String) throws -> NetworkDesign {
        try NetworkDesign(
            network, for: environment, agent: agent, hiddenSizes: hiddenSizes, activation: activation)
    }

    public init() {}
}
