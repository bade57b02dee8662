import Datasets
import Foundation
import NeuralNetworks
import Random
import TensorCore

/// The update that raises the likelihood of ``BoltzmannLayers``: the units' correlations on data minus those of the
/// model, ⟨xₗxₗ₊₁ᵀ⟩_data − ⟨xₗxₗ₊₁ᵀ⟩_model.
///
/// A centred machine (Montavon & Müller 2012; Melchior, Fischer & Wiskott 2016) has the energy of x − μ, which makes
/// learning independent of which value of a bit is called 1. Its offsets μ slowly follow the data's means, and its
/// biases compensate for the change. Here the parameters are always those of the plain energy, and centring is another
/// direction of the same update:
///
///     ΔWₗ = ⟨(xₗ−μₗ)(xₗ₊₁−μₗ₊₁)ᵀ⟩ − …,   Δbₗ = ⟨xₗ⟩ − … − ΔWₗ μₗ₊₁ − ΔWₗ₋₁ᵀ μₗ₋₁
///
/// so that moving the offsets changes nothing by itself, which is the purpose of the compensation.
final class BoltzmannLearning {
    let layers: BoltzmannLayers
    private let settings: BoltzmannSettings
    /// How often the values above count in the input of the layer below, and the other way round (``GreedyStage``).
    let above, below: Double
    /// The learning rate.
    let rate = Variable(0, name: "rate")
    /// 1 once the data's means are known.
    private let begun = Variable(0, name: "begun")
    private let weightVelocities, biasVelocities: [Variable]

    init(_ layers: BoltzmannLayers, _ settings: BoltzmannSettings, above: Double = 1, below: Double = 1) {
        (self.layers, self.settings, self.above, self.below) = (layers, settings, above, below)
        let moving = settings.momentum > 0
        weightVelocities = moving ? layers.weights.map { Variable(zeros: $0.shape, name: "velocity") } : []
        biasVelocities = moving ? layers.biases.map { Variable(zeros: $0.shape, name: "velocity") } : []
    }

    /// The state of learning other than the parameters.
    var state: Parameters { layers.state + progress }

    /// The state of learning other than the layers' own variables.
    var progress: Parameters {
        ["weightVelocities": listed(weightVelocities), "biasVelocities": listed(biasVelocities)]
            + Parameters(named: ["begun": begun])
    }

    /// Whether ``begin(_:)`` has been called.
    var hasBegun: Bool { begun.withValues { $0[0] != 0 } }

    /// Sets the means and biases of the visible units from the first rows; later calls do nothing.
    ///
    /// - Returns: whether these were the first rows.
    func begin(_ rows: DataRows) -> Bool {
        guard !hasBegun else { return false }
        begun.set([1])
        let width = layers.sizes[0]
        let count = Double(rows.count)
        var sums = [Double](repeating: 0, count: width)
        var squares = sums
        for (index, value) in rows.values.enumerated() {
            sums[index % width] += Double(value)
            squares[index % width] += Double(value) * Double(value)
        }
        let means = sums.map { $0 / count }
        layers.means[0].set(means.map { Float($0) })
        guard settings.visibleBias == .data else { return true }
        switch layers.visible {
        case .bits:
            // Half a row of each value is added, so that bits that never change have a finite logit.
            let rates = sums.map { ($0 + 0.5) / (count + 1) }
            layers.biases[0].set(rates.map { Float(log($0 / (1 - $0))) })
        case .gaussian: layers.biases[0].set(means.map { Float($0) })
        }
        if let precision = layers.logPrecision, settings.learnsPrecision {
            // Noise of half the data's deviation; with all of it, nothing would be left for the hidden units to
            // explain.
            let variances = zip(squares, means).map { max(1e-3, $0 / count - $1 * $1) }
            precision.set(variances.map { Float(-log($0 / 4)) })
        }
        if settings.centred { compensate() }
        return true
    }

