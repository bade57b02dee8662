import Experience
import NeuralNetworks
import Random

/// Something that chooses actions: a policy, or a person at the keyboard. What also learns is a ``Learner``.
///
/// An agent never knows whether it is watched, recorded or evaluated. A seed gives the same decisions on each run.
public protocol Agent: AnyObject {
    /// Chooses an action for each row.
    ///
    /// - Parameters:
    ///   - observations: (B, …).
    ///   - actions: (B, …), written here: rows of the action space, as `BatchedEnvironment.actionRows` has them.
    func act(on observations: Rows, mode: ActionMode, into actions: MutableRows) throws

    /// Chooses as ``act(on:mode:into:)`` does, and also says what ``assess(_:)`` would, from one run of a network.
    ///
    /// - Parameter assessment: written here.
    func act(
        on observations: Rows, mode: ActionMode, into actions: MutableRows,
        assessing assessment: inout ActionAssessment?
    ) throws

    /// What the agent thinks of each action in each row, for people to see; nil for an agent that thinks nothing.
    func assess(_ observations: Rows) throws -> ActionAssessment?

    /// The random streams that exploring actions are sampled from. An evaluation puts in a stream for each of its
    /// episodes, and puts back what was here; an agent that draws nothing has none to keep.
    var actionStreams: ActionStreams { get set }

    /// The parameters that it acts by, which a file from elsewhere may give: those of its behaviour network or policy,
    /// or its table; by paths from there. Empty for an agent that has none to give away.
    var behaviour: Parameters { get }

    /// ``behaviour`` was set from outside: what follows it, such as a target network, is to agree with it.
    func behaviourWasSet()
}

extension Agent {
    /// Asks twice, unless the agent can do better.
    public func act(
        on observations: Rows, mode: ActionMode, into actions: MutableRows,
        assessing assessment: inout ActionAssessment?
    ) throws {
        assessment = try assess(observations)
        try act(on: observations, mode: mode, into: actions)
    }

    /// The agent thinks nothing.
    public func assess(_ observations: Rows) throws -> ActionAssessment? { nil }

    /// The agent draws nothing.
    public var actionStreams: ActionStreams {
        get { ActionStreams(shared: RandomStream(seed: 0)) }
        set {}
    }

    /// The agent has no parameters to give away.
    public var behaviour: Parameters { Parameters() }

    /// Nothing follows the behaviour.
    public func behaviourWasSet() {}
}

/// Whether actions explore or are the best known.
public enum ActionMode: Sendable {
    /// As in training: with exploration noise or a stochastic policy.
    case explore
    /// The action that the agent holds to be best.
    case greedy
}
