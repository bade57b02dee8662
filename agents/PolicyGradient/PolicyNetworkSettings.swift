import Configuration
import NeuralNetworks

/// Settings of the networks of a policy and of its value, which agents that act by a policy share.
public struct PolicyNetworkSettings: Configurable {
    /// The network of both the policy and the value.
    @Setting("network architecture; auto: chosen by observation space") public var network = NetworkName.auto
    /// Units of each hidden layer of `mlp`; the other networks have fixed sizes.
    @Setting(1...8192, "hidden layer sizes of the mlp network", search: "64,64 | 256,256") public var hiddenSizes = [
        64, 64,
    ]
    @Setting("activation function of the mlp network and of the heads")
    public var activation = MultilayerPerceptron.Activation.tanh
    /// Units of each layer of the policy and of the value after the network, and after the memory.
    @Setting(1...8192, "hidden layer sizes of the policy and the value after the network") public var headSizes: [Int] =
        []
    /// Whether policy and value share their network.
    @Setting("whether policy and value share their network; auto: where it has convolutions")
    public var sharing = NetworkSharing.auto
    /// Orthogonal weights with the gains √2 in hidden layers, 0.01 for the policy and 1 for the value, and biases of 0
    /// (Engstrom et al. 2020), instead of PyTorch's.
    @Setting("orthogonal initial weights, and biases of 0") public var orthogonal = true
    /// Before activations (Ba et al. 2016); of convolutions over the channels.
    @Setting("layer normalisation in the network") public var layerNorm = false
    @Setting("recurrent layer after the network") public var memory = PolicyMemoryName.none
    @Setting(1...8192, "units of the recurrent layer") public var memorySize = 64
    /// T in the chrono initialisation (Tallec and Ollivier 2018): the biases of the gates that keep the state are log
    /// u, u ~ U(1, T − 1), so that it is kept for up to T steps. With PyTorch's biases it is halved in every step.
    @Setting(0...1_000_000, "steps over which the recurrent layer remembers at the start; 0: PyTorch's biases")
    public var memorySpan = 0
    /// Numbers that actions consist of are Gaussians; squashed ones stay within the bounds of a box.
    @Setting("squash Gaussian actions into their bounds by tanh") public var squashed = false
    /// log σ at the start, for every number of an action.
    @Setting(-20...5, "initial log standard deviation of Gaussian actions") public var logDeviation = 0.0
    /// Noise that is a linear function of the last hidden layer, the same one for several steps (gSDE; Raffin et al.
    /// 2022), instead of noise that is independent in each step.
    @Setting("exploration noise that depends on the state (gSDE)") public var stateDependentNoise = false
    /// Steps after which state-dependent noise is sampled anew.
    @Setting(0...1_000_000, "steps between samples of state-dependent noise; 0: one sample per window")
    public var noiseEvery = 0

    public init() {}
}

/// Whether policy and value share their network.
public enum NetworkSharing: String, SettingChoice {
    /// Shared if the network has convolutions.
    case auto
    case shared, separate
}

/// The recurrent layers that a policy can have.
public enum PolicyMemoryName: String, SettingChoice {
    case none, gru, lstm
}
