import Environments
import Experience
import TensorCore

/// How an agent acts by the probabilities that a network gives discrete actions.
final class ProbabilityPolicy {
    /// (B, …) → (B, actions): π(·|s).
    let program: Program
    private let encoding: ObservationEncoding
    private let actionCount: Int

    /// - Parameter probabilities: records π(·|s), (B, actions), of observations (B, …).
    init(_ design: NetworkDesign, actionCount: Int, probabilities: @escaping (Tensor) -> Tensor) {
        (encoding, self.actionCount) = (design.encoding, actionCount)
        program = Program("policy", inputs: [design.input(rows: nil)]) { [probabilities($0[0])] }
    }

    /// Samples from the policy, or takes its most probable action.
    func act(
        on percepts: Percepts, mode: ActionMode, into actions: MutableRows, _ streams: inout ActionStreams
    ) throws {
        choose(actions.integers, by: try probabilities(percepts.observations), percepts, mode, &streams)
    }

    /// As ``act(on:mode:into:_:)``; the probabilities are the assessment, which is returned.
    func assessAndAct(
        on percepts: Percepts, mode: ActionMode, into actions: MutableRows, _ streams: inout ActionStreams
    ) throws -> ActionAssessment {
        let probabilities = try probabilities(percepts.observations)
        choose(actions.integers, by: probabilities, percepts, mode, &streams)
        return assessment(of: probabilities, rows: percepts.count)
    }

    /// The policy's probabilities in each row.
    func assess(_ observations: Rows) throws -> ActionAssessment {
        assessment(of: try probabilities(observations), rows: observations.count)
    }

    private func choose(
        _ actions: UnsafeMutableBufferPointer<Int>, by probabilities: UnsafeBufferPointer<Float>, _ percepts: Percepts,
        _ mode: ActionMode, _ streams: inout ActionStreams
    ) {
        for row in actions.indices {
            let own = probabilities.row(row, width: actionCount)
            let valid = percepts.validActions(row, of: actionCount)
            actions[row] = mode == .greedy ? argmax(own, among: valid) : sampled(own, among: valid, &streams[row])
        }
    }

    /// (B, actions): π for the given observations, valid until the next call.
    private func probabilities(_ observations: Rows) throws -> UnsafeBufferPointer<Float> {
        try program.output(of: observations, encoding)
    }

    private func assessment(of probabilities: UnsafeBufferPointer<Float>, rows: Int) -> ActionAssessment {
        ActionAssessment(
            kind: .probabilities, values: probabilities.prefix(rows * actionCount).map(Double.init), rows: rows)
    }
}
