import TensorCore

/// Adam (Kingma & Ba 2015), with PyTorch's bias correction:
/// m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², θ ← θ − (α/(1−β₁ᵗ)) m / (√(v/(1−β₂ᵗ)) + ε).
public class Adam: Optimizer {
    public let learningRate: Variable
    private let beta1, beta2, epsilon: Double
    private let weightDecay: WeightDecay
    /// 1 − β₁ᵗ and 1 − β₂ᵗ of the steps so far, stored as such: computed as differences from 1, the first ones would
    /// lose half of float32's digits.
    private let correction1 = Variable(0, name: "correction1")
    private let correction2 = Variable(0, name: "correction2")
    private var first = Moments("first")
    private var second = Moments("second")

    /// Makes the optimiser; the defaults are the paper's, except for the learning rate.
    public init(
        learningRate: Double, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8,
        weightDecay: WeightDecay = .none
    ) {
        self.learningRate = Variable(Float(learningRate), name: "learningRate")
        (self.beta1, self.beta2, self.epsilon) = (beta1, beta2, epsilon)
        self.weightDecay = weightDecay
    }

    public func prepare(for parameters: Parameters) {
        first.prepare(for: parameters)
        second.prepare(for: parameters)
    }

    public func update(_ parameters: Parameters, _ gradients: [Tensor]) throws {
        requireMatching(parameters, gradients)
        let (ms, vs) = (first.variables(for: parameters), second.variables(for: parameters))
        let next1 = beta1 * correction1.tensor + (1 - beta1)
        let next2 = beta2 * correction2.tensor + (1 - beta2)
        let step = learningRate.tensor / next1
        let scale = next2.squareRoot()
        let steps = weightDecay.applied(to: parameters, gradients, learningRate: learningRate.tensor)
        for ((parameter, start, gradient), (m, v)) in zip(steps, zip(ms, vs)) {
            let m1 = beta1 * m.tensor + (1 - beta1) * gradient
            let v1 = beta2 * v.tensor + (1 - beta2) * gradient.squared()
            try m.assign(m1)
            try v.assign(v1)
            try parameter.assign(start - step * m1 / (v1.squareRoot() / scale + epsilon))
        }
        try correction1.assign(next1)
        try correction2.assign(next2)
    }

    /// The moments, as `first.…` and `second.…`, and the bias corrections.
    public var state: Parameters {
        first.parameters + second.parameters
            + Parameters(named: ["correction1": correction1, "correction2": correction2])
    }
}

/// Adam with decoupled weight decay (Loshchilov & Hutter 2019): θ ← θ − αλθ, then the step of ``Adam``.
public final class AdamW: Adam {
    /// Makes the optimiser; the defaults are PyTorch's, except for the learning rate.
    ///
    /// - Parameter rule: which parameters are decayed, by path and shape; ``WeightDecay/matrices`` leaves out biases.
    public init(
        learningRate: Double, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8,
        weightDecay: Double = 0.01, decaying rule: @escaping WeightDecay.Rule = { _, _ in true }
    ) {
        super.init(
            learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon,
            weightDecay: .decoupled(weightDecay, where: rule))
    }
}
