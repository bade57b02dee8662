import Environments
import NeuralNetworks
import Random

/// Settings of ``RandomAgent``: it has none.
public struct RandomSettings: AgentSettings {
    /// No settings.
    public init() {}
    /// Something to draw.
    public static var needs: AgentNeeds { .drawableActions }

    /// A ``RandomAgent``.
    public func makeAgent(for environment: EnvironmentDescription, seed: UInt64) throws -> any Agent {
        guard RandomAgent.canAct(in: environment.actionSpace) else {
            throw AgentError.actionSpace(
                agent: "random", environment: environment.id, space: "\(environment.actionSpace)",
                needed: "discrete or a bounded box of float32")
        }
        return RandomAgent(actionSpace: environment.actionSpace, seed: seed)
    }
}

/// Chooses every action with equal probability and learns nothing: the baseline of baselines.
public final class RandomAgent: Agent {
    private let actionSpace: Space
    /// Where actions are drawn from.
    public var actionStreams: ActionStreams

    /// Makes an agent for a discrete space, or a bounded box of float32 numbers.
    public init(actionSpace: Space, seed: UInt64) {
        precondition(Self.canAct(in: actionSpace), "a random agent doesn't draw from \(actionSpace)")
        self.actionSpace = actionSpace
        actionStreams = ActionStreams(shared: RandomStream(seed: seed).split("actions"))
    }

    /// Makes an agent for `actionCount` actions.
    public convenience init(actionCount: Int, seed: UInt64) {
        self.init(actionSpace: .discrete(actionCount), seed: seed)
    }

    /// Whether actions can be drawn from a space.
    static func canAct(in space: Space) -> Bool {
        switch space {
        case .discrete: true
        case .box(let low, let high, _, .float32): (low + high).allSatisfy(\.isFinite)
        default: false
        }
    }

    /// Draws an action a row.
    public func act(on observations: ObservationRows, mode: ActionMode, into actions: UnsafeMutableBufferPointer<Int>) {
        guard case .discrete(let count) = actionSpace else {
            preconditionFailure("a random agent for \(actionSpace) is asked for discrete actions")
        }
        for row in actions.indices { actions[row] = actionStreams[row].integers(below: count) }
    }

    /// Draws an action's numbers for each row.
    public func act(on observations: ObservationRows, mode: ActionMode, into actions: UnsafeMutableBufferPointer<Float>)
    {
        guard case .box(let low, let high, _, _) = actionSpace else {
            preconditionFailure("a random agent for \(actionSpace) is asked for numbers")
        }
        for index in actions.indices {
            let (row, element) = index.quotientAndRemainder(dividingBy: low.count)
            let share = actionStreams[row].uniform()
            actions[index] = Float(low[element] + (high[element] - low[element]) * share)
        }
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

    /// Equal probabilities of discrete actions.
    public func assess(_ observations: ObservationRows) -> ActionAssessment? {
        actionSpace.discreteCount.map { count in
            ActionAssessment(kind: .probabilities, values: [Double](repeating: 1 / Double(count), count: count))
        }
    }
}
