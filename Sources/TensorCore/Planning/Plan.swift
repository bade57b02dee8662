import CKernels
import Parallel
import Storage

/// A recorded step for inputs with fixed shapes, ready to be replayed: all memory is planned, nothing is allocated, and
/// no user code runs.
///
/// Write the inputs, ``run()``, read the outputs; the buffers stay where they are.
public final class Plan {
    /// A unit of the plan, for inspection.
    public struct Step: Sendable {
        /// The operations of the unit, in order; products and reductions with their operands' shapes.
        public var operations: [String]
        /// The shape of its result.
        public var shape: Shape
        /// Floating-point operations; a transcendental function counts as one.
        public var flops: Int
        /// Bytes read from and written to memory, not counting strips of a fused group.
        public var bytes: Int
        /// The earlier steps whose results it reads.
        public var reads: [Int]
        /// Where its result was recorded, if known.
        let origin: Origin?
    }

    public var name: String { options.name }
    /// The effort of making the plan.
    public internal(set) var making = Making()
    /// The number of runs so far.
    public private(set) var runCount = 0
    /// The units in execution order.
    public let steps: [Step]
    /// The size of the arena that intermediate values share, in bytes.
    public let arenaBytes: Int
    /// The size of the working memory that the units share, one after another, in bytes; each thread has its own.
    public let scratchBytes: Int
    let inputs: [HostArray]
    let outputs: [HostArray]
    let inputShapes: [Shape]
    let outputShapes: [Shape]
    /// The number of outputs.
    public var outputCount: Int { outputs.count }
    let threadedRun: ThreadedRun
    /// The place of the first step among the instructions.
    let firstStep: Int
    let options: PlanOptions
    /// The places of all data; it keeps the memory alive that instructions point into.
    let emitter: Emitter
    private let random: RandomState
    /// The variables that a run assigns.
    private let changed: [HostArray]
    /// The plain run beside each run, with ``ShadowCheck``.
    private let shadow: Shadow?

    init(
        _ graph: LinearGraph, inputs declared: [(shape: Shape, type: ScalarType)], random: RandomState,
        options: PlanOptions
    ) throws(MemoryError) {
        let units = Fusion.schedule(graph, fused: options.fused && !options.checksFinite)
        let places = MemoryPlan(graph, units, reusesMemory: options.reusesMemory)
        try Self.requireMemory(graph, places, inputs: declared, name: options.name)
        self.random = random
        changed = graph.assignments.map(\.storage)
        inputs = declared.map { HostArray(count: $0.shape.elementCount, type: $0.type) }
        outputs = graph.outputs.map { HostArray(count: graph.entries[$0].count, type: graph.entries[$0].type) }
        inputShapes = declared.map(\.shape)
        outputShapes = graph.outputs.map { graph.entries[$0].shape }
        arenaBytes = places.arenaBytes
        let emitter = Emitter(
            graph: graph, places: places, inputs: inputs, outputs: outputs,
            memory: PlanMemory(arenaBytes: places.arenaBytes, code: options.compilesChains ? MachineCode() : nil),
            random: random, kernels: options.kernels)
        self.emitter = emitter
        steps = emitter.describe(units)
        let shadow = options.isShadowed ? try Shadow(of: emitter, inputs: declared, options: options) : nil
        self.shadow = shadow
        let work = zip(units, steps).map { unit, step in
            var instruction = emitter.emit(unit)
            instruction.cost = emitter.nanoseconds(unit, step)
            instruction.partLimit = min(
                instruction.pieces, PartCost.limit(instruction.cost, least: options.leastPart))
            if options.checksFinite { instruction = emitter.checked(instruction, unit, program: options.name) }
            return shadow?.compared(instruction, unit, as: step) ?? instruction
        }
        var first = options.checksFinite ? [emitter.leafCheck(program: options.name)] : []
        if let shadow { first.append(shadow.plainRun()) }
        firstStep = first.count
        threadedRun = ThreadedRun(first + work + emitter.finalCopies() + (shadow.map { [$0.finalComparison()] } ?? []))
        scratchBytes = threadedRun.scratchBytes
        self.options = options
        if let code = emitter.memory.code { try code.seal(for: options.name) }
    }

    /// Refuses a plan whose values don't fit into memory, before any of them is allocated.
    private static func requireMemory(
        _ graph: LinearGraph, _ places: MemoryPlan, inputs: [(shape: Shape, type: ScalarType)], name: String
    ) throws(MemoryError) {
        let bytes = inputs.reduce(places.arenaBytes) { $0 + $1.shape.elementCount * $1.type.size }
        let outputs = graph.outputs.reduce(0) { $0 + graph.entries[$1].count * graph.entries[$1].type.size }
        try MemoryBudget.require(bytes + outputs, for: "the values of the program '\(name)'") { _ in
            "use a smaller batch or network"
        }
    }

