import Environments
import Experience
import NeuralNetworks

/// An agent that learns from what follows its actions.
///
/// The training loop calls ``Agent/act(on:mode:into:)`` and, after the environments' step, ``learn(from:)``. Everything
/// that is learned is in ``variables``; counters and random streams are what `codeState` codes.
public protocol Learner: Agent, StateCodable {
    /// Learns from one step of all environments.
    func learn(from transitions: Transitions) throws

    /// What the agent says about its learning so far: loss, exploration and the like, newest values.
    var metrics: [(name: String, value: Double)] { get }

    /// The number of parameter updates so far.
    var updates: Int { get }

    /// Whether there is nothing left to learn, as when a planner has found its policy: training ends then, however many
    /// steps it was to have. False by default. Part of the state that `codeState` codes.
    var isFinished: Bool { get }

    /// All learned numbers by path: parameters, target networks, moments, tables.
    var variables: Parameters { get }
}

/// A learner from replayed experience, which a training run stores beside its checkpoints.
public protocol ReplayingLearner: Learner {
    /// The experience.
    var replay: ReplayBuffer { get }
    /// The memory that the full buffer takes.
    var replayMemory: ReplayMemory { get }
}

extension Learner {
    /// There is always something left to learn.
    public var isFinished: Bool { false }

    /// Takes counters and random streams from bytes that `stateBytes()` made. Changes nothing if they are invalid.
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
