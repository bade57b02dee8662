import TensorCore

/// Gradient descent, with momentum as PyTorch does it: b ← μb + g, θ ← θ − αb.
public final class SGD: Optimizer {
    /// α.
    public let learningRate: Variable
    private let momentum: Double
    private var velocity = Moments("velocity")

    /// Makes the optimiser; without momentum (0) it keeps no state.
    public init(learningRate: Double, momentum: Double = 0) {
        self.learningRate = Variable(Float(learningRate), name: "learningRate")
        self.momentum = momentum
    }

    /// Records one step on the parameters.
    public func update(_ parameters: Parameters, _ gradients: [Tensor]) throws {
        requireMatching(parameters, gradients)
        guard momentum != 0 else {
            for (parameter, gradient) in zip(parameters.variables, gradients) {
                try parameter.assign(parameter.tensor - learningRate.tensor * gradient)
            }
            return
        }
        for (parameter, (gradient, b)) in zip(parameters.variables, zip(gradients, velocity.variables(for: parameters)))
        {
            let b1 = momentum * b.tensor + gradient
            try b.assign(b1)
            try parameter.assign(parameter.tensor - learningRate.tensor * b1)
        }
    }

    /// `velocity.…`, with momentum.
    public var state: Parameters { Parameters(velocity.entries) }
}
