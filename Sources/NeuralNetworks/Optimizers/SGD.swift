import TensorCore

/// Gradient descent θ ← θ − αg, with momentum as in PyTorch: b ← μb + g, θ ← θ − αb (Polyak 1964), or Nesterov's θ ← θ
/// − α(g + μb), which looks one step ahead (Sutskever et al. 2013).
public final class SGD: Optimizer {
    public let learningRate: Variable
    private let momentum: Double
    private let isNesterov: Bool
    private let weightDecay: WeightDecay
    private var velocity = Moments("velocity")

    /// Makes the optimiser; without momentum (0) it keeps no state.
    ///
    /// - Precondition: Nesterov's method has momentum.
    public init(
        learningRate: Double, momentum: Double = 0, nesterov: Bool = false, weightDecay: WeightDecay = .none
    ) {
        precondition(!nesterov || momentum > 0, "Nesterov's method needs a momentum above 0, given \(momentum)")
        self.learningRate = Variable(Float(learningRate), name: "learningRate")
        (self.momentum, isNesterov, self.weightDecay) = (momentum, nesterov, weightDecay)
    }

    /// Makes the velocities if there is momentum.
    public func prepare(for parameters: Parameters) {
        if momentum != 0 { velocity.prepare(for: parameters) }
    }

    public func update(_ parameters: Parameters, _ gradients: [Tensor]) throws {
        requireMatching(parameters, gradients)
        let steps = weightDecay.applied(to: parameters, gradients, learningRate: learningRate.tensor)
        guard momentum != 0 else {
            for (parameter, start, gradient) in steps {
                try parameter.assign(start - learningRate.tensor * gradient)
            }
            return
        }
        for ((parameter, start, gradient), b) in zip(steps, velocity.variables(for: parameters)) {
            let b1 = momentum * b.tensor + gradient
            try b.assign(b1)
            let direction = isNesterov ? gradient + momentum * b1 : b1
            try parameter.assign(start - learningRate.tensor * direction)
        }
    }

    /// The velocities, as `velocity.…`, if there is momentum.
    public var state: Parameters { velocity.parameters }
}
