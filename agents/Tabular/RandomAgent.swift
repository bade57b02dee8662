import Environments
import NeuralNetworks
import Random

/// Chooses every action with equal probability and learns nothing: the baseline of baselines.
public final class RandomAgent: Agent {
    private let actionCount: Int
    /// Where actions are drawn from.
    public var actionStreams: ActionStreams

    /// Makes an agent for `actionCount` actions.
    public init(actionCount: Int, seed: UInt64) {
        self.actionCount = actionCount
        actionStreams = ActionStreams(shared: RandomStream(seed: seed).split("actions"))
    }

    /// Draws an action a row.
    public func act(on observations: ObservationRows, mode: ActionMode, into actions: UnsafeMutableBufferPointer<Int>) {
        for row in actions.indices { actions[row] = actionStreams[row].integers(below: actionCount) }
    }

    /// Codes the random stream.
    public func codeState(with coder: inout StateCoder) throws(EnvironmentError) { try coder.code(&actionStreams) }

    /// Learns nothing.
    public func learn(from transitions: Transitions) {}

    /// Nothing.
    public var metrics: [(name: String, value: Double)] { [] }
    /// None.
    public var updates: Int { 0 }
    /// None.
    public var variables: Parameters { Parameters() }

    /// Equal probabilities.
    public func assess(_ observations: ObservationRows) -> ActionAssessment? {
        ActionAssessment(kind: .probabilities, values: [Double](repeating: 1 / Double(actionCount), count: actionCount))
    }
}
