import Random
import TensorCore

/// A learned vector for each of `count` indices: int32 (…) → (…, features).
///
/// An index outside of 0..<count gives NaN.
public struct Embedding: Layer {
    /// (count, features).
    public let weight: Variable

    /// Makes a table of standard normal numbers, PyTorch's default.
    public init(_ count: Int, _ features: Int, random: inout RandomStream) {
        weight = Variable(.normal(deviation: 1), shape: [count, features], name: "weight", random: &random)
    }

    /// The vectors of the given indices.
    public func callAsFunction(_ indices: Tensor) -> Tensor { weight.tensor.taking(indices) }

    public var parameters: Parameters { Parameters(named: ["weight": weight]) }
}
