import TensorCore

/// Layer normalisation (Ba et al. 2016): each last row minus its mean, divided by √(s² + ε) with its biased variance
/// s², then scaled by γ and shifted by β.
public struct LayerNorm: Layer {
    /// γ (features).
    public let weight: Variable
    /// β (features).
    public let bias: Variable
    private let epsilon: Double

    /// Makes the layer with γ = 1 and β = 0.
    public init(_ features: Int, epsilon: Double = 1e-5) {
        weight = Variable(filled: 1, shape: [features], name: "weight")
        bias = Variable(zeros: [features], name: "bias")
        self.epsilon = epsilon
    }

    /// Normalises each last row of `input` (…, features).
    public func callAsFunction(_ input: Tensor) -> Tensor {
        input.standardized(epsilon) { $0.mean([-1], keepDimensions: true) } * weight.tensor + bias.tensor
    }

    public var parameters: Parameters { Parameters(named: ["weight": weight, "bias": bias]) }
}

/// Group normalisation (Wu & He 2018): the channels, the last dimension, are divided into groups of neighbours. Each
/// group of an example is normalised over its channels and all places, then each channel is scaled by γ and shifted by
/// β. With a single group it is layer normalisation over channels and places; with one channel per group it is instance
/// normalisation.
public struct GroupNorm: Layer {
    /// γ (features).
    public let weight: Variable
    /// β (features).
    public let bias: Variable
    public let groups: Int
    private let epsilon: Double

    /// Makes the layer with γ = 1 and β = 0.
    ///
    /// - Precondition: the features are divisible by the groups.
    public init(groups: Int, _ features: Int, epsilon: Double = 1e-5) {
        precondition(
            groups > 0 && features % groups == 0,
            "GroupNorm: \(features) features can't be divided into \(groups) equal groups")
        weight = Variable(filled: 1, shape: [features], name: "weight")
        bias = Variable(zeros: [features], name: "bias")
        (self.groups, self.epsilon) = (groups, epsilon)
    }

    /// Normalises the groups of `input` (B, …, features).
    public func callAsFunction(_ input: Tensor) -> Tensor {
        let (shape, features) = (input.shape, weight.count)
        precondition(
            shape.count >= 2 && shape.last == features,
            "GroupNorm: the input \(shape) needs \(features) channels as its last dimension")
        let places = Shape(shape.dropFirst().dropLast()).elementCount
        let width = features / groups
        let x = input.reshaped(to: [shape[0], places, features])
        /// The mean over each group, repeated for each of its channels: (B, 1, features).
        func mean(_ y: Tensor) -> Tensor {
            let sums = y.sum([1]).reshaped(to: [shape[0], groups, width]).sum([-1], keepDimensions: true)
            return (sums * (1 / Double(places * width))).broadcast(to: [shape[0], groups, width])
                .reshaped(to: [shape[0], 1, features])
        }
        return (x.standardized(epsilon, mean) * weight.tensor + bias.tensor).reshaped(to: shape)
    }

    public var parameters: Parameters { Parameters(named: ["weight": weight, "bias": bias]) }
}
