import NeuralNetworks
import Random
import TensorCore

/// Networks side by side that learn the same values: Q(s, a) of an action of numbers, which they take as an input, or
/// Q(s, ·) of choices.
final class ActionCritics {
    private let encoders: [any Layer], heads: [any Layer]
    private let choiceCount: Int?

    /// - Parameter distribution: of the actions.
    init(
        _ design: NetworkDesign, count: Int, _ distribution: PolicyDistribution, lastWeights: Double,
        random: inout RandomStream
    ) {
        let choices = distribution.choiceCount
        var (encoders, heads): ([any Layer], [any Layer]) = ([], [])
        for _ in 0..<count {
            let (encoder, head) = design.makeCritic(
                beside: choices == nil ? distribution.actionCount : 0, outputs: choices ?? 1, random: &random)
            head.setLast(lastWeights, random: &random)
            encoders.append(encoder)
            heads.append(head)
        }
        (self.encoders, self.heads, choiceCount) = (encoders, heads, choices)
    }

    /// Q of each critic: (B) of actions (B, numbers) from −1 to 1; (B, choices) without actions.
    func callAsFunction(_ observations: Tensor, _ actions: Tensor? = nil) -> [Tensor] {
        encoders.indices.map { values(of: $0, observations, actions) }
    }

    /// The same, of the first critic alone.
    func first(_ observations: Tensor, _ actions: Tensor) -> [Tensor] { [values(of: 0, observations, actions)] }

    private func values(of index: Int, _ observations: Tensor, _ actions: Tensor?) -> Tensor {
        precondition((actions == nil) == (choiceCount != nil), "critics of choices take no actions, and others do")
        let features = encoders[index](observations)
        guard let actions else { return heads[index](features) }
        return heads[index](Tensor.concatenated([features, actions], axis: 1)).reshaped(to: [-1])
    }

    var parameters: Parameters {
        Parameters(list: zip(encoders, heads).map { ["encoder": $0.parameters, "head": $1.parameters] })
    }
}

extension [Tensor] {
    /// The smallest, element by element.
    var smallest: Tensor { dropFirst().reduce(self[0]) { minimum($0, $1) } }
}

extension Layer {
    /// Samples the last layer's weights and biases from ±`limit`; 0 leaves them as they are.
    func setLast(_ limit: Double, random: inout RandomStream) {
        guard limit > 0 else { return }
        for variable in parameters.variables.suffix(2) {
            variable.set((0..<variable.count).map { _ in Float(limit * (2 * random.uniform() - 1)) })
        }
    }
}
