import Foundation
import NeuralNetworks
import Random
import TensorCore

/// Layers x₀ … x_L of stochastic units in which only neighbouring layers are coupled: two layers are a restricted
/// Boltzmann machine, more are a deep one. The units are bits, with
///
///     E(x) = −Σₗ bₗᵀxₗ − Σₗ xₗᵀWₗxₗ₊₁,   P(xₗᵢ = 1 | the rest) = σ(bₗ + xₗ₋₁Wₗ₋₁ + xₗ₊₁Wₗᵀ)ᵢ
///
/// unless the visible layer is Gaussian with precision β: then E has ½(x₀−b₀)ᵀβ(x₀−b₀) − (β⊙x₀)ᵀW₀x₁ instead, so that
/// x₀ ~ N(b₀ + x₁W₀ᵀ, 1/β), and the layer above sees β⊙x₀.
///
/// The even layers are independent given the odd ones and vice versa, whatever the depth: sampling alternates between
/// them, and either kind can be summed out in closed form.
final class BoltzmannLayers {
    /// The kind of the visible units.
    enum Visible: Hashable { case bits, gaussian }

    let sizes: [Int]
    let visible: Visible
    /// Wₗ, (size l, size l + 1).
    let weights: [Variable]
    /// bₗ.
    let biases: [Variable]
    /// log β.
    let logPrecision: Variable?
    /// The moving means of the units on data: the offsets of a centred machine, and the base rates of annealing.
    let means: [Variable]

    /// Makes layers with small normal weights, and hidden units that are on half of the time.
    init(_ sizes: [Int], visible: Visible = .bits, scale: Double, random: inout RandomStream) {
        (self.sizes, self.visible) = (sizes, visible)
        weights = zip(sizes, sizes.dropFirst()).map { lower, upper in
            Variable.requireMemory(for: [lower, upper], name: "weight")
            let values = (0..<lower * upper).map { _ in Float(random.normal(standardDeviation: scale)) }
            return Variable(values, shape: [lower, upper], name: "weight")
        }
        biases = sizes.map { Variable(zeros: [$0], name: "bias") }
        means = sizes.map { Variable(filled: 0.5, shape: [$0], name: "mean") }
        logPrecision = visible == .gaussian ? Variable(zeros: [sizes[0]], name: "logPrecision") : nil
    }

    /// Two neighbouring layers of `deep` that share its weights, means and precision, with biases of their own.
    init(pair level: Int, of deep: BoltzmannLayers) {
        sizes = Array(deep.sizes[level...level + 1])
        visible = level == 0 ? deep.visible : .bits
        weights = [deep.weights[level]]
        biases = sizes.map { Variable(zeros: [$0], name: "bias") }
        means = Array(deep.means[level...level + 1])
        logPrecision = level == 0 ? deep.logPrecision : nil
    }

    /// The index of the last layer.
    var top: Int { sizes.count - 1 }
    /// Every second layer, from the first hidden one and from the visible one.
    var odd: [Int] { Array(stride(from: 1, through: top, by: 2)) }
    var even: [Int] { Array(stride(from: 0, through: top, by: 2)) }
    /// β if the visible units are Gaussian.
    var precision: Tensor? { logPrecision?.tensor.exp() }

    /// `weights.0` …, `biases.0` …, and `logPrecision` with Gaussian units.
    var parameters: Parameters {
        ["weights": listed(weights), "biases": listed(biases)] + Parameters(named: ["logPrecision": logPrecision])
    }

    /// The moving means: `means.0` ….
    var state: Parameters { ["means": listed(means)] }

    /// The weights between the visible and the first hidden layer, one row per hidden unit.
    var weightRows: [Float] {
        let weights = weights[0].values
        return (0..<sizes[1] * sizes[0]).map { weights[$0 % sizes[0] * sizes[1] + $0 / sizes[0]] }
    }

    // MARK: Within programs

