import CKernels

/// A chain's instructions, and which registers hold its values.
struct ChainBody {
    private struct Overflow: Error {
        let instruction: Int
    }

    /// Vector registers below this one hold values, the others what is the same for all elements.
    private static let valueRegisters = 18
    private static let maskOfRest: UInt8 = 1
    static let temporaryMask: UInt8 = 2

    let range: Range<Int>
    private let operands: [rv_operand]
    private let instructions: [rv_instruction]
    /// The last instruction of the chain that reads an operand.
    private var lastReader: [UInt32: Int] = [:]
    /// The operands that are read after the chain.
    private let readLater: Set<UInt32>

    // What is fixed for the whole chain, in the order of its first use.
    private var bases: [(operand: UInt32, register: Assembler.General)] = []
    private var scalars: [(operand: UInt32, register: Assembler.Vector)] = []
    private var constants: [(value: UInt32, register: Assembler.Vector)] = []

    // The state while the body is written.
    var code = Assembler()
    private var isRest = false
    private var values: [UInt32: Assembler.Vector] = [:]
    private var free: [Assembler.Vector] = []

    init(_ operands: [rv_operand], _ instructions: [rv_instruction], _ range: Range<Int>) {
        (self.operands, self.instructions, self.range) = (operands, instructions, range)
        for index in range {
            for operand in Self.sources(of: instructions[index]) { lastReader[operand] = index }
        }
        readLater = Set(instructions[range.upperBound...].flatMap(Self.sources))
    }

    static func sources(of instruction: rv_instruction) -> [UInt32] {
        [instruction.a, instruction.b, instruction.c]
    }

    /// The first instruction that there are too few registers for; nil if all fit.
    mutating func firstOverflow() -> Int? {
        do throws(Overflow) {
            try write(rest: false)
            return nil
        } catch {
            return error.instruction
        }
    }

    /// The operands whose pointers the chain reads.
    var operandsInMemory: [UInt32] { bases.map(\.operand) + scalars.map(\.operand) }

    /// The chain as a function of the operands' pointers and the number of elements.
    ///
    /// - Parameter place: where the pointer of an operand is.
    mutating func machineCode(_ place: (_ operand: UInt32) -> Int) -> [UInt8] {
        var bodies: [Assembler] = []
        for isRest in [false, true] {
            do throws(Overflow) { try write(rest: isRest) } catch { preconditionFailure("the chain fits") }
            bodies.append(code)
        }
        var result = Assembler()
        let saved = bases.map(\.register).filter(Assembler.General.saved.contains)
        for register in saved { result.push(register) }
        for (operand, register) in bases { result.loadPointer(register, place(operand)) }
        for (operand, register) in scalars {
            result.loadPointer(.rax, place(operand))
            result.vector(.broadcast, register, .first(base: .rax))
        }
        for (value, register) in constants { result.vector(.broadcast, register, .constant(value)) }
        result.loop(whole: bodies[0], rest: bodies[1])
        for register in saved.reversed() { result.pop(register) }
        result.returnFromCall()
        return result.finished()
    }

    private mutating func write(rest: Bool) throws(Overflow) {
        (code, isRest, values) = (Assembler(), rest, [:])
        free = (0..<Self.valueRegisters).reversed().map(Assembler.Vector.init)
        for index in range { try write(instructions[index], at: index) }
    }

    private mutating func write(_ instruction: rv_instruction, at index: Int) throws(Overflow) {
        do throws(OutOfRegisters) {
            let (a, b, c) = (
                try value(of: instruction.a), try value(of: instruction.b), try value(of: instruction.c)
            )
            let result = try takeRegister()
            try compute(instruction.operation, result, a, b, c)
            values[instruction.destination] = result
            try keep(instruction.destination, result)
            for operand in Self.sources(of: instruction) where lastReader[operand] == index { forget(operand) }
            if lastReader[instruction.destination, default: -1] <= index { forget(instruction.destination) }
        } catch {
            throw Overflow(instruction: index)
        }
    }

    /// Writes a result to memory if anything but the chain reads it.
    private mutating func keep(_ operand: UInt32, _ register: Assembler.Vector) throws(OutOfRegisters) {
        guard operands[Int(operand)].access == RV_CONTIGUOUS || readLater.contains(operand) else { return }
        let base = try base(of: operand)
        code.vector(.store, register, .element(base: base), mask: isRest ? Self.maskOfRest : 0)
    }

    private mutating func forget(_ operand: UInt32) {
        if let register = values.removeValue(forKey: operand) { release(register) }
    }

    // MARK: Registers

    struct OutOfRegisters: Error {}

    mutating func takeRegister() throws(OutOfRegisters) -> Assembler.Vector {
        guard let register = free.popLast() else { throw OutOfRegisters() }
        return register
    }

    mutating func release(_ register: Assembler.Vector) { free.append(register) }

    func isTemporary(_ register: Assembler.Vector) -> Bool { register.number < Self.valueRegisters }

    private mutating func value(of operand: UInt32) throws(OutOfRegisters) -> Assembler.Vector {
        if let register = values[operand] ?? scalars.first(where: { $0.operand == operand })?.register {
            return register
        }
        let isScalar = operands[Int(operand)].access == RV_SCALAR
        if isScalar, let register = fixedRegister() {
            scalars.append((operand, register))
            return register
        }
        let base = try base(of: operand)
        let register = try takeRegister()
        if isScalar {
            code.vector(.broadcast, register, .first(base: base))
        } else {
            code.vector(
                .load, register, .element(base: base), mask: isRest ? Self.maskOfRest : 0, zeroing: isRest)
        }
        values[operand] = register
        return register
    }

    private mutating func base(of operand: UInt32) throws(OutOfRegisters) -> Assembler.General {
        if let known = bases.first(where: { $0.operand == operand }) { return known.register }
        let registers = Assembler.General.free + Assembler.General.saved
        guard bases.count < registers.count else { throw OutOfRegisters() }
        bases.append((operand, registers[bases.count]))
        return bases.last!.register
    }

    /// A constant in a register while there are any for it, else in memory.
    mutating func constant(_ bits: UInt32) -> Assembler.Operand {
        if let known = constants.first(where: { $0.value == bits }) { return .vector(known.register) }
        guard let register = fixedRegister() else { return .constant(bits) }
        constants.append((bits, register))
        return .vector(register)
    }

    private func fixedRegister() -> Assembler.Vector? {
        let number = Self.valueRegisters + scalars.count + constants.count
        return number < 32 ? Assembler.Vector(number: number) : nil
    }
}
