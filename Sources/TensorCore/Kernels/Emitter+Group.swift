import CKernels

extension Emitter {
    /// One pass over the elements of a group, strip by strip; see `run_group` in CKernels.
    func emitGroup(_ unit: PlanUnit) -> Instruction {
        var group = GroupBuilder(emitter: self, unit: unit)
        for member in unit.members { group.add(member) }
        let parts =
            memory.code.map {
                ChainCompiler(operands: group.operands, instructions: group.instructions).compiled(into: $0)
            } ?? .init(plain: group.operands, group.instructions)
        let operands = memory.keep(parts.operands)
        let descriptor = memory.keep([
            rv_group(
                count: group.iteration.count, row: group.iteration.row ?? 1, strip: group.strip, block: group.block,
                operands: operands,
                operand_count: UInt32(parts.operands.count), moving_count: UInt32(parts.movingCount),
                instructions: memory.keep(parts.instructions),
                instruction_count: UInt32(parts.instructions.count),
                strip_count: group.stripCount, random: UnsafePointer(random.pointer),
                chains: UnsafeRawPointer(memory.keep(parts.chains)).assumingMemoryBound(to: rv_chain?.self))
        ])
        let run = kernels.pointer.pointee.run_group!
        let pieces = max(1, (group.iteration.count + group.block - 1) / group.block)
        return Instruction(scratchBytes: rv_group_scratch(descriptor), pieces: pieces) { part, scratch in
            run(descriptor, scratch, part)
        }
    }
}

/// Collects the operands and instructions of a group, and assigns strips to its intermediate values.
private struct GroupBuilder {
    let emitter: Emitter
    let iteration: Iteration
    private(set) var operands: [rv_operand] = []
    private(set) var instructions: [rv_instruction] = []
    private var placed: [Operand: UInt32] = [:]
    private(set) var stripCount: UInt32 = 0
    private var freeStrips: [UInt32] = []
    private var lastReader: [Int: Int] = [:]
    private var stripOf: [Int: UInt32] = [:]

    private enum Operand: Hashable {
        case member(Int)
        /// Repeats a member's number of each row for the elements of the row.
        case spread(Int)
        case outside(Int, OperandPattern, byRows: Bool)
    }

    init(emitter: Emitter, unit: PlanUnit) {
        self.emitter = emitter
        iteration = unit.iteration!
        for member in unit.members {
            for input in emitter.graph.sources(of: member) { lastReader[input] = member }
        }
    }

    /// Elements per strip: about as many as suit the first-level cache; twice as many in whole rows, because work per
    /// row costs more.
    var strip: Int {
        guard let row = iteration.row else { return Int(RV_STRIP) }
        return max(1, 2 * Int(RV_STRIP) / row) * row
    }

    /// The granularity of a part's range of elements.
    var block: Int { iteration.block == 1 ? strip : iteration.block }

    mutating func add(_ member: Int) {
        let entry = emitter.graph.entries[member]
        let inputs = emitter.graph.sources(of: member)
        let sources = zip(entry.inputs, inputs).map { operand(of: $0, $1, readBy: member) }
        // A strip may be reused for the result of its last reader: kernels read an element before they write it.
        for input in Set(inputs) where lastReader[input] == member {
            if let strip = stripOf.removeValue(forKey: input) { freeStrips.append(strip) }
        }
        let destination = result(of: member)
        var (code, ordinal) = Self.instruction(for: entry.operation)
        if operands[Int(destination)].access == RV_SUMS { code = RV_SUM_COLUMNS }
        let first = sources.first ?? destination
        instructions.append(
            rv_instruction(
                operation: code, ordinal: ordinal, by_rows: isByRows(member) ? 1 : 0, destination: destination,
                a: first,
                b: sources.count > 1 ? sources[1] : first, c: sources.count > 2 ? sources[2] : first))
    }

    private func isByRows(_ index: Int) -> Bool { iteration.isByRows(index, in: emitter.graph) }

    /// - Parameter source: the input, whatever its shape.
    private mutating func operand(of input: Int, _ source: Int, readBy member: Int) -> UInt32 {
        let entry = emitter.graph.entries[member]
        let isReduction = if case .reduce = entry.operation { true } else { false }
        let byRows = isByRows(member) && !isReduction
        if let place = placed[.member(source)] {
            return isByRows(source) && !byRows ? spread(source, place) : place
        }
        // A reduction reads the elements of its row.
        let pattern =
            isReduction
            ? .contiguous : OperandPattern(source: emitter.graph.entries[input].shape, target: entry.shape)!
        let key = Operand.outside(input, pattern, byRows: byRows)
        if let place = placed[key] { return place }
        let memory = emitter.address(input).assumingMemoryBound(to: Float.self)
        let (access, inner, outer, step): (rv_access, Int, Int, Int) =
            switch pattern {
            case .contiguous:
                if let rows = emitter.graph.views.rows(of: input, in: emitter.graph) {
                    (RV_PERIODIC, rows.width, rows.width, rows.line)
                } else {
                    (RV_CONTIGUOUS, 1, 1, 1)
                }
            case .scalar: (RV_SCALAR, 1, 1, 1)
            case .periodic(let inner, let outer): (RV_PERIODIC, inner, outer, inner)
            case .column(let inner, let outer): (RV_COLUMN, inner, outer, 1)
            }
        let strip = access == RV_CONTIGUOUS ? 0 : takeNewStrip()
        return place(
            key,
            rv_operand(
                memory: memory, inner: inner, outer: outer, step: step, access: access, strip: strip,
                by_rows: byRows ? 1 : 0))
    }

