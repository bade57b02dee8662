import TensorCore

/// AdaGrad (Duchi, Hazan & Singer 2011): s ← s + g², θ ← θ − α g / (√s + ε), as PyTorch. A weight whose gradient is seldom
/// anything else than 0 keeps large steps; all become smaller as training goes on.
public final class AdaGrad: Optimizer {
    /// α.
    public let learningRate: Variable
    private let epsilon: Double
    private let weightDecay: WeightDecay
    private var sum = Moments("sum")

    /// Makes the optimiser with PyTorch's defaults but for the step size.
    public init(learningRate: Double, epsilon: Double = 1e-10, weightDecay: WeightDecay = .none) {
        self.learningRate = Variable(Float(learningRate), name: "learningRate")
        (self.epsilon, self.weightDecay) = (epsilon, weightDecay)
    }

    /// Makes the sums of squares.
    public func prepare(for parameters: Parameters) { sum.prepare(for: parameters) }

    /// Records one step on the parameters.
    public func update(_ parameters: Parameters, _ gradients: [Tensor]) throws {
        requireMatching(parameters, gradients)
        let steps = weightDecay.applied(to: parameters, gradients, learningRate: learningRate.tensor)
        for ((parameter, start, gradient), s) in zip(steps, sum.variables(for: parameters)) {
            let s1 = s.tensor + gradient.squared()
            try s.assign(s1)
            try parameter.assign(start - learningRate.tensor * gradient / (s1.squareRoot() + epsilon))
        }
    }

    /// `sum.…`, the squares.
    public var state: Parameters { sum.parameters }
}
