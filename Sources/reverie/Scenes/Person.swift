import Agents
import Environments
import NeuralNetworks
import Viewer

/// Someone at the keyboard, as an agent: acts by the keys that are held.
final class Person: Agent {
    let controls: ActionControls
    var held: Set<ViewerKey> = []

    init(_ controls: ActionControls) { self.controls = controls }

    /// Whether the keys stand for no action, so that time has to wait.
    var isWaiting: Bool { controls.action(held) == nil }

    private var action: [Double] {
        guard let action = controls.action(held) else { preconditionFailure("a person who waits is asked to act") }
        return action
    }

    func act(on observations: ObservationRows, mode: ActionMode, into actions: UnsafeMutableBufferPointer<Int>) {
        for row in actions.indices { actions[row] = Int(action[0]) }
    }

    func act(on observations: ObservationRows, mode: ActionMode, into actions: UnsafeMutableBufferPointer<Float>) {
        for index in actions.indices { actions[index] = Float(action[0]) }
    }

    func codeState(with coder: inout StateCoder) throws(EnvironmentError) {}
    func learn(from transitions: Transitions) {}
    var metrics: [(name: String, value: Double)] { [] }
    var updates: Int { 0 }
    var variables: Parameters { Parameters() }
    func assess(_ observations: ObservationRows) -> ActionAssessment? { nil }
}
