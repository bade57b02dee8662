import Environments
import Experience
import Random

/// Experience replay (Lin 1992; Mnih et al. 2015): the last `capacity` transitions in flat storage, sampled uniformly
/// with replacement, or by ``priorities``. Adding and sampling allocate nothing.
///
/// Observations keep their own element type, and each is stored once, both as the one that a step led to and as the one
/// that the next step started from. If observations are stacks of frames, each frame is stored once. A transition is
/// the frame that it led to; links lead back from there, at most to the episode's first frame, which stands for those
/// before it. A sample is a transition and those that followed it in its episode, joined into one of
/// ``ReplayReturns/steps`` steps.
public final class ReplayBuffer {
    /// The largest number of transitions held; the oldest are replaced first.
    public let capacity: Int
    /// The number of transitions ever added; the last ``count`` of them are held.
    public internal(set) var added = 0
    /// The first transition of this buffer: a restored buffer begins with it. Nil before its first record.
    var first: Int? = 0
    let type: ElementType
    /// The type of stored actions: int32 if they are discrete or bits, otherwise float32, as programs take them.
    public let actionType: ElementType
    /// The number of elements of an action.
    let actionWidth: Int
    /// The number of frames in an observation, and of elements in a frame.
    let stackedFrames, frameWidth: Int
    var frames: FrameStore
    /// The newest frame of each environment's episode; nil before the first.
    var newest: [Int?]
    /// The number of frames before a transition's observation that other transitions may need.
    let margin: Int
    /// The frame that each transition led to, by its number modulo the capacity; the other arrays likewise.
    let reached: UnsafeMutablePointer<Int>
    let actions: UnsafeMutableRawPointer
    let rewards: UnsafeMutablePointer<Float>
    let ends: UnsafeMutablePointer<End>
    /// How many transitions later the next one of its episode was added; 0 if there is none yet.
    private let followers: UnsafeMutablePointer<Int32>
    private let returns: ReplayReturns
    /// The sampling priorities; nil if all transitions are equally likely.
    let priorities: Priorities?
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
    ///   - stackedFrames: The number of frames in an observation, interleaved: see `Environment.stackedFrames`.
    ///   - environments: The number of environments stepped together.
    ///   - actionSpace: The space of actions.
    ///   - returns: How rewards are computed.
    /// - Precondition: `capacity`, `stackedFrames` and `environments` are at least 1; `stackedFrames` divides `width`.
    public convenience init(
        capacity: Int, width: Int, type: ElementType, stackedFrames: Int = 1, environments: Int = 1,
        actionSpace: Space, returns: ReplayReturns = .init()
    ) {
        self.init(
            capacity: capacity, width: width, type: type, stackedFrames: stackedFrames, environments: environments,
            actionSpace: actionSpace, returns: returns, priorities: nil)
    }

    /// Like ``init(capacity:width:type:stackedFrames:environments:actionSpace:returns:)``, but sampled by priorities.
    init(
        capacity: Int, width: Int, type: ElementType, stackedFrames: Int, environments: Int, actionSpace: Space,
        returns: ReplayReturns, priorities: Priorities?
    ) {
        precondition(capacity >= 1, "expected a capacity of at least 1, found \(capacity)")
        precondition(environments >= 1, "expected at least one environment, found \(environments)")
        precondition(
            stackedFrames >= 1 && width % stackedFrames == 0,
            "\(width) elements cannot be split into \(stackedFrames) frames")
        (self.capacity, self.type, self.stackedFrames) = (capacity, type, stackedFrames)
        (self.returns, self.priorities) = (returns, priorities)
        (actionType, actionWidth) = (Self.actionType(of: actionSpace), actionSpace.count)
        frameWidth = width / stackedFrames
        newest = Array(repeating: nil, count: environments)
        // A step of all environments stores at most two frames of each; a stack reaches back that many steps.
        margin = 2 * environments * (stackedFrames + 1)
        frames = FrameStore(
            frameBytes: frameWidth * type.size, limit: 2 * capacity + margin + 2 * environments)
        reached = .allocate(capacity: capacity)
        actions = .allocate(byteCount: capacity * Self.actionBytes(of: actionSpace), alignment: 16)
        rewards = .allocate(capacity: capacity)
        ends = .allocate(capacity: capacity)
        followers = .allocate(capacity: capacity)
        scratch = .allocate(byteCount: max(1, frames.frameBytes), alignment: 64)
    }

    /// The number of transitions held.
    public var count: Int { first.map { min(added - $0, capacity) } ?? 0 }

    private static func actionType(of space: Space) -> ElementType {
        if case .box = space { .float32 } else { .int32 }
    }

    /// The size of an action in bytes.
    static func actionBytes(of space: Space) -> Int { space.count * actionType(of: space).size }

    var actionBytes: Int { actionWidth * actionType.size }

    /// The action of the transition at a place.
    func action(_ place: Int) -> UnsafeMutableRawPointer { actions + place * actionBytes }

