import Environments
import Experience
import Graphics
import Storage

/// Environments of Python's Gymnasium, spread over processes that write into the batch's own buffers.
///
/// If a process fails (it raises an error, ends, or gives no answer or a malformed one), the call that needed it
/// throws, and so does every later call; by then all processes have ended. They also end with the batch, and with this
/// process, however it ends.
///
/// Their state can't be saved or copied.
public final class GymnasiumBatch: BatchedEnvironment {
    /// The batch's name, spaces and rows, in memory that the processes share.
    public let buffers: BatchBuffers
    /// The number of consecutive frames that an observation consists of.
    public let stackedFrames: Int
    /// Time steps per second at which people watch it.
    public let framesPerSecond: Double
    /// The numbers of discrete actions, if Gymnasium counts them from another number than 0.
    public var actionNames: [String] {
        guard let start = buffers.actionOrigin?.starts.first, let count = actionSpace.discreteCount, count <= 64 else {
            return []
        }
        return (0..<count).map { "\($0 + start)" }
    }
    /// How the spaces differ from Gymnasium's, such as `observation space: float64 is rounded to float32`.
    public let notes: [String]

    let memory: BatchMemory
    let children: ChildGroup
    /// Where pictures are written, once their size is known.
    var pictures: Pictures?
    /// The error that drawing threw, for the next step to throw again.
    var drawingFault: EnvironmentError?
    private let finite: [Part]

    private typealias Part = BatchMemory.Part

    /// Makes `count` environments.
    ///
    /// - Throws: ``EnvironmentError/outside(_:)``.
    init(_ id: String, count: Int, autoreset: AutoresetMode, options: GymnasiumOptions) throws(EnvironmentError) {
        precondition(count > 0, "expected at least 1 environment in a batch, found \(count)")
        do {
            let shared = try SharedMemory()
            children = try ChildGroup(
                id, rows: Self.shares(of: count, among: options.children), options: options, memory: shared
            ) { rows in Self.order(id, rows, autoreset, options) }
            let answers = try children.descriptions()
            guard let made = Description(answers[0]) else {
                throw EnvironmentError.outside(
                    .nonsense(
                        environment: id, indices: 0...count - 1, call: "the start", found: "'\(answers[0])'",
                        lastWords: ""))
            }
            if let other = answers.firstIndex(where: { $0 != answers[0] }) {
                throw EnvironmentError.outside(
                    .notMade(
                        environment: id,
                        reason: "two processes made different ones: '\(answers[0])' and '\(answers[other])'"))
            }
            (stackedFrames, framesPerSecond) = (made.stackedFrames, made.framesPerSecond)
            notes = made.notes
            try BatchBuffers.requireMemory(
                id, count: count, autoreset: autoreset, observationSpace: made.observationSpace,
                elementType: made.elementType, actionSpace: made.actionSpace)
            let memory = try BatchMemory(
                shared, count: count, children: options.children,
                observationSize: made.observationSpace.count * made.elementType.size,
                actionSize: made.actionSpace.count * made.actionSpace.actionType.size,
                hasFinal: autoreset == .sameStep)
            self.memory = memory
            buffers = BatchBuffers(
                id, count: count, autoreset: autoreset, observationSpace: made.observationSpace,
                actionSpace: made.actionSpace, elementType: made.elementType, hasMasks: true
            ) { memory.bytes(BatchMemory.Part($0), count: $1).baseAddress! }
            (buffers.observationOrigin, buffers.actionOrigin) = (made.observationOrigin, made.actionOrigin)
            // The step after which Gymnasium truncates an episode, if it does and says so.
            buffers.stepLimit = made.stepLimit
            finite = autoreset == .sameStep ? [.observations, .finalObservations] : [.observations]
            try children.map(memory)
        } catch let error as EnvironmentError {
            throw error
        } catch let error as SystemFault {
            throw .outside(error.fault(in: id))
        } catch {
            preconditionFailure("\(id): \(error)")
        }
    }

    /// The environments as one range per child, of nearly equal sizes.
    private static func shares(of count: Int, among children: Int) -> [Range<Int>] {
        (0..<children).map { $0 * count / children..<($0 + 1) * count / children }
    }

