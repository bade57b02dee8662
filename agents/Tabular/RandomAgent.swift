import Environments
import Experience
import NeuralNetworks
import Random

/// Settings of ``RandomAgent``, which has none.
public struct RandomSettings: AgentSettings {
    public init() {}
    public static var needs: AgentNeeds { .drawableActions }

    public func makeAgent(for environment: EnvironmentDescription, seed: UInt64) throws -> any Learner {
        guard environment.actionSpace.isDrawable else {
            throw AgentError.actionSpace(
                agent: "random", environment: environment.id, space: "\(environment.actionSpace)",
                needed: "discrete, multi-discrete, multi-binary or a bounded box of float32")
        }
        return RandomAgent(actionSpace: environment.actionSpace, seed: seed)
    }
}

/// Chooses every action with equal probability and learns nothing: the simplest baseline.
public final class RandomAgent: Learner {
    private let actionSpace: Space
    /// The random streams that actions are sampled from.
    public var actionStreams: ActionStreams

    /// Makes an agent for a discrete, multi-discrete or multi-binary space, or a bounded box of float32.
    public init(actionSpace: Space, seed: UInt64) {
        precondition(actionSpace.isDrawable, "a random agent can't sample from \(actionSpace)")
        self.actionSpace = actionSpace
        actionStreams = ActionStreams(shared: RandomStream(seed: seed).split("actions"))
    }

    /// Makes an agent for `actionCount` actions.
    public convenience init(actionCount: Int, seed: UInt64) {
        self.init(actionSpace: .discrete(actionCount), seed: seed)
    }

    /// Samples an action for each row.
    public func act(on percepts: Percepts, mode: ActionMode, into actions: MutableRows) {
        actionStreams.drawUniformly(from: actionSpace, on: percepts, into: actions)
    }

    public func codeState(with coder: inout StateCoder) throws(EnvironmentError) { try coder.code(&actionStreams) }

    public func learn(from transitions: Transitions) {}

    public var metrics: [(name: String, value: Double)] { [] }
    public var updates: Int { 0 }
    public var variables: Parameters { Parameters() }

    /// Equal probabilities if actions are discrete.
    public func assess(_ observations: Rows) -> ActionAssessment? {
        actionSpace.discreteCount.map { .uniform(actions: $0, rows: observations.count) }
    }
}
