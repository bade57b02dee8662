import TensorCore

/// Rectified Adam (Liu et al. 2020), as PyTorch has it: Adam whose steps are scaled down while the mean of squares has
/// seen few gradients, and which at first, where its variance has no bound, are those of the first moment alone:
///
///     ρ∞ = 2/(1−β₂) − 1,  ρₜ = ρ∞ − 2tβ₂ᵗ/(1−β₂ᵗ),  r = √(((ρₜ−4)(ρₜ−2)ρ∞) / ((ρ∞−4)(ρ∞−2)ρₜ))
///     θ ← θ − (α/(1−β₁ᵗ)) m · r √(1−β₂ᵗ)/(√v + ε) if ρₜ > 5, otherwise θ − (α/(1−β₁ᵗ)) m
public final class RAdam: Optimizer {
    public let learningRate: Variable
    private let beta1, beta2, epsilon: Double
    /// 1 − β₁ᵗ and 1 − β₂ᵗ of the steps so far.
    private let correction1 = Variable(0, name: "correction1")
    private let correction2 = Variable(0, name: "correction2")
    /// Σₖ (k + 1) β₂ᵏ over the steps so far, by which ρₜ is computed without a difference of large numbers.
    private let age = Variable(0, name: "age")
    private var first = Moments("first")
    private var second = Moments("second")

    /// Makes the optimiser; the defaults are the paper's, except for the learning rate.
    public init(learningRate: Double, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8) {
        self.learningRate = Variable(Float(learningRate), name: "learningRate")
        (self.beta1, self.beta2, self.epsilon) = (beta1, beta2, epsilon)
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
        let nextAge = next2 / (1 - beta2) + beta2 * age.tensor
        let last = 2 / (1 - beta2) - 1
        // The mean age of the gradients in v is (ρₜ + 1) / 2.
        let length = 2 * (1 - beta2) * nextAge / next2 - 1
        let ratio = (length - 4) * (length - 2) * last / ((last - 4) * (last - 2) * length)
        let isBounded = length .> Tensor(5)
        let rectified = Tensor.select(isBounded, maximum(ratio, Tensor(0)).squareRoot(), Tensor(0))
        let step = learningRate.tensor / next1
        let scale = rectified * next2.squareRoot()
        for ((parameter, gradient), (m, v)) in zip(zip(parameters.variables, gradients), zip(ms, vs)) {
            let m1 = beta1 * m.tensor + (1 - beta1) * gradient
            let v1 = beta2 * v.tensor + (1 - beta2) * gradient.squared()
            try m.assign(m1)
            try v.assign(v1)
            let adapted = Tensor.select(isBounded, scale / (v1.squareRoot() + epsilon), Tensor(1))
            try parameter.assign(parameter.tensor - step * m1 * adapted)
        }
        try correction1.assign(next1)
        try correction2.assign(next2)
        try age.assign(nextAge)
    }

    /// The moments, as `first.…` and `second.…`, the bias corrections and the age.
    public var state: Parameters {
        first.parameters + second.parameters
            + Parameters(named: ["correction1": correction1, "correction2": correction2, "age": age])
    }
}