    /// Bytes of a transition besides its frame.
    static func bytesBesideFrame(_ actionSpace: Space) -> Int {
        MemoryLayout<FrameStore.Link>.stride + MemoryLayout<Int>.size + actionBytes(of: actionSpace)
            + MemoryLayout<Float>.size + MemoryLayout<End>.size + MemoryLayout<Int32>.size
    }

    deinit {
        reached.deallocate()
        actions.deallocate()
        rewards.deallocate()
        ends.deallocate()
        followers.deallocate()
        scratch.deallocate()
    }

    /// Stores every row in which a step was played.
    ///
    /// - Precondition: there are at most as many rows as environments.
    public func add(_ transitions: Transitions) {
        precondition(
            transitions.count <= newest.count,
            "a step of \(transitions.count) environments for a replay buffer of \(newest.count)")
        for row in 0..<transitions.count where !transitions.isReset[row] {
            let end: End = transitions.terminated[row] ? .terminated : transitions.truncated[row] ? .truncated : .none
            let start = frame(of: transitions.observations.row(row), in: row)
            let next = frames.append(
                newestFrame(transitions.nextObservations.row(row)), after: start, transition: added, row: row)
            newest[row] = end == .none ? next : nil
            priorities?.add(added % capacity)
            keep(transitions.actions, row, at: added % capacity)
            put(next, reward: Float(transitions.rewards[row]), end)
        }
    }

    /// Stores an action at a place.
    private func keep(_ actions: Rows, _ row: Int, at place: Int) {
        let target = MutableRows(action(place), type: actionType, count: 1, width: actionWidth)
        if actionWidth == 1, actionType == .int32 {
            return target.memory.storeBytes(of: Int32(actions.integer(row)), as: Int32.self)
        }
        for element in 0..<actionWidth { target.set(0, element, to: actions.number(row, element)) }
    }

    /// The number of the last frame of an observation: the last step's, or a new episode's first.
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

    /// Makes a transition of a stored frame and the previous one, whose action is already stored; replaces the oldest
    /// transition if the buffer is full.
    func put(_ frame: Int, reward: Float, _ end: End) {
        let place = added % capacity
        (reached[place], rewards[place], ends[place]) = (frame, reward, end)
        followers[place] = 0
        let start = frames.link(frames.link(frame).previous)
        if start.transition < added, start.transition >= added - count {
            followers[start.transition % capacity] = Int32(added - start.transition)
        }
        added += 1
        let oldest = reached[(added - count) % capacity]
        frames.forget(before: frames.link(oldest).previous - margin)
    }

    /// Samples as many transitions as the minibatch has rows, each equally likely, and writes them encoded.
    ///
    /// - Precondition: the buffer isn't empty.
    public func sample(into batch: ReplayBatch, encoding: ObservationEncoding, random: inout RandomStream) {
        let (count, oldest) = (count, added - count)
        precondition(count > 0, "the replay buffer is empty: sample after the first step")
        for row in 0..<batch.actions.count {
            var place = random.integers(below: count)
            // Restored transitions may begin at any place until all places are filled.
            if count < capacity { place = (oldest + place) % capacity }
            write(place, to: row, of: batch, encoding)
        }
    }

    /// Samples by ``priorities``, and also writes the weights of the rows.
    ///
    /// - Parameter correction: β of prioritised replay.
    /// - Precondition: the buffer has priorities and isn't empty.
    func sample(
        into batch: ReplayBatch, weights: UnsafeMutableBufferPointer<Float>, correction: Double,
        encoding: ObservationEncoding, random: inout RandomStream
    ) {
        guard let priorities else { preconditionFailure("this replay buffer has no priorities to sample by") }
        priorities.draw(weights, held: count, correction: correction, random: &random)
        for row in weights.indices { write(priorities.drawn[row], to: row, of: batch, encoding) }
    }

    /// Writes the transition at a place and those that followed it, joined into one of several steps.
    private func write(_ place: Int, to row: Int, of batch: ReplayBatch, _ encoding: ObservationEncoding) {
        let width = encoding.inputCount
        let start = frames.link(reached[place]).previous
        var (last, reward, weight) = (place, returns.counted(rewards[place]), Float(1))
        var steps = 1
        while steps < returns.steps, ends[last] == .none, followers[last] > 0 {
            last = (last + Int(followers[last])) % capacity
            weight *= returns.discount
            reward += weight * returns.counted(rewards[last])
            steps += 1
        }
        write(reached[last], into: batch.nextObservations.baseAddress! + row * width, encoding)
        write(start, into: batch.observations.baseAddress! + row * width, encoding)
        batch.actions.row(row).copyMemory(from: action(place), byteCount: actionBytes)
        batch.rewards[row] = reward
        batch.continues[row] = ends[last] == .terminated ? 0 : weight
    }

    /// Writes the observation whose last frame is this one.
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
