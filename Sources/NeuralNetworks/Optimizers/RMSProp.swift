import TensorCore

/// RMSProp (Hinton 2012), plain and centred (Graves 2013): v ← ρv + (1−ρ)g²; the centred form also keeps a ← ρa +
/// (1−ρ)g and uses the variance v − a² in place of v. θ ← θ − α g / (√v + ε), as in PyTorch; with `epsilonInside`, the
/// DQN paper's form θ ← θ − α g / √(v + ε).
public final class RMSProp: Optimizer {
    public let learningRate: Variable
    private let decay, epsilon: Double
    private let isCentred, epsilonInside: Bool
    private let weightDecay: WeightDecay
    private var square = Moments("square")
    private var average = Moments("average")

    /// Makes the optimiser; the defaults are PyTorch's, except for the learning rate.
    public init(
        learningRate: Double, decay: Double = 0.99, epsilon: Double = 1e-8, centred: Bool = false,
        epsilonInside: Bool = false, weightDecay: WeightDecay = .none
    ) {
        self.learningRate = Variable(Float(learningRate), name: "learningRate")
        (self.decay, self.epsilon, isCentred, self.epsilonInside) = (decay, epsilon, centred, epsilonInside)
        self.weightDecay = weightDecay
    }

    /// Makes the mean squares and, if centred, the means.
    public func prepare(for parameters: Parameters) {
        square.prepare(for: parameters)
        if isCentred { average.prepare(for: parameters) }
    }

    public func update(_ parameters: Parameters, _ gradients: [Tensor]) throws {
        requireMatching(parameters, gradients)
        let squares = square.variables(for: parameters)
        let averages = isCentred ? average.variables(for: parameters) : []
        let steps = weightDecay.applied(to: parameters, gradients, learningRate: learningRate.tensor)
        for (index, (parameter, start, gradient)) in steps.enumerated() {
            let v = decay * squares[index].tensor + (1 - decay) * gradient.squared()
            try squares[index].assign(v)
            var variance = v
            if isCentred {
                let a = decay * averages[index].tensor + (1 - decay) * gradient
                try averages[index].assign(a)
                // Rounding may make the difference negative if gradients hardly change; its root would be NaN.
                variance = (v - a.squared()).relu()
            }
            let deviation = epsilonInside ? (variance + epsilon).squareRoot() : variance.squareRoot() + epsilon
            try parameter.assign(start - learningRate.tensor * gradient / deviation)
        }
    }

    /// The mean squares, as `square.…`, and if centred the means, as `average.…`.
    public var state: Parameters { square.parameters + average.parameters }
}