    /// The storage of the variables that a run reads or assigns, and of the constants that it reads.
    var variables: [HostArray] { emitter.graph.stored { if case .variable = $0 { true } else { false } } + changed }
    var constants: [HostArray] { emitter.graph.stored { if case .variable = $0 { false } else { true } } }
    /// The size of the small arrays that instructions read, in bytes.
    var tableBytes: Int { emitter.memory.keptBytes }

    /// Runs the step once, on up to ``Threads/count`` threads, with subnormal numbers treated as 0. Random numbers
    /// belong to the program's counter, which is then incremented.
    public func run() {
        let mode = rv_flush_subnormals()
        defer { rv_restore_mode(mode) }
        var team = threadedRun.begin()
        for index in 0..<threadedRun.count { threadedRun.run(index, team: &team) }
        threadedRun.end(team: team)
        finishRun()
    }

    /// The differences between the outputs, then the assigned variables, and those of the plain runs; empty without
    /// ``ShadowCheck``.
    public var shadowDifferences: [ShadowDifference] { shadow?.differences ?? [] }

    /// The work after the last instruction of a run.
    func finishRun() {
        runCount &+= 1
        for storage in changed { storage.version &+= 1 }
        random.pointer.pointee.counter &+= 1
    }

    /// The elements of float32 input `index`, row-major; write them before a run.
    public func input(_ index: Int) -> UnsafeMutableBufferPointer<Float> { inputs[index].floats }

    /// The elements of int32 input `index`, row-major; write them before a run.
    public func integerInput(_ index: Int) -> UnsafeMutableBufferPointer<Int32> { inputs[index].integers }

    /// The elements of float32 output `index`, row-major, valid from a run until the next.
    public func output(_ index: Int) -> UnsafeBufferPointer<Float> { UnsafeBufferPointer(outputs[index].floats) }

    /// The elements of int32 output `index`, row-major, valid from a run until the next.
    public func integerOutput(_ index: Int) -> UnsafeBufferPointer<Int32> {
        UnsafeBufferPointer(outputs[index].integers)
    }
}

/// How a plan is made; the defaults are for use, the other values for comparison.
struct PlanOptions {
    /// The program's name in reports.
    var name = "evaluation"
    var fused = true
    var checksFinite = FiniteCheck.isEnabled
    var isShadowed = ShadowCheck.isEnabled
    var reusesMemory = true
    /// The minimum work of a part in nanoseconds; with 0 all units are divided that can be.
    var leastPart = PartCost.least
    var kernels: KernelTable
    /// Whether chains of element-wise operations become machine code, where kernels are of the instruction set for it.
    var compilesChains: Bool { kernels.name == MachineCode.instructionSet && MachineCode.isSupported }

    init(fused: Bool = true, kernels: KernelTable? = nil) throws {
        self.fused = fused
        self.kernels = try kernels ?? KernelTable.best()
    }
}

/// The key and counter that a program's random nodes read, at a fixed place.
final class RandomState {
    let pointer: UnsafeMutablePointer<rv_random_state>

    init(key: UInt64, counter: UInt64 = 0) {
        pointer = .allocate(capacity: 1)
        pointer.initialize(to: rv_random_state(key: key, counter: counter))
    }

    deinit { pointer.deallocate() }
}

/// The arena, and the working memory and small arrays that instructions read; freed with the plan.
final class PlanMemory {
    let arena: UnsafeMutableRawPointer
    private var blocks: [UnsafeMutableRawPointer] = []
    /// Bytes of the small arrays.
    private(set) var keptBytes = 0
    /// Where compiled chains go; nil if there are to be none.
    let code: MachineCode?

    init(arenaBytes: Int, code: MachineCode?) {
        arena = HostArray.allocate(bytes: arenaBytes)
        self.code = code
    }

    deinit {
        arena.deallocate()
        for block in blocks { block.deallocate() }
    }

    /// The values at a place that is fixed for the plan's lifetime.
    func keep<Value: BitwiseCopyable>(_ values: [Value]) -> UnsafeMutablePointer<Value> {
        let bytes = max(1, values.count) * MemoryLayout<Value>.stride
        let block = HostArray.allocate(bytes: bytes)
        keptBytes += bytes
        blocks.append(block)
        let pointer = block.bindMemory(to: Value.self, capacity: values.count)
        pointer.initialize(from: values, count: values.count)
        return pointer
    }
}
