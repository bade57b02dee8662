import Agents
import Experience
import Viewer

/// Someone at the keyboard, as an agent: acts by the keys that are held.
final class Person: Agent {
    let controls: ActionControls
    var held: Set<ViewerKey> = []

    init(_ controls: ActionControls) { self.controls = controls }

    /// Whether the keys stand for no action, so that time has to wait.
    var isWaiting: Bool { controls.action(held) == nil }

    func act(on observations: Rows, mode: ActionMode, into actions: MutableRows) {
        guard let action = controls.action(held) else { preconditionFailure("a person who waits is asked to act") }
        for row in 0..<actions.count { actions.set(row, to: action) }
    }
}
