import Random
import TensorCore

/// Linear layers with an activation between them: (B, sizes.first) → (B, sizes.last).
public struct MultilayerPerceptron: Layer {
    /// The available functions.
    public typealias Activation = NeuralNetworks.Activation

    /// The layers, input first.
    public let layers: [Linear]
    /// The function between the layers; none follows the last one.
    public let activation: Activation

    /// Makes a perceptron with the given layer sizes, input and output included.
    ///
    /// - Precondition: at least two sizes.
    public init(_ sizes: [Int], activation: Activation = .relu, random: inout RandomStream) {
        precondition(sizes.count >= 2, "a perceptron needs at least an input and an output size, given \(sizes)")
        layers = zip(sizes, sizes.dropFirst()).map { Linear($0, $1, random: &random) }
        self.activation = activation
    }

    /// Applies the layers to each last row of `input`.
    public func callAsFunction(_ input: Tensor) -> Tensor {
        layers.dropFirst().reduce(layers[0](input)) { $1(activation($0)) }
    }

    /// `layers.0.weight`, `layers.0.bias`, `layers.1.weight` …
    public var parameters: Parameters {
        ["layers": Parameters(list: layers.map(\.parameters))]
    }
}
