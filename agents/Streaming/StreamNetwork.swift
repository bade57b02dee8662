import NeuralNetworks
import Random
import TensorCore

/// A network for learning from each step once (Elsayed, Vasan and Mahmood, "Streaming deep reinforcement learning
/// finally works", 2024): sparse initial weights, so that a step changes few units' outputs, and layer normalisation
/// without gains.
struct StreamNetwork {
    private let features: any Layer
    private let last: Linear

    init(_ design: NetworkDesign, _ settings: StreamSettings, outputs: Int, random: inout RandomStream) {
        let activation =
            settings.layerNorm
            ? Function { settings.activation(Self.normalized($0)) } : Function { settings.activation($0) }
        let (features, width) = design.makeFeatures(activations: (activation, activation), random: &random)
        (self.features, last) = (features, Linear(width, outputs, random: &random))
        for (path, variable) in parameters.entries {
            variable.set(
                path.hasSuffix("bias")
                    ? [Float](repeating: 0, count: variable.count)
                    : Self.sparse(variable.shape, settings.sparsity, random: &random))
        }
    }

    /// (B, …) → (B, outputs).
    func callAsFunction(_ observations: Tensor) -> Tensor { last(features(observations)) }

    var parameters: Parameters { ["features": features.parameters, "last": last.parameters] }

    /// Uniform in ±1/√fan-in, where in each unit's row the given part, chosen by chance, is 0.
    static func sparse(_ shape: Shape, _ sparsity: Double, random: inout RandomStream) -> [Float] {
        let inputs = shape.elementCount / shape[0]
        let zeros = Int((sparsity * Double(inputs)).rounded(.up))
        var values = Initializer.pyTorchDefault.values(shape, random: &random)
        for unit in 0..<shape[0] {
            var places = Array(0..<inputs)
            for index in 0..<zeros { places.swapAt(index, index + random.integers(below: inputs - index)) }
            for place in places[..<zeros] { values[unit * inputs + place] = 0 }
        }
        return values
    }

    /// Each example minus its mean, divided by √(s² + 10⁻⁵), over all of its numbers.
    static func normalized(_ x: Tensor) -> Tensor {
        let axes = Array(1..<x.shape.count)
        let centred = x - x.mean(axes, keepDimensions: true)
        return centred / (centred.squared().mean(axes, keepDimensions: true) + 1e-5).squareRoot()
    }
}
