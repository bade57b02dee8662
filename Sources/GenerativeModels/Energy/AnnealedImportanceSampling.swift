import Foundation
import Random
import TensorCore

/// Annealed importance sampling (Neal 2001) of the partition function of ``BoltzmannLayers`` (Salakhutdinov & Murray
/// 2008).
///
/// The intermediate machines have the inputs β (b + …) plus, for the visible units, (1−β) times the base rates. At β =
/// 0 the visible units are therefore independent with the data's means and everything else is uniform, so Z₀ is known.
/// A chain of the states of the odd layers goes from β = 0 to 1, with the even layers summed out of its weight
///
///     log w = Σₖ log p*ₖ(xₖ₋₁) − log p*ₖ₋₁(xₖ₋₁),   Z / Z₀ = E[w]
///
/// whose logarithm is on average too low. The way back from samples at β = 1 estimates Z₀ / Z, which makes log Z too
/// high: if the two agree, the estimate can be trusted (Burda, Grosse & Salakhutdinov 2015).
final class AnnealedImportanceSampling {
    /// A log Z and its standard error, from that of the mean weight.
    struct Estimate { var logZ, error: Double }

    private let layers: BoltzmannLayers
    private let chains: Int
    private let random: RandomStream
    /// The visible units' input at β = 0.
    private let base: Variable
    private let states: [Int: Variable]
    private let program: Program

    /// Prepares chains that depend only on the seed.
    init(_ layers: BoltzmannLayers, chains: Int, seed: UInt64) {
        (self.layers, self.chains) = (layers, chains)
        random = RandomStream(seed: seed).split("annealing")
        let means = layers.means[0].values
        let rates = means.map { mean -> Float in
            guard layers.visible == .bits else { return mean }
            let rate = min(max(mean, 0.002), 0.998)
            return log(rate / (1 - rate))
        }
        let base = Variable(rates, shape: [rates.count], name: "base")
        let states = Dictionary(
            uniqueKeysWithValues: layers.odd.map { ($0, Variable(zeros: [chains, layers.sizes[$0]], name: "state")) })
        (self.base, self.states) = (base, states)
        program = Program("annealing", inputs: [.float32(2)], seed: random.key) { inputs in
            let (from, to) = (inputs[0].selected(0, axis: 0), inputs[0].selected(1, axis: 0))
            var values = (0...layers.top).map { states[$0]?.tensor }
            func tempered(_ layer: Int, _ input: Tensor, _ beta: Tensor) -> Tensor {
                layer == 0 ? beta * input + (1 - beta) * base.tensor : beta * input
            }
            var weight = Tensor(0)
            for layer in layers.odd {
                weight = weight + (to - from) * (values[layer]! * layers.biases[layer].tensor).sum([-1])
            }
            for layer in layers.even {
                let input = layers.field(layer, values)
                func normalizer(_ beta: Tensor) -> Tensor {
                    let bias = tempered(layer, layers.biases[layer].tensor, beta)
                    return layers.logNormalizer(layer, tempered(layer, input, beta), bias: bias)
                }
                weight = weight + normalizer(to) - normalizer(from)
                values[layer] = layers.draw(layer, tempered(layer, input, to))
            }
            for layer in layers.odd {
                try states[layer]!.assign(layers.draw(layer, tempered(layer, layers.field(layer, values), to)))
            }
            return [weight]
        }
    }

    /// β of each intermediate machine, spaced more closely towards 1, as in Salakhutdinov & Murray: of 29 parts, one
    /// leads up to 0.5, 8 from there to 0.9 and 20 from there to 1.
    static func schedule(_ count: Int) -> [Double] {
        (0..<count).map { index in
            let x = 29 * Double(index) / Double(count - 1)
            return x < 1 ? 0.5 * x : x < 9 ? 0.5 + 0.4 * (x - 1) / 8 : 0.9 + 0.1 * (x - 9) / 20
        }
    }

    /// Estimates log Z with the given number of temperatures, on the way up and, after `rest` steps at β = 1, on the
    /// way down. For the way down chains are resampled by their weights, because the machine's samples are spread over
    /// its modes in the right proportions and the chains that came up need not be.
    func estimates(betas count: Int, rest: Int) throws -> (forward: Estimate, reverse: Estimate) {
        var random = self.random.split("start")
        let stream = self.random.split("resampling")
        for (_, state) in states.sorted(by: { $0.key < $1.key }) {
            state.withMutableValues { for index in $0.indices { $0[index] = random.uniform() < 0.5 ? 0 : 1 } }
        }
        let plan = try program.plan()
        let betas = Self.schedule(count)
        let up = anneal(plan, betas)
        for (_, state) in states.sorted(by: { $0.key < $1.key }) { state.set(resampled(state.values, by: up, stream)) }
        for _ in 0..<rest { _ = anneal(plan, [1, 1]) }
        let down = anneal(plan, betas.reversed())
        return (Estimate(of: up).shifted(by: baseLogZ, sign: 1), Estimate(of: down).shifted(by: baseLogZ, sign: -1))
    }

    /// The log weight of each chain along `betas`.
    private func anneal(_ plan: Plan, _ betas: [Double]) -> [Double] {
        var weights = [Double](repeating: 0, count: chains)
        for (from, to) in zip(betas, betas.dropFirst()) {
            (plan.input(0)[0], plan.input(0)[1]) = (Float(from), Float(to))
            plan.run()
            let steps = plan.output(0)
            for chain in 0..<chains { weights[chain] += Double(steps[chain]) }
        }
        return weights
    }

    /// log Z of the machine at β = 0.
    private var baseLogZ: Double {
        let hidden = Double(layers.sizes.dropFirst().reduce(0, +)) * log(2)
        guard let precision = layers.logPrecision else { return hidden + softplusSum(base.values.map(Double.init)) }
        return hidden + precision.values.reduce(0) { $0 + 0.5 * (log(2 * Double.pi) - Double($1)) }
    }
}

extension AnnealedImportanceSampling.Estimate {
    /// The logarithm of the mean weight, and its standard error.
    init(of logWeights: [Double]) {
        let count = Double(logWeights.count)
        let largest = logWeights.max() ?? 0
        let weights = logWeights.map { exp($0 - largest) }
        let mean = weights.reduce(0, +) / count
        let variance = weights.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / max(1, count - 1)
        self.init(logZ: largest + log(mean), error: (variance / count).squareRoot() / mean)
    }

    /// log Z from log(Z / Z₀), or with the sign −1 from log(Z₀ / Z).
    func shifted(by base: Double, sign: Double) -> Self { Self(logZ: base + sign * logZ, error: error) }
}

/// Chains resampled in proportion to their weights, as many as before and evenly spaced (Kitagawa 1996); each is a row
/// of `values`. The same stream chooses the same chains.
func resampled(_ values: [Float], by logWeights: [Double], _ stream: RandomStream) -> [Float] {
    var stream = stream
    let largest = logWeights.max() ?? 0
    let weights = logWeights.map { exp($0 - largest) }
    let space = weights.reduce(0, +) / Double(weights.count)
    var (source, sum, mark) = (0, weights[0], stream.uniform() * space)
    let width = values.count / weights.count
    return weights.indices.flatMap { _ -> ArraySlice<Float> in
        while sum < mark, source < weights.count - 1 {
            source += 1
            sum += weights[source]
        }
        mark += space
        return values[source * width..<(source + 1) * width]
    }
}
