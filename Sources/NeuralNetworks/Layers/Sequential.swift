import TensorCore

/// Layers one after another.
///
/// ```swift
/// let encoder = Sequential([
///     Conv2d(1, 8, kernel: (3, 3), padding: 1, random: &random), BatchNorm(8), Activation.relu,
///     Function { $0.maxPooled2d((2, 2)) },
/// ])
/// ```
public struct Sequential: Layer {
    /// The layers, input first.
    public let layers: [any Layer]

    /// Makes a network of the given layers.
    public init(_ layers: [any Layer]) { self.layers = layers }

    /// Applies the layers in order.
    public func callAsFunction(_ input: Tensor) -> Tensor { layers.reduce(input) { $1($0) } }

    /// `0.weight`, `0.bias`, `1.weight` …: layers without parameters are counted, as in PyTorch.
    public var parameters: Parameters { Parameters(list: layers.map(\.parameters)) }

    /// The layers' buffers, each under its index.
    public var buffers: Parameters { Parameters(list: layers.map(\.buffers)) }
}

/// A function without parameters as a layer: pooling, reshaping, or an activation with other settings.
public struct Function: Layer {
    private let body: (Tensor) -> Tensor

    /// Makes a layer of a function.
    public init(_ body: @escaping (Tensor) -> Tensor) { self.body = body }

    /// Applies the function.
    public func callAsFunction(_ input: Tensor) -> Tensor { body(input) }

    public var parameters: Parameters { [:] }
}

/// A layer with a skip connection: x + f(x) (He et al. 2016).
public struct Residual: Layer {
    /// f.
    public let body: any Layer

    public init(_ body: any Layer) { self.body = body }

    /// x + f(x); f must preserve the shape.
    public func callAsFunction(_ input: Tensor) -> Tensor { input + body(input) }

    /// The inner layer's parameters, with its own paths.
    public var parameters: Parameters { body.parameters }

    /// The inner layer's buffers, with its own paths.
    public var buffers: Parameters { body.buffers }
}
