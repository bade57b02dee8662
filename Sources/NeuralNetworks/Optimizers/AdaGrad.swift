import TensorCore

/// AdaGrad (Duchi, Hazan & Singer 2011): s ← s + g², θ ← θ − α g / (√s + ε), as in PyTorch. Parameters whose gradients
/// are mostly 0 keep large steps; all steps become smaller as training continues.
public final class AdaGrad: Optimizer {
    public let learningRate: Variable
    private let epsilon: Double
    private let weightDecay: WeightDecay
    private var sum = Moments("sum")

    /// Makes the optimiser; the defaults are PyTorch's, except for the learning rate.
    public init(learningRate: Double, epsilon: Double = 1e-10, weightDecay: WeightDecay = .none) {
        self.learningRate = Variable(Float(learningRate), name: "learningRate")
        (self.epsilon, self.weightDecay) = (epsilon, weightDecay)
    }

    public func prepare(for parameters: Parameters) { sum.prepare(for: parameters) }

    public func update(_ parameters: Parameters, _ gradients: [Tensor]) throws {
        requireMatching(parameters, gradients)
        let steps = weightDecay.applied(to: parameters, gradients, learningRate: learningRate.tensor)
        for ((parameter, start, gradient), s) in zip(steps, sum.variables(for: parameters)) {
            let s1 = s.tensor + gradient.squared()
            try s.assign(s1)
            try parameter.assign(start - learningRate.tensor * gradient / (s1.squareRoot() + epsilon))
        }
    }

    /// The sums of squares, as `sum.…`.
    public var state: Parameters { sum.parameters }
}
