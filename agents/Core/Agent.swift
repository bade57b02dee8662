import Experience
import NeuralNetworks
import Random

/// Something that chooses actions: a policy, or a person at the keyboard. An agent that also learns is a ``Learner``.
///
/// An agent never knows whether it is being watched, recorded or evaluated. The same seed gives the same decisions in
/// every run.
public protocol Agent: AnyObject {
    /// Chooses an action for each row.
    ///
    /// - Parameters:
    ///   - percepts: B observations, and the valid actions where they are known: it takes one of those.
    ///   - actions: (B, …), written here: rows of the action space, as `BatchedEnvironment.actionRows` has them.
    func act(on percepts: Percepts, mode: ActionMode, into actions: MutableRows) throws

    /// Chooses as ``act(on:mode:into:)`` does and also returns what ``assess(_:)`` would, from one run of a network.
    ///
    /// - Parameter assessment: written here.
    func act(
        on percepts: Percepts, mode: ActionMode, into actions: MutableRows,
        assessing assessment: inout ActionAssessment?
    ) throws

    /// What the agent thinks of each action in each row, for people to see; nil for an agent without an opinion.
    func assess(_ observations: Rows) throws -> ActionAssessment?

    /// The random streams that exploring actions are sampled from. An evaluation replaces them by one stream per
    /// episode and restores them afterwards; an agent without randomness keeps none.
    var actionStreams: ActionStreams { get set }

    /// What the agent remembers between its actions, a row for each environment, as recurrent policies do. An
    /// evaluation starts with an empty one and puts the training's back.
    var memory: ActingMemory { get set }

    /// Whether training tells the agent which actions are valid, where environments know; false unless said otherwise,
    /// so that an agent learns as in its paper.
    var wantsActionMasks: Bool { get }

    /// The parameters that the agent acts by and that a file from elsewhere may replace: those of its behaviour network
    /// or policy, or its table; by their paths. Empty for an agent without such parameters.
    var behaviour: Parameters { get }

    /// Called after ``behaviour`` was set from outside, so that whatever depends on it, such as a target network, can
    /// follow.
    func behaviourWasSet()
}

extension Agent {
    /// Asks separately for the assessment and the actions.
    public func act(
        on percepts: Percepts, mode: ActionMode, into actions: MutableRows,
        assessing assessment: inout ActionAssessment?
    ) throws {
        assessment = try assess(percepts.observations)
        try act(on: percepts, mode: mode, into: actions)
    }

    public func assess(_ observations: Rows) throws -> ActionAssessment? { nil }

    public var actionStreams: ActionStreams {
        get { ActionStreams(shared: RandomStream(seed: 0)) }
        set {}
    }

    public var memory: ActingMemory {
        get { ActingMemory() }
        set {}
    }

    public var wantsActionMasks: Bool { false }

    public var behaviour: Parameters { Parameters() }

    public func behaviourWasSet() {}

    /// Checks the numbers that the agent acts by: with a NaN among them it would still choose actions.
    ///
    /// - Throws: ``AgentError/badParameter(_:)``.
    public func requireFiniteBehaviour() throws(AgentError) {
        if let fault = behaviour.firstNotFinite { throw .badParameter(fault) }
    }
}

/// Whether actions explore or are greedy.
public enum ActionMode: Sendable {
    /// As in training: with exploration noise or from a stochastic policy.
    case explore
    /// The action that the agent considers best.
    case greedy
}
