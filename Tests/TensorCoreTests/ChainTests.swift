import CKernels
import Testing

@testable import TensorCore

/// Compiled chains compared, bit by bit, with the kernels that would run their instructions one by one.
@Suite(.enabled(if: MachineCode.isSupported, "no machine code on this processor or system"))
struct ChainTests {
    static let operations = (0..<RV_ELEMENTWISE_COUNT.rawValue).map { rv_operation($0) }.filter(ChainBody.compiles)

    /// Every operation on numbers of all magnitudes, and on pairs of special ones.
    @Test(arguments: operations.map(\.rawValue)) func operationsGiveTheKernelsBits(_ code: UInt32) throws {
        let special: [Float] = [
            0, -0.0, 1, -1, 0.625, .infinity, -.infinity, .nan, .leastNormalMagnitude, .leastNonzeroMagnitude, 89, -104,
            .greatestFiniteMagnitude, 2.5, -2.5,
        ]
        let pairs = special.flatMap { x in special.map { (x, $0) } }
        let firsts = ElementwiseKernelTests.arguments + pairs.map(\.0)
        let seconds = ElementwiseKernelTests.arguments.reversed() + pairs.map(\.1)
        var group = TestGroup(inputs: [firsts, seconds, firsts.map { $0 * 0.5 }])
        let result = group.add(rv_operation(code), [0, 1, 2], isStored: true)
        group.add(RV_NEGATE, [result], isStored: true)
        try group.check()
    }

    /// Chains of any operations, of lengths that vectors don't divide, some with more values than there are registers.
    @Test(arguments: 0..<300) func randomChainsGiveTheKernelsBits(_ seed: UInt64) throws {
        var generator = SplitMix64(state: seed)
        let count = [1, 15, 16, 17, 100, 511, 512, 513, 2000].randomElement(using: &generator)!
        let inputs = (0..<Int.random(in: 1...14, using: &generator)).map { _ in
            let length = Int.random(in: 0..<3, using: &generator) == 0 ? 1 : count
            return (0..<length).map { _ in Float.random(in: -3...3, using: &generator) }
        }
        var group = TestGroup(count: count, inputs: inputs)
        for _ in 0..<Int.random(in: 2...48, using: &generator) {
            let sources = (0..<3).map { _ in Int.random(in: 0..<group.operandCount, using: &generator) }
            group.add(
                Self.operations.randomElement(using: &generator)!, sources,
                isStored: Int.random(in: 0..<4, using: &generator) == 0)
        }
        group.add(RV_COPY, [group.operandCount - 1], isStored: true)
        try group.check()
    }

    /// Plans use them: an optimiser's update is one pass.
    @Test func plansCompileChains() throws {
        let program = Program("step", inputs: [.float32(1000), .float32(1000)]) {
            [0.9 * $0[0] + 0.1 * $0[1].squared() / ($0[1].squareRoot() + 1e-8)]
        }
        let plan = try program.plan()
        #expect(plan.steps.count == 1)
        let code = try #require(plan.emitter.memory.code)
        #expect(code.functionCount == 1)
        let options = try PlanOptions(kernels: .narrowest())
        let plain = Program("step", inputs: [.float32(1)], options: options) { [$0[0] + 1] }
        #expect(try plain.plan().emitter.memory.code == nil)
    }
}

/// A group of element-wise instructions on arrays of its own.
private struct TestGroup {
    private let count: Int
    private var arrays: [[Float]]
    private var operands: [rv_operand] = []
    private var instructions: [rv_instruction] = []
    private var stripCount: UInt32 = 0

    var operandCount: Int { operands.count }

    /// - Parameter inputs: operands; those of one number are read by every element.
    init(count: Int? = nil, inputs: [[Float]]) {
        self.count = count ?? inputs[0].count
        arrays = inputs
        for input in inputs { addOperand(input.count == 1 ? RV_SCALAR : RV_CONTIGUOUS) }
    }

    private mutating func addOperand(_ access: rv_access) {
        let strip = access == RV_CONTIGUOUS ? 0 : stripCount
        if access != RV_CONTIGUOUS { stripCount += 1 }
        operands.append(
            rv_operand(memory: nil, inner: 1, outer: 1, step: 1, access: access, strip: strip, by_rows: 0))
    }

    /// - Parameter isStored: whether the result goes to an array rather than to a strip.
    /// - Returns: the result's operand.
    @discardableResult mutating func add(_ operation: rv_operation, _ sources: [Int], isStored: Bool) -> Int {
        arrays.append(isStored ? [Float](repeating: 0, count: count) : [])
        addOperand(isStored ? RV_CONTIGUOUS : RV_REGISTER)
        let places = (0..<3).map { UInt32(sources[min($0, sources.count - 1)]) }
        instructions.append(
            rv_instruction(
                operation: operation, ordinal: 0, by_rows: 0, destination: UInt32(operands.count - 1), a: places[0],
                b: places[1], c: places[2]))
        return operands.count - 1
    }

    func check() throws {
        let memory = arrays.map { HostArray($0.isEmpty ? [0] : $0) }
        let placed = zip(operands, memory).map { operand, array in
            var operand = operand
            operand.memory = array.memory.assumingMemoryBound(to: Float.self)
            return operand
        }
        let code = MachineCode()
        let compiled = ChainCompiler(operands: placed, instructions: instructions).compiled(into: code)
        try code.seal(for: "test")
        #expect(!compiled.chains.isEmpty)
        let results = [.init(plain: placed, instructions), compiled].map { group in
            for (array, values) in zip(memory, arrays) where !values.isEmpty {
                _ = array.floats.update(fromContentsOf: values)
            }
            run(group)
            return zip(arrays, memory).map { $0.isEmpty ? [] : [Float]($1.floats) }
        }
        for (index, (result, values)) in zip(results[1], results[0]).enumerated() {
            let wrong = result.indices.filter {
                result[$0].bitPattern != values[$0].bitPattern && !(result[$0].isNaN && values[$0].isNaN)
            }
            #expect(wrong.isEmpty, "operand \(index): \(wrong.prefix(3).map { (result[$0], values[$0]) })")
        }
    }

    /// Runs a group, with subnormal numbers treated as 0 as in plans.
    private func run(_ group: ChainCompiler.Result) {
        let functions = group.chains.map { unsafeBitCast($0, to: rv_chain?.self) }
        group.operands.withUnsafeBufferPointer { operands in
            group.instructions.withUnsafeBufferPointer { instructions in
                functions.withUnsafeBufferPointer { functions in
                    var descriptor = rv_group(
                        count: count, row: 1, strip: Int(RV_STRIP), block: Int(RV_STRIP),
                        operands: operands.baseAddress, operand_count: UInt32(operands.count),
                        moving_count: UInt32(group.movingCount), instructions: instructions.baseAddress,
                        instruction_count: UInt32(instructions.count), strip_count: stripCount, random: nil,
                        chains: functions.baseAddress)
                    let scratch = HostArray.allocate(bytes: rv_group_scratch(&descriptor))
                    defer { scratch.deallocate() }
                    let mode = rv_flush_subnormals()
                    defer { rv_restore_mode(mode) }
                    let table = KernelTable.named(MachineCode.instructionSet)!.pointer
                    table.pointee.run_group(&descriptor, scratch.assumingMemoryBound(to: Float.self), .whole)
                }
            }
        }
    }
}
