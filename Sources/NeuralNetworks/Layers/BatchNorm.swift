import TensorCore

/// Batch normalisation (Ioffe & Szegedy 2015) of each channel, the last dimension, over all others:
///
///     y = γ (x − μ) / √(s² + ε) + β
///
/// of (B, C), (B, T, C) or (B, H, W, C): PyTorch's BatchNorm1d and 2d. In training μ and s² are the minibatch's mean
/// and biased variance, and each run moves the running averages towards the mean and the unbiased variance; in
/// evaluation they are the averages. A bias of the layer before it is redundant, because the mean is subtracted.
///
/// A layer that is applied several times in one step keeps only the last application's update of the averages.
public struct BatchNorm: Layer {
    /// γ (C).
    public let weight: Variable
    /// β (C).
    public let bias: Variable
    private let statistics: BatchStatistics

    /// Makes the layer with γ = 1, β = 0 and averages 0 and 1.
    ///
    /// - Parameter momentum: the fraction by which the averages move towards the minibatch's in a step.
    public init(_ features: Int, momentum: Double = 0.1, epsilon: Double = 1e-5) {
        weight = Variable(filled: 1, shape: [features], name: "weight")
        bias = Variable(zeros: [features], name: "bias")
        statistics = BatchStatistics(features, momentum: momentum, epsilon: epsilon)
    }

    /// Normalises each channel.
    ///
    /// - Precondition: in training, at least two elements per channel.
    public func callAsFunction(_ input: Tensor) -> Tensor {
        statistics.normalized(input) * weight.tensor + bias.tensor
    }

    public var parameters: Parameters { Parameters(named: ["weight": weight, "bias": bias]) }

    /// `running_mean` and `running_var`.
    public var buffers: Parameters { statistics.buffers }
}

/// Batch normalisation with a separate γ and β for each class (Dumoulin et al. 2017; de Vries et al. 2017).
public struct ConditionalBatchNorm: Module {
    /// γ of each class, (classes, C).
    public let weight: Variable
    /// β of each class, (classes, C).
    public let bias: Variable
    private let statistics: BatchStatistics

    /// Makes the layer with γ = 1 and β = 0 for all classes.
    public init(_ features: Int, classes: Int, momentum: Double = 0.1, epsilon: Double = 1e-5) {
        weight = Variable(filled: 1, shape: [classes, features], name: "weight")
        bias = Variable(zeros: [classes, features], name: "bias")
        statistics = BatchStatistics(features, momentum: momentum, epsilon: epsilon)
    }

    /// Normalises each channel of `input` (B, …, C) and scales it by the γ and β of the example's class, int32 (B).
    ///
    /// - Precondition: in training, at least two elements per channel.
    public func callAsFunction(_ input: Tensor, classes: Tensor) -> Tensor {
        let perExample = [input.shape[0]] + Shape(repeating: 1, count: input.rank - 2) + input.shape.suffix(1)
        let scale = weight.tensor.taking(classes).reshaped(to: perExample)
        let shift = bias.tensor.taking(classes).reshaped(to: perExample)
        return statistics.normalized(input) * scale + shift
    }

    public var parameters: Parameters { Parameters(named: ["weight": weight, "bias": bias]) }

    /// `running_mean` and `running_var`.
    public var buffers: Parameters { statistics.buffers }
}

/// The statistics of batch normalisation: the minibatch's in training, running averages of them in evaluation.
private struct BatchStatistics {
    private let mean, variance: Variable
    private let momentum, epsilon: Double

    init(_ features: Int, momentum: Double, epsilon: Double) {
        mean = Variable(zeros: [features], name: "running_mean")
        variance = Variable(filled: 1, shape: [features], name: "running_var")
        (self.momentum, self.epsilon) = (momentum, epsilon)
    }

    var buffers: Parameters { Parameters(named: ["running_mean": mean, "running_var": variance]) }

    /// (x − μ) / √(s² + ε).
    func normalized(_ x: Tensor) -> Tensor {
        precondition(
            x.rank >= 2 && x.shape[x.rank - 1] == mean.count,
            "BatchNorm: the input \(x.shape) needs \(mean.count) channels as its last dimension")
        guard Mode.current == .training else {
            return (x - mean.tensor) * (1 / (variance.tensor + epsilon).squareRoot())
        }
        let number = Shape(x.shape.dropLast()).elementCount
        precondition(
            number > 1,
            "BatchNorm: a variance needs two elements per channel, \(x.shape) has \(number); use evaluation mode")
        let mean = { (y: Tensor) in y.mean(Array(0..<y.rank - 1)) }
        let batchMean = mean(x)
        let centred = x - batchMean
        let batchVariance = mean(centred.squared())
        move(self.mean, towards: batchMean)
        move(variance, towards: batchVariance * (Double(number) / Double(number - 1)))
        return centred.standardized(of: x, variance: batchVariance, epsilon, mean)
    }

    private func move(_ average: Variable, towards value: Tensor) {
        do {
            try average.assign(average.tensor + momentum * (value - average.tensor))
        } catch {
            preconditionFailure("BatchNorm: outside of a program its input must have a value. \(error)")
        }
    }
}