    private static func order(
        _ id: String, _ rows: Range<Int>, _ autoreset: AutoresetMode, _ options: GymnasiumOptions
    ) -> JSON {
        [
            "id": .string(String(id.dropFirst(Gymnasium.prefix.count))), "first": .integer(rows.lowerBound),
            "count": .integer(rows.count), "autoreset": .string(autoreset.rawValue),
            "atari": .boolean(options.atari), "stepLimit": options.stepLimit.map(JSON.integer) ?? .null,
            "keywords": .object(options.keywords),
        ]
    }

    // MARK: Playing

    /// Starts an episode in the environments selected by `mask`, or in all; the others stay as they are.
    public func reset(seeds: [UInt64?], mask: [Bool]?) throws(EnvironmentError) {
        buffers.checkReset(seeds: seeds, mask: mask)
        if let drawingFault { throw drawingFault }
        let chosen: UnsafeMutableBufferPointer<Bool> = memory.elements(.chosen, count: count)
        let hasSeed: UnsafeMutableBufferPointer<Bool> = memory.elements(.hasSeed, count: count)
        let seedRow: UnsafeMutableBufferPointer<UInt64> = memory.elements(.seeds, count: count)
        for index in 0..<count {
            chosen[index] = mask?[index] ?? true
            hasSeed[index] = seeds[index] != nil
            seedRow[index] = seeds[index] ?? 0
        }
        try children.run(.reset) { rows in rows.contains { chosen[$0] } }
        try requireNumbers(after: "reset")
        for index in 0..<count where chosen[index] { buffers.started[index] = true }
    }

    /// Plays one time step in each environment.
    ///
    /// - Throws: also what ``checkStep()`` throws.
    public func step() throws(EnvironmentError) {
        if let drawingFault { throw drawingFault }
        try buffers.checkStep()
        try children.run(.step)
        try requireNumbers(after: "step")
    }

    /// Rejects NaN, from which nothing can be learned.
    private func requireNumbers(after call: String) throws(EnvironmentError) {
        if let index = rewards.firstIndex(where: \.isNaN) { throw notNumber(index, call, "a NaN as the reward") }
        guard elementType == .float32 else { return }
        let width = observationSpace.count
        for part in finite {
            let numbers: UnsafeMutableBufferPointer<Float> = memory.elements(part, count: count * width)
            // Counted without a branch, so that the compiler can vectorise it.
            var strange = 0
            for number in numbers { strange &+= number.isNaN ? 1 : 0 }
            guard strange > 0, let place = numbers.firstIndex(where: \.isNaN) else { continue }
            throw notNumber(place / width, call, "a NaN as number \(place % width) of the observation")
        }
    }

    private func notNumber(_ index: Int, _ call: String, _ found: String) -> EnvironmentError {
        children.failed(
            .broken(environment: id, index: index, call: call, expected: "numbers", found: found))
    }
}

/// A child's description of what it has made.
private struct Description {
    var observationSpace: Space
    var actionSpace: Space
    var elementType: ElementType
    var observationOrigin: SpaceOrigin?
    var actionOrigin: SpaceOrigin?
    var stackedFrames: Int
    var framesPerSecond: Double
    var stepLimit: Int?
    var notes: [String]

    init?(_ json: JSON) {
        guard let observations = json["observationSpace"].flatMap({ Space(description: $0) }),
            let actions = json["actionSpace"].flatMap({ Space(description: $0) }),
            let element = json["element"]?.element, let rate = json["framesPerSecond"]?.double,
            0.01...10_000 ~= rate, let frames = json["stackedFrames"]?.integer, 1...64 ~= frames
        else { return nil }
        switch actions {
        case .discrete(let count) where count <= 1 << 16: break
        case .multiDiscrete(let counts) where counts.allSatisfy { $0 <= 1 << 16 }: break
        case .multiBinary, .box(_, _, _, .float32): break
        default: return nil
        }
        (observationSpace, actionSpace, elementType) = (observations, actions, element)
        observationOrigin = SpaceOrigin(observations, json["observationSpace"]!, json["observationText"]?.string)
        actionOrigin = SpaceOrigin(actions, json["actionSpace"]!, json["actionText"]?.string)
        (framesPerSecond, stackedFrames) = (rate, frames)
        stepLimit = json["stepLimit"]?.integer
        notes = json["notes"]?.array?.compactMap(\.string) ?? []
    }
}
