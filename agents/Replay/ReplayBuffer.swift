import Environments
import Random

/// Experience replay (Lin 1992; Mnih et al. 2015): the last `capacity` transitions in flat storage, sampled uniformly
/// with replacement. Observations keep their own element type. Adding and sampling allocate nothing.
public final class ReplayBuffer {
    /// The largest number of transitions kept; the oldest goes first.
    public let capacity: Int
    /// The number of transitions ever added; the last ``count`` of them are held.
    public internal(set) var added = 0
    let rowBytes: Int
    let type: ElementType
    let observations, nextObservations: UnsafeMutableRawPointer
    let actions: UnsafeMutablePointer<Int32>
    let rewards: UnsafeMutablePointer<Float>
    let terminated: UnsafeMutablePointer<Bool>

    /// Makes an empty buffer for observations of `width` elements.
    ///
    /// - Precondition: `capacity` is at least 1.
    public init(capacity: Int, width: Int, type: ElementType) {
        precondition(capacity >= 1, "a replay buffer holds at least one transition, not \(capacity)")
        (self.capacity, self.type, rowBytes) = (capacity, type, width * type.size)
        observations = .allocate(byteCount: capacity * rowBytes, alignment: 64)
        nextObservations = .allocate(byteCount: capacity * rowBytes, alignment: 64)
        actions = .allocate(capacity: capacity)
        rewards = .allocate(capacity: capacity)
        terminated = .allocate(capacity: capacity)
    }

    /// The number of transitions held.
    public var count: Int { min(added, capacity) }

    deinit {
        observations.deallocate()
        nextObservations.deallocate()
        actions.deallocate()
        rewards.deallocate()
        terminated.deallocate()
    }

    /// Stores every row in which a step was played.
    public func add(_ transitions: Transitions) {
        for row in 0..<transitions.count where !transitions.isReset[row] {
            let next = added % capacity
            (observations + next * rowBytes).copyMemory(from: transitions.observations.row(row), byteCount: rowBytes)
            (nextObservations + next * rowBytes).copyMemory(
                from: transitions.nextObservations.row(row), byteCount: rowBytes)
            actions[next] = Int32(transitions.actions[row])
            rewards[next] = Float(transitions.rewards[row])
            terminated[next] = transitions.terminated[row]
            added += 1
        }
    }

    /// Where a sampled batch goes: a learner's inputs.
    public struct Batch {
        /// (B, inputs): what was seen.
        public var observations: UnsafeMutableBufferPointer<Float>
        /// (B): what was done.
        public var actions: UnsafeMutableBufferPointer<Int32>
        /// (B): what it gave.
        public var rewards: UnsafeMutableBufferPointer<Float>
        /// (B, inputs): where it led.
        public var nextObservations: UnsafeMutableBufferPointer<Float>
        /// (B): 0 where a terminal state was reached, otherwise 1 (truncated steps too: they bootstrap).
        public var continues: UnsafeMutableBufferPointer<Float>

        /// Names the inputs.
        public init(
            observations: UnsafeMutableBufferPointer<Float>, actions: UnsafeMutableBufferPointer<Int32>,
            rewards: UnsafeMutableBufferPointer<Float>, nextObservations: UnsafeMutableBufferPointer<Float>,
            continues: UnsafeMutableBufferPointer<Float>
        ) {
            (self.observations, self.actions, self.rewards) = (observations, actions, rewards)
            (self.nextObservations, self.continues) = (nextObservations, continues)
        }
    }

    /// Draws as many transitions as the batch has rows, each equally likely, and writes them encoded.
    ///
    /// - Precondition: the buffer isn't empty.
    public func sample(into batch: Batch, encoding: ObservationEncoding, random: inout RandomStream) {
        let count = count
        precondition(count > 0, "the replay buffer is empty: sample after the first step")
        let width = encoding.inputCount
        for row in 0..<batch.actions.count {
            let index = random.integers(below: count)
            encoding.encode(
                observations + index * rowBytes, type: type, into: batch.observations.baseAddress! + row * width)
            encoding.encode(
                nextObservations + index * rowBytes, type: type, into: batch.nextObservations.baseAddress! + row * width
            )
            batch.actions[row] = actions[index]
            batch.rewards[row] = rewards[index]
            batch.continues[row] = terminated[index] ? 0 : 1
        }
    }
}