    /// Converts the biases of a centred energy to those of the plain one: bₗ − Wₗ μₗ₊₁ − Wₗ₋₁ᵀ μₗ₋₁, each neighbour
    /// as often as it counts.
    private func compensate() {
        let precision = layers.logPrecision?.values.map { exp($0) }
        let (fromAbove, fromBelow) = (Float(above), Float(below))
        for (level, weight) in layers.weights.enumerated() {
            let (lower, upper) = (layers.means[level].values, layers.means[level + 1].values)
            let scale = level == 0 ? precision : nil
            weight.withValues { weight in
                layers.biases[level].withMutableValues { below in
                    layers.biases[level + 1].withMutableValues { above in
                        for i in lower.indices {
                            let mean = fromBelow * lower[i] * (scale?[i] ?? 1)
                            for j in upper.indices {
                                below[i] -= weight[i * upper.count + j] * fromAbove * upper[j]
                                above[j] -= weight[i * upper.count + j] * mean
                            }
                        }
                    }
                }
            }
        }
    }

    /// Records an update from the layers' values (rows, size) on data and of the model, with the same number of rows
    /// each.
    func record(data: [Tensor?], model: [Tensor?]) throws {
        let offsets = try movedMeans(data)
        var biasSteps = try layers.biases.indices.map { layer in
            let gradient = data[layer]!.mean([0]) - model[layer]!.mean([0])
            return rate.tensor * (try moved(biasVelocities, layer, gradient))
        }
        for level in layers.weights.indices {
            func correlation(_ values: [Tensor?]) -> Tensor {
                let (lower, upper) = (values[level]!, values[level + 1]!)
                guard settings.centred else { return product(lower, upper) }
                return product(lower - offsets[level], upper - offsets[level + 1])
            }
            var gradient = correlation(data) - correlation(model)
            let weight = layers.weights[level]
            if settings.weightDecay > 0 { gradient = gradient - settings.weightDecay * weight.tensor }
            let step = rate.tensor * (try moved(weightVelocities, level, gradient))
            try weight.assign(weight.tensor + step)
            guard settings.centred else { continue }
            let upper = offsets[level + 1].reshaped(to: [layers.sizes[level + 1], 1])
            let lower = layers.signal(level, offsets[level]).reshaped(to: [1, layers.sizes[level]])
            let (fromAbove, fromBelow) = (above * step.matmul(upper), below * lower.matmul(step))
            biasSteps[level] = biasSteps[level] - fromAbove.reshaped(to: [layers.sizes[level]])
            biasSteps[level + 1] = biasSteps[level + 1] - fromBelow.reshaped(to: [layers.sizes[level + 1]])
        }
        for (bias, step) in zip(layers.biases, biasSteps) { try bias.assign(bias.tensor + step) }
        if settings.learnsPrecision { try recordPrecision(data, model) }
    }

    /// ⟨x yᵀ⟩ over the rows.
    private func product(_ x: Tensor, _ y: Tensor) -> Tensor {
        x.matmul(y, transposeLeft: true) * (1 / Double(x.shape[0]))
    }

    /// Moves the means towards the data's.
    private func movedMeans(_ data: [Tensor?]) throws -> [Tensor] {
        try zip(layers.means, data).map { mean, values in
            let next = mean.tensor + settings.offsetRate * (values!.mean([0]) - mean.tensor)
            try mean.assign(next)
            return next
        }
    }

    /// A gradient, or its moving sum with momentum.
    private func moved(_ velocities: [Variable], _ index: Int, _ gradient: Tensor) throws -> Tensor {
        guard settings.momentum > 0 else { return gradient }
        let next = settings.momentum * velocities[index].tensor + gradient
        try velocities[index].assign(next)
        return next
    }

    /// An update of log β along ∂(−E)/∂log β = β ⊙ (v ⊙ Wh − ½(v−b)²), a tenth of the size of the others: the precision
    /// can only be learned safely if the other parameters follow.
    private func recordPrecision(_ data: [Tensor?], _ model: [Tensor?]) throws {
        guard let logPrecision = layers.logPrecision else { return }
        func derivative(_ values: [Tensor?]) -> Tensor {
            let (v, bias) = (values[0]!, layers.biases[0].tensor)
            let input = values[1]!.matmul(layers.weights[0].tensor, transposeRight: true)
            return (logPrecision.tensor.exp() * (v * input - 0.5 * (v - bias).squared())).mean([0])
        }
        let step = 0.1 * rate.tensor * (derivative(data) - derivative(model)).clamped(-10, 10)
        try logPrecision.assign((logPrecision.tensor + step).clamped(-7, 7))
    }
}
