import Datasets
import Foundation
import NeuralNetworks
import Random
import TensorCore

/// p(xᵢ | the numbers before it) of one number, parametrised by the network's outputs for it.
enum ConditionalDistribution: Hashable, Sendable {
    /// 0 or 1; the output is the logit of 1.
    case bernoulli
    /// A whole number below the count; the outputs are the logits.
    case categorical(Int)
    /// A mixture of the given number of Gaussians; the outputs are the logits of the mixture weights, the means, and
    /// the log standard deviations.
    case gaussianMixture(Int)

    /// The distribution that suits a kind of numbers.
    init(_ kind: ElementKind, components: Int) {
        switch kind {
        case .bits: self = .bernoulli
        case .levels(let count): self = .categorical(count)
        case .symbols(let symbols): self = .categorical(symbols.count)
        case .unit, .reals: self = .gaussianMixture(components)
        }
    }

    /// The number of outputs per number.
    var outputCount: Int {
        switch self {
        case .bernoulli: 1
        case .categorical(let count): count
        case .gaussianMixture(let count): 3 * count
        }
    }

    /// log p of each number: x (…), outputs (…, outputCount) → (…).
    func logProbability(_ x: Tensor, _ outputs: Tensor) -> Tensor {
        switch self {
        case .bernoulli: return -binaryCrossEntropy(logits: outputs.reshaped(to: x.shape), targets: x)
        case .categorical: return -crossEntropy(logits: outputs, labels: x.asInteger())
        case .gaussianMixture(let count):
            let (shares, means, logDeviations) = Self.parts(outputs, count)
            let z = (x.expandingDimension(at: x.rank) - means) / logDeviations.exp()
            let densities = -0.5 * z.squared() - logDeviations - 0.5 * log(2 * Double.pi)
            return (shares.logSoftmax() + densities).logSumExp()
        }
    }

    /// The three parts of a mixture's outputs, each (…, count). Deviations are bounded below, so that no component can
    /// collapse onto a single number of the data.
    ///
    /// The gradient of a mean is multiplied by its component's deviation: narrow components have steep densities and
    /// would move too far otherwise (Uria, Murray & Larochelle 2013, section 3).
    private static func parts(_ outputs: Tensor, _ count: Int) -> (shares: Tensor, means: Tensor, logDeviations: Tensor)
    {
        let parts = outputs.split(into: 3, axis: -1)
        let logDeviations = maximum(parts[2], Tensor(-7))
        let fixed = parts[1].withoutGradient()
        let means = fixed + logDeviations.exp().withoutGradient() * (parts[1] - fixed)
        return (parts[0], means, logDeviations)
    }

    /// A sample, from the outputs of one number.
    func draw(_ outputs: UnsafeBufferPointer<Float>, _ random: inout RandomStream) -> Float {
        switch self {
        case .bernoulli: return random.uniform() < 1 / (1 + exp(-Double(outputs[0]))) ? 1 : 0
        case .categorical(let count): return Float(Self.draw(outputs, count, &random))
        case .gaussianMixture(let count):
            let component = Self.draw(outputs, count, &random)
            let deviation = exp(max(-7, Double(outputs[2 * count + component])))
            return outputs[count + component] + Float(deviation * random.normal())
        }
    }

    /// A sample of an index, with the first `count` outputs as logits.
    private static func draw(_ logits: UnsafeBufferPointer<Float>, _ count: Int, _ random: inout RandomStream) -> Int {
        let greatest = logits[..<count].max()!
        let weights = logits[..<count].map { exp(Double($0 - greatest)) }
        var rest = random.uniform() * weights.reduce(0, +)
        for (index, weight) in weights.enumerated() {
            rest -= weight
            if rest < 0 { return index }
        }
        return count - 1
    }
}

extension ElementKind {
    /// The numbers as the network's inputs, scaled to magnitudes of about 1: (…) → (…).
    func networkInput(_ x: Tensor) -> Tensor {
        switch self {
        case .bits, .unit, .reals: x
        case .levels(let count): x * (2 / Double(count - 1)) - 1
        case .symbols(let symbols): x * (2 / Double(max(2, symbols.count) - 1)) - 1
        }
    }
}
