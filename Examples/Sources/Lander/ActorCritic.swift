import Agents
import Environments
import Experience
import NeuralNetworks
import Random
import TensorCore

/// An agent of one's own: one-step actor-critic. The temporal difference δ = r + γ V(s′) − V(s) is the critic's error
/// and the actor's advantage.
final class ActorCritic: Learner {
    private let actionCount: Int
    private let encoding: ObservationEncoding
    private let network: PolicyAndValue
    private let optimizer = Adam(learningRate: 5e-4)
    private let policy, learning: Program
    var actionStreams: ActionStreams
    private(set) var updates = 0
    private var loss = 0.0

    init(observations: Space, actions: Int, seed: UInt64) {
        var random = RandomStream(seed: seed)
        actionStreams = ActionStreams(shared: random.split("actions"))
        actionCount = actions
        encoding = ObservationEncoding(observations)!
        let width = encoding.inputCount
        let network = PolicyAndValue(inputs: width, actions: actions, random: &random)
        self.network = network
        policy = Program("policy", inputs: [.float32(nil, width)]) { [network($0[0]).logits.softmax()] }
        let optimizer = optimizer
        let rows = Program.Input.float32(nil, width)
        learning = Program("learn", inputs: [rows, .int32(nil), .float32(nil), rows, .float32(nil)]) { inputs in
            let (logits, value) = network(inputs[0])
            let next = network(inputs[3]).value
            let difference = (inputs[2] + 0.99 * inputs[4] * next).withoutGradient() - value
            let logProbabilities = logits.logSoftmax()
            let actor = policyLoss(
                logProbabilities, actions: inputs[1], advantages: difference.withoutGradient())
            let loss = (actor - 0.01 * entropy(logProbabilities)).mean() + 0.5 * difference.squared().mean()
            try optimizer.minimize(loss, network.parameters, clippingNorm: 1)
            return [loss]
        }
    }

    func act(on percepts: Percepts, mode: ActionMode, into actions: MutableRows) throws {
        let probabilities = try probabilities(percepts.observations)
        for row in actions.integers.indices {
            let own = probabilities.row(row, width: actionCount)
            actions.integers[row] = mode == .greedy ? argmax(own) : sampled(own, &actionStreams[row])
        }
    }

    private func probabilities(_ observations: Rows) throws -> UnsafeBufferPointer<Float> {
        let plan = try policy.plan(length: observations.count)
        encoding.encode(observations, into: plan.input(0))
        plan.run()
        return plan.output(0)
    }

    func learn(from step: Transitions) throws {
        let plan = try learning.plan(length: step.count)
        encoding.encode(step.observations, into: plan.input(0))
        encoding.encode(step.nextObservations, into: plan.input(3))
        for row in 0..<step.count {
            plan.integerInput(1)[row] = Int32(step.actions.integer(row))
            plan.input(2)[row] = Float(step.rewards[row])
            plan.input(4)[row] = step.terminated[row] ? 0 : 1
        }
        plan.run()
        loss = Double(plan.output(0)[0])
        updates += 1
    }

    func codeState(with coder: inout StateCoder) throws(EnvironmentError) { try coder.code(&actionStreams) }

    var metrics: [(name: String, value: Double)] { [("loss", loss)] }
    var variables: Parameters { ["network": network.parameters, "optimizer": optimizer.state] }

    func assess(_ observations: Rows) throws -> ActionAssessment? {
        let values = try probabilities(observations).prefix(observations.count * actionCount).map(Double.init)
        return ActionAssessment(kind: .probabilities, values: values, rows: observations.count)
    }
}
