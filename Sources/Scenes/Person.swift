import Agents
import Experience
import Viewer

/// Someone at the keyboard, as an agent: acts by the keys that are held, which an ``AgentScene`` tells it.
public final class Person: Agent {
    /// Which keys play which actions.
    public let controls: ActionControls
    /// The keys that are held.
    public var held: Set<ViewerKey> = []

    /// Someone who plays by the controls of an environment.
    public init(_ controls: ActionControls) { self.controls = controls }

    /// Whether the keys stand for no action, so that time has to wait.
    public var isWaiting: Bool { controls.action(held) == nil }

    /// Plays the action of the held keys in every row.
    ///
    /// - Precondition: the keys stand for one.
    public func act(on percepts: Percepts, mode: ActionMode, into actions: MutableRows) {
        guard let action = controls.action(held) else { preconditionFailure("a person who waits is asked to act") }
        for row in 0..<actions.count { actions.set(row, to: action) }
    }
}
