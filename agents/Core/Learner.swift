import Environments
import Experience
import NeuralNetworks

/// An agent that learns from the consequences of its actions.
///
/// The training loop calls ``Agent/act(on:mode:into:)`` and, after the environments' step, ``learn(from:)``. Everything
/// learned is in ``variables``; `codeState` codes counters and random streams.
public protocol Learner: Agent, StateCodable {
    /// Learns from one step of all environments.
    func learn(from transitions: Transitions) throws

    /// The newest figures on its learning: loss, exploration rate and the like.
    var metrics: [(name: String, value: Double)] { get }

    /// The number of parameter updates so far.
    var updates: Int { get }

    /// Whether there is nothing left to learn, for example when a planner has found its policy: training then ends,
    /// however many steps remain. False by default. Part of the state that `codeState` codes.
    var isFinished: Bool { get }

    /// All learned numbers by path: parameters, target networks, moments, tables.
    var variables: Parameters { get }
}

/// A learner with a replay buffer, which a training run stores beside its checkpoints.
public protocol ReplayingLearner: Learner {
    var replay: ReplayBuffer { get }
    /// The memory of the full buffer.
    var replayMemory: ReplayMemory { get }
}

extension Learner {
    public var isFinished: Bool { false }

    /// Restores counters and random streams from bytes that `stateBytes()` made. Changes nothing if they are invalid.
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
        // The variable satisfies the protocol's `mutating`; it is the same object.
        var agent = self
        var coder = StateCoder(reading: bytes)
        try agent.codeState(with: &coder)
        try coder.finish()
    }
}
