import Environments
import Experience
import Graphics
import Random
import Synchronization

/// The faults of a world, or of a batch of it: each breaks the rule of its name.
enum Fault: String, CaseIterable {
    case none
    case observationSpace = "observation-space"
    case actionSpace = "action-space"
    case observationType = "observation-type"
    case actionType = "action-type"
    case observationInSpace = "observation-in-space"
    case observationComplete = "observation-complete"
    case rewardFinite = "reward-finite"
    case actionMask = "action-mask"
    case firstStep = "first-step"
    case seed
    case seedMatters = "seed-matters"
    case deterministic
    case independent
    case snapshot
    case copy
    case batchIsSingles = "batch-is-singles"
    case autoreset
    case resetClears = "reset-clears"
    case frames
    case drawing
    case stepBeforeReset = "step-before-reset"
    case stepAfterEnd = "step-after-end"
    case badAction = "bad-action"
}

/// A random walk that ends at 10 and at -10, with one fault.
struct Walk: Environment, StateCodable {
    var fault = Fault.none
    private var position: Int32 = 0
    private var time: Int32 = 0
    private var resets = 0
    private var random = PCG64(seed: 0)
    // State that a value must not hold, because copies share it.
    private final class Shared: Sendable { let count = Atomic(0) }
    private var shared = Shared()
    private static let ofAll = Shared()

    init(_ fault: Fault = .none) { self.fault = fault }

    var observationSpace: Space {
        switch fault {
        case .observationSpace: .box(low: [0, 5], high: [1, -5], shape: [2], element: .int32)
        case .observationType: .box(0...100, shape: [2], element: .uint8)
        case .observationInSpace: .box(-3...10000, shape: [2], element: .int32)
        default: .box(-10000...10000, shape: [2], element: .int32)
        }
    }

    var actionSpace: Space {
        switch fault {
        case .actionSpace: .discrete(0)
        case .actionType: .multiDiscrete([2, 2])
        default: .discrete(2)
        }
    }

    var frameSize: FrameSize { FrameSize(width: fault == .frames ? 0 : 4, height: 4) }

    var actionMask: ActionMask? { ActionMask { fault != .actionMask || $0 == 2 || position != 1 } }

    mutating func reset(seed: UInt64?) {
        if let seed { random = PCG64(seed: fault == .seedMatters ? 1 : seed) }
        resets += 1
        (position, time) = (0, 0)
        shared = Shared()
        // State left over from an earlier reset.
        if fault == .seed { time = Int32(resets) }
    }

    mutating func step(_ action: Int) -> Step {
        time += 1
        position += Int32(action) * 2 - 1 + Int32(random.integers(3)) - 1
        let drawn = Self.ofAll.count.load(ordering: .relaxed)
        switch fault {
        case .deterministic: position += Bool.random() ? 1 : 0
        case .independent, .batchIsSingles:
            position = Int32(Self.ofAll.count.wrappingAdd(1, ordering: .relaxed).newValue % 7)
        case .copy: position = Int32(shared.count.wrappingAdd(1, ordering: .relaxed).newValue % 9)
        case .drawing: position += Int32(drawn % 3)
        default: break
        }
        let reward = fault == .rewardFinite && position == 2 ? .infinity : Double(position)
        return Step(reward: reward, terminated: abs(position) >= 10, truncated: fault == .firstStep && time == 1)
    }

    func observe(into observation: inout MutableSpan<Int32>) {
        if fault != .observationComplete { observation[0] = position }
        observation[1] = time
    }

    func draw(into frame: inout Frame) {
        if fault == .drawing { Self.ofAll.count.wrappingAdd(1, ordering: .relaxed) }
        frame.clear(.white)
    }

    mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        if fault != .snapshot { try coder.code(&position) }
        try coder.code(&time)
        try coder.code(&resets)
        try coder.code(&random)
    }
}

/// A batch of walks in which the batch itself has the fault.
final class BrokenBatch: BatchedEnvironment {
    private let base: VectorEnvironment<Walk>
    private let fault: Fault
    private let ones: UnsafeMutableBufferPointer<Double>

    init(_ fault: Fault, _ count: Int, _ autoreset: AutoresetMode) {
        base = VectorEnvironment("walk", count: count, autoreset: autoreset) { Walk() }
        self.fault = fault
        ones = .allocate(capacity: count)
        ones.initialize(repeating: 1)
    }

    deinit { ones.deallocate() }

    var buffers: BatchBuffers { base.buffers }
    var hasSuitableActions: Bool { base.hasSuitableActions }
    var actionMasks: UnsafeBufferPointer<ActionMask>? { base.actionMasks }
    var rewards: UnsafeBufferPointer<Double> {
        let isWrong = fault == .resetClears || fault == .autoreset && base.isResetStep.contains(true)
        return isWrong ? UnsafeBufferPointer(ones) : base.rewards
    }
    func reset(seeds: [UInt64?], mask: [Bool]?) { base.reset(seeds: seeds, mask: mask) }
    func step() { base.step() }
    func checkStep() throws(EnvironmentError) {
        do throws(EnvironmentError) {
            try base.checkStep()
        } catch {
            switch (fault, error) {
            case (.stepBeforeReset, .notReset), (.stepAfterEnd, .hasEnded), (.badAction, .badAction): return
            default: throw error
            }
        }
    }
    var framesPerSecond: Double { base.framesPerSecond }
    var stackedFrames: Int { base.stackedFrames }
    var frameSize: FrameSize { base.frameSize }
    func draw(_ index: Int, into frame: inout Frame) { base.draw(index, into: &frame) }
    func copy(_ source: Int, to target: Int) { base.copy(source, to: target) }
    func statistics(of index: Int) -> [UInt8] { base.statistics(of: index) }
    func takeOver(statistics: [UInt8]) throws(EnvironmentError) { try base.takeOver(statistics: statistics) }
    var canSnapshot: Bool { base.canSnapshot }
    func snapshot(of index: Int) throws(EnvironmentError) -> [UInt8] { try base.snapshot(of: index) }
    func restore(_ snapshot: [UInt8], to index: Int) throws(EnvironmentError) { try base.restore(snapshot, to: index) }
    var tabularModel: (any TabularModel)? { base.tabularModel }
}

/// A world without faults, except for what its spaces advise against.
struct Odd: Environment {
    var observationSpace: Space
    var actionSpace: Space = .box(-2...2, shape: [1])
    var frameSize: FrameSize { FrameSize(width: 1, height: 1) }

    mutating func reset(seed: UInt64?) {}
    mutating func step(_ action: Float) -> Step { Step(reward: 0) }
    func observe(into observation: inout MutableSpan<Float>) {
        for index in 0..<observation.count { observation[index] = 0 }
    }
    func draw(into frame: inout Frame) { frame.clear(.black) }
}
