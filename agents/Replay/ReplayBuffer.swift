import Environments
import Random

/// Experience replay (Lin 1992; Mnih et al. 2015): the last `capacity` transitions in flat storage, sampled uniformly
/// with replacement. Adding and sampling allocate nothing.
///
/// Observations keep their own element type, and each is stored once: as what one step led to and the next one started
/// from. Of observations that are stacks of frames each frame is stored once. A transition is the frame that it led to;
/// links lead back from there, to the episode's first frame at most, which stands for those before it.
public final class ReplayBuffer {
    /// The largest number of transitions kept; the oldest goes first.
    public let capacity: Int
    /// The number of transitions ever added; the last ``count`` of them are held.
    public internal(set) var added = 0
    /// Transitions before this one were never here: what is put back begins with it. Nil before its first record.
    var first: Int? = 0
    let type: ElementType
    /// Frames that an observation consists of, and elements of each.
    let stackedFrames, frameWidth: Int
    var frames: FrameStore
    /// The newest frame of each environment's episode; nil before the first.
    var newest: [Int?]
    /// Frames before a transition's observation that other transitions may need.
    let margin: Int
    /// What a transition led to, by its number modulo the capacity; and so on.
    let reached: UnsafeMutablePointer<Int>
    let actions: UnsafeMutablePointer<Int32>
    let rewards: UnsafeMutablePointer<Float>
    let ends: UnsafeMutablePointer<End>
    private let scratch: UnsafeMutableRawPointer

    /// Whether a transition was its episode's last.
    enum End: UInt8 {
        case none = 0
        case truncated = 2
        case terminated = 3
    }

    /// Makes an empty buffer for observations of `width` elements.
    ///
    /// - Parameters:
    ///   - stackedFrames: How many frames they consist of, interleaved: see `Environment.stackedFrames`.
    ///   - environments: How many are stepped side by side.
    /// - Precondition: `capacity`, `stackedFrames` and `environments` are at least 1; frames divide the width.
    public init(capacity: Int, width: Int, type: ElementType, stackedFrames: Int = 1, environments: Int = 1) {
        precondition(capacity >= 1, "a replay buffer holds at least one transition, not \(capacity)")
        precondition(environments >= 1, "a replay buffer is for at least one environment, not \(environments)")
        precondition(
            stackedFrames >= 1 && width % stackedFrames == 0,
            "\(width) elements are no \(stackedFrames) frames")
        (self.capacity, self.type, self.stackedFrames) = (capacity, type, stackedFrames)
        frameWidth = width / stackedFrames
        newest = Array(repeating: nil, count: environments)
        // A step of all environments stores at most two frames of each; a stack reaches back that many steps.
        margin = 2 * environments * (stackedFrames + 1)
        frames = FrameStore(
            frameBytes: frameWidth * type.size, limit: 2 * capacity + margin + 2 * environments)
        reached = .allocate(capacity: capacity)
        actions = .allocate(capacity: capacity)
        rewards = .allocate(capacity: capacity)
        ends = .allocate(capacity: capacity)
        scratch = .allocate(byteCount: max(1, frames.frameBytes), alignment: 64)
    }

    /// The number of transitions held.
    public var count: Int { first.map { min(added - $0, capacity) } ?? 0 }

    /// Bytes of a transition besides its frame.
    static var bytesBesideFrame: Int {
        MemoryLayout<FrameStore.Link>.stride + MemoryLayout<Int>.size + MemoryLayout<Int32>.size
            + MemoryLayout<Float>.size + MemoryLayout<End>.size
    }

    deinit {
        reached.deallocate()
        actions.deallocate()
        rewards.deallocate()
        ends.deallocate()
        scratch.deallocate()
    }

    /// Stores every row in which a step was played.
    ///
    /// - Precondition: there are no more rows than environments.
    public func add(_ transitions: Transitions) {
        precondition(
            transitions.count <= newest.count,
            "a step of \(transitions.count) environments in a replay buffer for \(newest.count)")
        for row in 0..<transitions.count where !transitions.isReset[row] {
            let end: End = transitions.terminated[row] ? .terminated : transitions.truncated[row] ? .truncated : .none
            let start = frame(of: transitions.observations.row(row), in: row)
            let next = frames.append(
                newestFrame(transitions.nextObservations.row(row)), after: start, transition: added, row: row)
            newest[row] = end == .none ? next : nil
            put(next, action: Int32(transitions.actions[row]), reward: Float(transitions.rewards[row]), end)
        }
    }

    /// The number of the frame that an observation ends with: the last step's, or a new episode's first.
    private func frame(of observation: UnsafeRawPointer, in row: Int) -> Int {
        let frame = newestFrame(observation)
        if let last = newest[row], frames.holds(last, frame) { return last }
        return frames.append(frame, after: nil, transition: added, row: row)
    }

    /// The newest frame of an observation, valid until the next call.
    private func newestFrame(_ observation: UnsafeRawPointer) -> UnsafeRawPointer {
        guard stackedFrames > 1 else { return observation }
        func pick<Element: BitwiseCopyable>(_: Element.Type) {
            let (source, target) = (
                observation.assumingMemoryBound(to: Element.self) + stackedFrames - 1,
                scratch.assumingMemoryBound(to: Element.self)
            )
            for place in 0..<frameWidth { target[place] = source[place * stackedFrames] }
        }
        if type.size == 1 { pick(UInt8.self) } else { pick(UInt32.self) }
        return UnsafeRawPointer(scratch)
    }

    /// Makes a transition of a stored frame and the one before it; the oldest transition goes where there is no room.
    func put(_ frame: Int, action: Int32, reward: Float, _ end: End) {
        let place = added % capacity
        (reached[place], actions[place], rewards[place], ends[place]) = (frame, action, reward, end)
        added += 1
        let oldest = reached[(added - count) % capacity]
        frames.forget(before: frames.link(oldest).previous - margin)
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
        let (count, oldest) = (count, added - count)
        precondition(count > 0, "the replay buffer is empty: sample after the first step")
        let width = encoding.inputCount
        for row in 0..<batch.actions.count {
            var place = random.integers(below: count)
            // What was put back may begin at any place until all are filled.
            if count < capacity { place = (oldest + place) % capacity }
            let next = reached[place]
            write(next, into: batch.nextObservations.baseAddress! + row * width, encoding)
            write(frames.link(next).previous, into: batch.observations.baseAddress! + row * width, encoding)
            batch.actions[row] = actions[place]
            batch.rewards[row] = rewards[place]
            batch.continues[row] = ends[place] == .terminated ? 0 : 1
        }
    }

    /// Writes the observation that ends with a frame.
    private func write(_ frame: Int, into inputs: UnsafeMutablePointer<Float>, _ encoding: ObservationEncoding) {
        guard stackedFrames > 1 else { return encoding.encode(frames[frame], type: type, into: inputs) }
        var number = frame
        for place in (0..<stackedFrames).reversed() {
            encoding.encode(
                frames[number], type: type, count: frameWidth, into: inputs + place, stride: stackedFrames)
            number = frames.link(number).previous
        }
    }
}