    /// The input that the layer above the visible one receives from it.
    func signal(_ layer: Int, _ values: Tensor) -> Tensor {
        guard layer == 0, let precision else { return values }
        return values * precision
    }

    /// The total input of a layer's units from the neighbours' values, (rows, size). The values above and below are
    /// weighted by `above` and `below`; 0 leaves them out.
    func field(_ layer: Int, _ values: [Tensor?], above: Double = 1, below: Double = 1) -> Tensor {
        var result = biases[layer].tensor
        if layer > 0 && below != 0 {
            let input = signal(layer - 1, values[layer - 1]!).matmul(weights[layer - 1].tensor)
            result = (below == 1 ? input : below * input) + result
        }
        if layer < top && above != 0 {
            let input = values[layer + 1]!.matmul(weights[layer].tensor, transposeRight: true)
            result = (above == 1 ? input : above * input) + result
        }
        return result
    }

    /// The expectation of units with the given total input.
    func expectation(_ layer: Int, _ field: Tensor) -> Tensor {
        layer == 0 && visible == .gaussian ? field : field.sigmoid()
    }

    /// log p of a layer's values given its units' total input, for each row.
    func logProbability(_ layer: Int, of values: Tensor, _ field: Tensor) -> Tensor {
        guard layer == 0, let logPrecision else { return -binaryCrossEntropy(logits: field, targets: values).sum([-1]) }
        let logScale = 0.5 * (logPrecision.tensor - log(2 * Double.pi))
        return (logScale - 0.5 * logPrecision.tensor.exp() * (values - field).squared()).sum([-1])
    }

    /// A sample of units with the given total input.
    func draw(_ layer: Int, _ field: Tensor) -> Tensor {
        guard layer == 0, let logPrecision else { return field.sigmoid().bernoulliSample() }
        return field + (-0.5 * logPrecision.tensor).exp() * .randomNormal(field.shape)
    }

    /// One step of Gibbs sampling: all odd layers given the even ones, then the even ones given those.
    func swept(_ values: [Tensor?]) -> [Tensor?] {
        var values = values
        for layer in odd { values[layer] = draw(layer, field(layer, values)) }
        for layer in even { values[layer] = draw(layer, field(layer, values)) }
        return values
    }

    /// The values with the odd layers' expectations given the even ones.
    func completed(_ values: [Tensor?]) -> [Tensor] {
        (0...top).map { $0 % 2 == 0 ? values[$0]! : expectation($0, field($0, values)) }
    }

    /// log Σ e^{−E} over the units of layers that are not neighbours, given the `values` of all others; (rows).
    func logSum(over layers: [Int], _ values: [Tensor?]) -> Tensor {
        (0...top).reduce(Tensor(0)) { total, layer in
            let bias = biases[layer].tensor
            return total
                + (layers.contains(layer)
                    ? logNormalizer(layer, field(layer, values), bias: bias)
                    : linearTerm(layer, values[layer]!, bias: bias))
        }
    }

    /// log Σ or ∫ of e^{−E} over a layer's units with the given total input, for each row.
    func logNormalizer(_ layer: Int, _ field: Tensor, bias: Tensor) -> Tensor {
        guard layer == 0, let logPrecision else { return field.softplus().sum([-1]) }
        let logScale = 0.5 * (log(2 * Double.pi) - logPrecision.tensor)
        return (logScale + 0.5 * logPrecision.tensor.exp() * (field.squared() - bias.squared())).sum([-1])
    }

    /// The part of −E that involves one layer only, for each row.
    func linearTerm(_ layer: Int, _ values: Tensor, bias: Tensor) -> Tensor {
        guard layer == 0, let precision else { return (values * bias).sum([-1]) }
        return -0.5 * (precision * (values - bias).squared()).sum([-1])
    }
}

/// Variables named by their index.
func listed(_ variables: [Variable]) -> Parameters {
    Parameters(variables.enumerated().map { ("\($0)", $1) })
}