    private mutating func result(of member: Int) -> UInt32 {
        if let columns = Iteration.columns(of: member, in: emitter.graph) {
            let memory = emitter.address(member).assumingMemoryBound(to: Float.self)
            return place(
                .member(member),
                rv_operand(
                    memory: memory, inner: columns.inner, outer: columns.block, step: 1, access: RV_SUMS, strip: 0,
                    by_rows: 0))
        }
        if emitter.places.places[member] == .register {
            let strip = freeStrips.popLast() ?? takeNewStrip()
            stripOf[member] = strip
            return place(.member(member), register(strip, byRows: isByRows(member)))
        }
        let memory = emitter.address(member).assumingMemoryBound(to: Float.self)
        let byRows: UInt32 = isByRows(member) ? 1 : 0
        return place(
            .member(member),
            rv_operand(memory: memory, inner: 1, outer: 1, step: 1, access: RV_CONTIGUOUS, strip: 0, by_rows: byRows))
    }

    private mutating func spread(_ member: Int, _ source: UInt32) -> UInt32 {
        if let place = placed[.spread(member)] { return place }
        let result = place(.spread(member), register(takeNewStrip(), byRows: false))
        instructions.append(
            rv_instruction(
                operation: RV_SPREAD_ROWS, ordinal: 0, by_rows: 0, destination: result, a: source, b: source, c: source)
        )
        return result
    }

    private func register(_ strip: UInt32, byRows: Bool) -> rv_operand {
        rv_operand(memory: nil, inner: 1, outer: 1, step: 1, access: RV_REGISTER, strip: strip, by_rows: byRows ? 1 : 0)
    }

    private mutating func place(_ key: Operand, _ operand: rv_operand) -> UInt32 {
        operands.append(operand)
        placed[key] = UInt32(operands.count - 1)
        return UInt32(operands.count - 1)
    }

    private mutating func takeNewStrip() -> UInt32 {
        defer { stripCount += 1 }
        return stripCount
    }

    private static func instruction(for operation: Operation) -> (rv_operation, UInt32) {
        switch operation {
        case .unary(let unary): (code(for: unary), 0)
        case .binary(let binary): (code(for: binary), 0)
        case .select: (RV_SELECT, 0)
        case .random(.uniform, let ordinal): (RV_RANDOM_UNIFORM, UInt32(ordinal))
        case .random(.normal, let ordinal): (RV_RANDOM_NORMAL, UInt32(ordinal))
        case .reduce(.sum, _, _): (RV_SUM_ROWS, 0)
        case .reduce(.maximum, _, _): (RV_MAXIMUM_ROWS, 0)
        default: (RV_COPY, 0)
        }
    }

    private static func code(for operation: Operation.Unary) -> rv_operation {
        switch operation {
        case .negate: RV_NEGATE
        case .absolute: RV_ABSOLUTE
        case .sign: RV_SIGN
        case .exp: RV_EXP
        case .log: RV_LOG
        case .squareRoot: RV_SQUARE_ROOT
        case .square: RV_SQUARE
        case .relu: RV_RELU
        case .sigmoid: RV_SIGMOID
        case .tanh: RV_TANH
        case .softplus: RV_SOFTPLUS
        case .floatFromInt32: RV_FLOAT_FROM_INT32
        case .log1p: RV_LOG1P
        case .expm1: RV_EXPM1
        case .sine: RV_SINE
        case .cosine: RV_COSINE
        case .erf: RV_ERF
        case .erfInverse: RV_ERF_INVERSE
        case .floor: RV_FLOOR
        case .round: RV_ROUND
        case .int32FromFloat: RV_INT32_FROM_FLOAT
        }
    }

    private static func code(for operation: Operation.Binary) -> rv_operation {
        switch operation {
        case .add: RV_ADD
        case .subtract: RV_SUBTRACT
        case .multiply: RV_MULTIPLY
        case .divide: RV_DIVIDE
        case .maximum: RV_MAXIMUM
        case .minimum: RV_MINIMUM
        case .less: RV_LESS
        case .lessEqual: RV_LESS_EQUAL
        case .equal: RV_EQUAL
        case .power: RV_POWER
        }
    }
}
