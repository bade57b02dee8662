import NeuralNetworks
import Random
import TensorCore

/// The updates of soft actor-critic, apart from playing: for benchmarks, which fill the minibatch once and learn from
/// it again and again.
package final class OffPolicyLearning {
    private let rule: EntropyRule
    private let update: OffPolicyUpdate
    private let minibatch:
        (observations: [Float], actions: [Float], rewards: [Float], next: [Float], continues: [Float])

    /// - Parameter fill: writes the parameters of actor and critics, then s, a from −1 to 1, r, s′ and 1 − terminal.
    package init(
        _ settings: SACSettings, environment: EnvironmentDescription,
        parameters: (Parameters) -> Void, numbers: (_ name: String, UnsafeMutableBufferPointer<Float>) -> Void
    ) throws {
        let space = environment.actionSpace, own = settings.learning
        let design = try NetworkDesign(
            own.network, for: environment, agent: "sac", hiddenSizes: own.hiddenSizes, activation: own.activation)
        rule = EntropyRule(
            OffPolicyLearner.Parts(
                own, design, space, PolicyDistribution(space, squashed: true)!, random: RandomStream(seed: 0)),
            settings)
        for network in [rule.actor.parameters, rule.critics.parameters] { parameters(network) }
        rule.targets[0].moving.copy(from: rule.targets[0].towards)
        update = OffPolicyUpdate(rule, own, design, space, nil, seed: 0)
        let inputs = own.batchSize * design.encoding.inputCount
        func filled(_ name: String, _ count: Int) -> [Float] {
            var array = [Float](repeating: 0, count: count)
            array.withUnsafeMutableBufferPointer { numbers(name, $0) }
            return array
        }
        minibatch = (
            filled("observations", inputs), filled("actions", own.batchSize * space.count),
            filled("rewards", own.batchSize), filled("nextObservations", inputs), filled("continues", own.batchSize)
        )
    }

    /// Of the actor and the critics.
    package var parameters: Parameters { ["actor": rule.actor.parameters, "critics": rule.critics.parameters] }

    /// Makes an update.
    package func run() throws {
        try update.run(withActor: true) { batch in
            _ = batch.observations.update(fromContentsOf: minibatch.observations)
            for (place, number) in minibatch.actions.enumerated() { batch.actions.set(place, 0, to: Double(number)) }
            _ = batch.rewards.update(fromContentsOf: minibatch.rewards)
            _ = batch.nextObservations.update(fromContentsOf: minibatch.next)
            _ = batch.continues.update(fromContentsOf: minibatch.continues)
        }
    }

    /// Of the last update: the critics' loss.
    package var loss: Float { Float(update.results.criticLoss) }
}
