import TensorCore

/// A pull of parameters towards zero, part of an optimiser's update, for all parameters or for those that a rule
/// selects.
///
/// ```swift
/// Adam(learningRate: 3e-4, weightDecay: .decoupled(0.1, where: WeightDecay.matrices))
/// ```
public struct WeightDecay: Sendable {
    /// Whether a parameter is decayed, by its path and shape.
    public typealias Rule = @Sendable (_ path: String, _ shape: Shape) -> Bool

    private enum Kind { case penalty, decoupled }

    private let rate: Double
    private let kind: Kind
    private let includes: Rule

    /// No decay.
    public static let none = WeightDecay(0, .penalty) { _, _ in false }

    /// Only parameters with at least two dimensions: weights and embeddings, but no biases and no gains of norms
    /// (nanoGPT).
    public static let matrices: Rule = { _, shape in shape.count >= 2 }

    /// Adds the gradient of ½ λ ‖θ‖² to that of the loss: g ← g + λθ (PyTorch's `weight_decay`). An optimiser that
    /// divides by the size of the gradients divides this term too.
    public static func penalty(_ rate: Double, where includes: @escaping Rule = { _, _ in true }) -> WeightDecay {
        WeightDecay(rate, .penalty, includes)
    }

    /// Shrinks the parameters independently of the gradients: θ ← θ − αλθ before the update (Loshchilov & Hutter 2019).
    public static func decoupled(_ rate: Double, where includes: @escaping Rule = { _, _ in true }) -> WeightDecay {
        WeightDecay(rate, .decoupled, includes)
    }

    private init(_ rate: Double, _ kind: Kind, _ includes: @escaping Rule) {
        precondition(rate >= 0, "the weight decay \(rate) must be at least 0")
        (self.rate, self.kind, self.includes) = (rate, kind, includes)
    }

    /// The starting point and the gradient of the optimiser's update, for each parameter.
    func applied(
        to parameters: Parameters, _ gradients: [Tensor], learningRate: Tensor
    ) -> [(parameter: Variable, start: Tensor, gradient: Tensor)] {
        zip(parameters.entries, gradients).map { entry, gradient in
            let value = entry.variable.tensor
            guard rate > 0, includes(entry.path, entry.variable.shape) else { return (entry.variable, value, gradient) }
            switch kind {
            case .penalty: return (entry.variable, value, gradient + rate * value)
            case .decoupled: return (entry.variable, value * (1 - rate * learningRate), gradient)
            }
        }
    }
}
