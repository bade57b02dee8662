import Environments
import NeuralNetworks
import Random

/// Something that chooses actions and learns from what follows.
///
/// The training loop calls ``act(on:mode:into:)`` and, after the environments' step, ``learn(from:)``. An agent never
/// knows whether it is watched, recorded or evaluated. Everything that it learns is in ``variables``; its counters and
/// random streams are what `codeState` codes. A seed gives the same decisions on each run.
public protocol Agent: AnyObject, StateCodable {
    /// Chooses an action for each row.
    ///
    /// - Parameter actions: one integer a row, written here.
    func act(on observations: ObservationRows, mode: ActionMode, into actions: UnsafeMutableBufferPointer<Int>) throws

    /// Chooses the numbers of an action for each row, in an environment whose actions are numbers. An agent that is made
    /// for discrete actions alone has nothing to do here.
    ///
    /// - Parameter actions: as many numbers a row as the action space has, written here.
    func act(on observations: ObservationRows, mode: ActionMode, into actions: UnsafeMutableBufferPointer<Float>) throws

    /// Where exploring actions are drawn from. An evaluation puts in a stream for each of its episodes, and puts back
    /// what was here; an agent that draws nothing has none to keep.
    var actionStreams: ActionStreams { get set }

    /// Learns from one step of all environments.
    func learn(from transitions: Transitions) throws

    /// What the agent says about its learning so far: loss, exploration and the like, newest values.
    var metrics: [(name: String, value: Double)] { get }

    /// The number of parameter updates so far.
    var updates: Int { get }

    /// Whether there is nothing left to learn, as when a planner has found its policy: training ends then, however many
    /// steps it was to have. False unless said otherwise. Part of the state that `codeState` codes.
    var isFinished: Bool { get }

    /// All learned numbers by path: parameters, target networks, moments, tables.
    var variables: Parameters { get }

    /// The parameters that it acts by, which a file from elsewhere may give: those of its behaviour network or policy, or
    /// its table; by paths from there. Empty for an agent that has none to give away.
    var behaviour: Parameters { get }

    /// ``behaviour`` was set from outside: what follows it, such as a target network, is to agree with it.
    func behaviourWasSet()

    /// What the agent thinks of each action in row 0, for people to see; nil for an agent that thinks nothing.
    func assess(_ observations: ObservationRows) throws -> ActionAssessment?
}

/// An agent that learns from replayed experience, which a training run stores beside its checkpoints.
public protocol ReplayingAgent: Agent {
    /// The experience.
    var replay: ReplayBuffer { get }
    /// The memory that the full buffer takes.
    var replayMemory: ReplayMemory { get }
}

extension Agent {
    /// Must not be called: the agent's actions are discrete.
    public func act(
        on observations: ObservationRows, mode: ActionMode, into actions: UnsafeMutableBufferPointer<Float>
    ) throws {
        preconditionFailure("\(Self.self) chooses discrete actions, not \(actions.count) numbers")
    }

    /// None that counts.
    public var actionStreams: ActionStreams {
        get { ActionStreams(shared: RandomStream(seed: 0)) }
        set {}
    }

    /// There is always something left to learn.
    public var isFinished: Bool { false }

    /// None.
    public var behaviour: Parameters { Parameters() }

    /// Nothing follows.
    public func behaviourWasSet() {}

    /// Takes counters and random streams from bytes that `stateBytes()` made. Nothing changes where they are wrong.
    ///
    /// - Throws: `EnvironmentError.badState(offset:expected:)`.
    public func restoreState(from bytes: [UInt8]) throws(EnvironmentError) {
        let before = stateBytes()
        do throws(EnvironmentError) {
            try readState(bytes)
        } catch {
            try readState(before)
            throw error
        }
    }

    private func readState(_ bytes: [UInt8]) throws(EnvironmentError) {
        // The variable is for the protocol's `mutating`; it is the same object.
        var agent = self
        var coder = StateCoder(reading: bytes)
        try agent.codeState(with: &coder)
        try coder.finish()
    }
}

/// Whether actions explore or are the best known.
public enum ActionMode: Sendable {
    /// As in training: with exploration noise or a stochastic policy.
    case explore
    /// The action that the agent holds to be best.
    case greedy
}

/// A number for each action.
public struct ActionAssessment: Hashable, Sendable {
    /// What the numbers mean.
    public enum Kind: String, Sendable {
        case actionValues, probabilities
    }

    /// What the numbers mean.
    public var kind: Kind
    /// One number an action.
    public var values: [Double]

    /// Makes an assessment.
    public init(kind: Kind, values: [Double]) { (self.kind, self.values) = (kind, values) }
}

/// One step of n environments, as an agent learns from it. The rows live as long as the call.
public struct Transitions {
    /// What the agent saw before it acted.
    public var observations: ObservationRows
    /// What it did, one a row.
    public var actions: UnsafeBufferPointer<Int>
    /// The rewards, one a row.
    public var rewards: UnsafeBufferPointer<Double>
    /// Whether a terminal state was reached: the value of what follows is 0.
    public var terminated: UnsafeBufferPointer<Bool>
    /// Whether the episode was cut: a learner bootstraps from ``nextObservations``.
    public var truncated: UnsafeBufferPointer<Bool>
    /// Where the step led, in the episode's last step too (never the next episode's first observation).
    public var nextObservations: ObservationRows
    /// Rows in which no step was played, only a reset; they are not to be learned from.
    public var isReset: UnsafeBufferPointer<Bool>

    /// Collects the parts of a step.
    public init(
        observations: ObservationRows, actions: UnsafeBufferPointer<Int>, rewards: UnsafeBufferPointer<Double>,
        terminated: UnsafeBufferPointer<Bool>, truncated: UnsafeBufferPointer<Bool>, nextObservations: ObservationRows,
        isReset: UnsafeBufferPointer<Bool>
    ) {
        (self.observations, self.actions, self.rewards) = (observations, actions, rewards)
        (self.terminated, self.truncated) = (terminated, truncated)
        (self.nextObservations, self.isReset) = (nextObservations, isReset)
    }

    /// The number of environments.
    public var count: Int { actions.count }
}
