import Datasets
import NeuralNetworks
import TensorCore

/// A step of a deep Boltzmann machine's greedy training (Salakhutdinov & Hinton 2009): two neighbouring layers that
/// learn as a restricted Boltzmann machine, on samples of the lower one in the upward pass.
///
/// The inner layers of the deep machine have a neighbour on either side, and the pair has to make up for the missing
/// ones: its lower units count twice for the upper ones unless these are the top layer, and its upper units count twice
/// for the lower ones unless these are visible. The weights are those of the deep machine throughout, so that nothing
/// is halved at the end.
///
/// The biases are the stage's own. An inner layer has two of them: c, which it learns as the upper layer of one stage,
/// and a, which it learns as the lower layer of the next. Samples in the upward pass depend on c alone, which no longer
/// changes by then: if they depended on a, then raising the likelihood of the samples would change the samples as well,
/// and nothing would hold the bias. Each of the two machines is a prior of the layer; the deep machine has half of the
/// evidence of either, and so the bias (a + c) / 2.
struct GreedyStage {
    /// The two layers, with the biases a and c.
    let layers: BoltzmannLayers
    let learning: BoltzmannLearning
    private let gibbsSteps: Int

    /// - Parameter level: The lower of the two layers of `deep`.
    init(_ level: Int, of deep: BoltzmannLayers, _ settings: BoltzmannSettings) {
        layers = BoltzmannLayers(pair: level, of: deep)
        learning = BoltzmannLearning(
            layers, settings, above: level == 0 ? 1 : 2, below: level + 1 == deep.top ? 1 : 2)
        gibbsSteps = settings.gibbsSteps
    }

    /// The biases, the velocities, and whether learning has begun. Weights and means are the deep machine's.
    var variables: Parameters { ["biases": listed(layers.biases)] + learning.progress }

    /// Writes the biases that follow from the stages up to a level into the deep machine.
    static func stack(_ stages: [GreedyStage], upTo level: Int, into deep: BoltzmannLayers) {
        deep.biases[level].copy(from: stages[level].layers.biases[0])
        deep.biases[level + 1].copy(from: stages[level].layers.biases[1])
        guard level > 0 else { return }
        stages[level - 1].layers.biases[1].withValues { upper in
            deep.biases[level].withMutableValues { bias in
                for unit in bias.indices { bias[unit] = 0.5 * (bias[unit] + upper[unit]) }
            }
        }
    }

    // MARK: Within programs

    /// The total input of the upper units from the lower ones.
    func upper(_ lower: Tensor) -> Tensor { layers.field(1, [lower, nil], below: learning.below) }

    /// The total input of the lower units from the upper ones.
    func lower(_ upper: Tensor) -> Tensor { layers.field(0, [nil, upper], above: learning.above) }

    /// The units above the stages, sampled one layer after another from visible ones; or their expectations, each from
    /// those below.
    static func risen(_ stages: some Sequence<GreedyStage>, _ v: Tensor, sampled: Bool) -> Tensor {
        stages.reduce(v) { values, stage in
            let field = stage.upper(values)
            return sampled ? stage.layers.draw(1, field) : stage.layers.expectation(1, field)
        }
    }

    /// Records an update by contrastive divergence on rows of the lower layer.
    ///
    /// - Returns: the mean log-probability of the rows given their upper units' expectations.
    func record(_ rows: Tensor) throws -> Tensor {
        let data = [rows, layers.expectation(1, upper(rows))]
        let reconstruction = layers.logProbability(0, of: rows, lower(data[1])).mean()
        var values = rows
        for _ in 0..<gibbsSteps {
            values = layers.draw(0, lower(layers.draw(1, upper(values))))
        }
        try learning.record(data: data, model: [values, layers.expectation(1, upper(values))])
        return reconstruction
    }
}
