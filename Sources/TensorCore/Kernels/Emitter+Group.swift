import CKernels

extension Emitter {
    /// One pass over a group's elements, strip by strip; see `run_group` in CKernels.
    func emitGroup(_ unit: PlanUnit) -> Instruction {
        var group = GroupBuilder(emitter: self, unit: unit)
        for member in unit.members { group.add(member) }
        let operands = memory.keep(group.operands)
        let instructions = memory.keep(group.instructions)
        let descriptor = memory.keep([
            rv_group(
                count: graph.entries[unit.members[0]].count,
                operands: operands, operand_count: UInt32(group.operands.count),
                instructions: instructions, instruction_count: UInt32(group.instructions.count),
                strip_count: group.stripCount, random: UnsafePointer(random.pointer))
        ])
        let run = kernels.pointer.pointee.run_group!
        return Instruction(scratchBytes: rv_group_scratch(descriptor)) { part, scratch in run(descriptor, scratch, part)
        }
    }
}

/// Collects the operands and instructions of a group, and gives its inner values strips.
private struct GroupBuilder {
    let emitter: Emitter
    let unit: PlanUnit
    private(set) var operands: [rv_operand] = []
    private(set) var instructions: [rv_instruction] = []
    private var placed: [Operand: UInt32] = [:]
    private(set) var stripCount: UInt32 = 0
    private var freeStrips: [UInt32] = []
    private var lastReader: [Int: Int] = [:]
    private var stripOf: [Int: UInt32] = [:]

    private enum Operand: Hashable {
        case member(Int)
        case outside(Int, OperandPattern)
    }

    init(emitter: Emitter, unit: PlanUnit) {
        (self.emitter, self.unit) = (emitter, unit)
        for member in unit.members {
            for input in emitter.graph.entries[member].inputs { lastReader[input] = member }
        }
    }

    mutating func add(_ member: Int) {
        let entry = emitter.graph.entries[member]
        let sources = entry.inputs.map { operand(of: $0, readBy: entry.shape) }
        // A strip whose last reader this is may hold the result: kernels read an element before they write it.
        for input in Set(entry.inputs) where lastReader[input] == member {
            if let strip = stripOf.removeValue(forKey: input) { freeStrips.append(strip) }
        }
        let destination = result(of: member)
        let (code, ordinal) = Self.instruction(for: entry.operation)
        let first = sources.first ?? destination
        instructions.append(
            rv_instruction(
                operation: code, ordinal: ordinal, destination: destination, a: first,
                b: sources.count > 1 ? sources[1] : first, c: sources.count > 2 ? sources[2] : first))
    }

    private mutating func operand(of input: Int, readBy shape: Shape) -> UInt32 {
        if let place = placed[.member(input)] { return place }
        let pattern = OperandPattern(source: emitter.graph.entries[input].shape, target: shape)!
        if let place = placed[.outside(input, pattern)] { return place }
        let memory = emitter.address(input).assumingMemoryBound(to: Float.self)
        let (access, inner): (rv_access, Int) =
            switch pattern {
            case .contiguous: (RV_CONTIGUOUS, 1)
            case .scalar: (RV_SCALAR, 1)
            case .periodic(let inner): (RV_PERIODIC, inner)
            case .column(let inner): (RV_COLUMN, inner)
            }
        let strip = access == RV_CONTIGUOUS ? 0 : takeNewStrip()
        operands.append(rv_operand(memory: memory, inner: inner, access: access, strip: strip))
        placed[.outside(input, pattern)] = UInt32(operands.count - 1)
        return UInt32(operands.count - 1)
    }

    private mutating func result(of member: Int) -> UInt32 {
        if emitter.places.places[member] == .register {
            let strip = freeStrips.popLast() ?? takeNewStrip()
            stripOf[member] = strip
            operands.append(rv_operand(memory: nil, inner: 1, access: RV_REGISTER, strip: strip))
        } else {
            let memory = emitter.address(member).assumingMemoryBound(to: Float.self)
            operands.append(rv_operand(memory: memory, inner: 1, access: RV_CONTIGUOUS, strip: 0))
        }
        placed[.member(member)] = UInt32(operands.count - 1)
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
