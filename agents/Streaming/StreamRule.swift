import Environments
import Experience
import NeuralNetworks
import Random
import TensorCore

/// What an agent learns from each step once: functions that record tensors, and how it chooses by its network.
protocol StreamRule: AnyObject {
    /// Everything that it has learned.
    var networks: Parameters { get }
    var traces: Parameters { get }

    /// What it acts by: (B, …) → (B, numbers).
    func outputs(_ observations: Tensor) -> Tensor
    /// Records an update.
    ///
    /// - Returns: δ (1), and what ``endsTraces(after:)`` reads.
    func update(_ step: StreamStep) throws -> [Tensor]
    /// Whether the traces end with an update, which has run.
    func endsTraces(after plan: Plan) -> Bool

    /// Chooses a row's action from its outputs.
    ///
    /// - Parameters:
    ///   - step: The number of steps that were learned from.
    ///   - sample: Where the action goes as it was sampled, before it is fitted into its space.
    func act(
        _ row: ActingRow, mode: ActionMode, step: Int, _ random: inout RandomStream,
        sample: UnsafeMutableBufferPointer<Float>, into actions: MutableRows)
    /// What the outputs of some rows say of the actions.
    func assess(_ outputs: UnsafeBufferPointer<Float>, rows: Int) -> ActionAssessment?
    /// Figures on it.
    func metrics(step: Int) -> [(name: String, value: Double)]
}

extension StreamRule {
    func endsTraces(after plan: Plan) -> Bool { false }
    func metrics(step: Int) -> [(name: String, value: Double)] { [] }
}

/// One step as tensors: s and s′ (1, …) as networks see them, a (1, numbers), r (1), 1 or 0 before a terminal state
/// (1), and what the traces keep (1).
struct StreamStep {
    let observation, next, action, reward, continues, decay: Tensor
}

/// One of the rows that an agent acts on.
struct ActingRow {
    let index: Int
    /// What the network says of it.
    let outputs: UnsafeBufferPointer<Float>
    let percepts: Percepts

    /// The choices that have an effect, of so many; nil for all.
    func validActions(of count: Int) -> ActionMask? { percepts.validActions(index, of: count) }
}
