import TensorCore

/// A pull of parameters towards zero, part of an optimiser's step, for all parameters or for those that a rule names.
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

    /// Only parameters of two dimensions or more: weights and embeddings, but no biases and no gains of norms (nanoGPT).
    public static let matrices: Rule = { _, shape in shape.count >= 2 }

    /// The gradient of ½ λ ‖θ‖² is added to the loss's: g ← g + λθ (PyTorch's `weight_decay`). An optimiser that divides
    /// by the gradients' size divides this too.
    public static func penalty(_ rate: Double, where includes: @escaping Rule = { _, _ in true }) -> WeightDecay {
        WeightDecay(rate, .penalty, includes)
    }

    /// The parameters shrink apart from the gradients: θ ← θ − αλθ before the step (Loshchilov & Hutter 2019).
    public static func decoupled(_ rate: Double, where includes: @escaping Rule = { _, _ in true }) -> WeightDecay {
        WeightDecay(rate, .decoupled, includes)
    }

    private init(_ rate: Double, _ kind: Kind, _ includes: @escaping Rule) {
        precondition(rate >= 0, "the weight decay \(rate) must be at least 0")
        (self.rate, self.kind, self.includes) = (rate, kind, includes)
    }

    /// What an optimiser steps from, and the gradient it steps by, for each parameter.
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
