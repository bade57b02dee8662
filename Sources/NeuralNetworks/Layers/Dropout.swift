import TensorCore

/// Inverted dropout (Srivastava et al. 2014). In training each element is kept with the probability 1 − rate and
/// divided by it, M ⊙ x / (1 − rate) with M ~ Bernoulli(1 − rate), so that its expectation stays the same. In
/// evaluation it is the identity; in ``Mode/monteCarlo`` it drops as in training.
///
/// Each replay samples a new mask, used by both its forward and its backward pass. Masks need a program's random
/// stream.
public struct Dropout: Layer {
    /// The probability that an element is set to 0.
    public let rate: Double

    /// Makes a layer that drops elements with the given probability.
    public init(_ rate: Double) {
        precondition((0...1).contains(rate), "dropout: the rate \(rate) must be between 0 and 1")
        self.rate = rate
    }

    /// Drops elements of `input` if the mode says so.
    public func callAsFunction(_ input: Tensor) -> Tensor {
        if Mode.current == .evaluation || rate == 0 { return input }
        if rate == 1 { return .zeros(input.shape) }
        let kept = Tensor(rate) .<= Tensor.randomUniform(input.shape)
        return input * kept * (1 / (1 - rate))
    }

    public var parameters: Parameters { [:] }
}
