import CKernels

/// Compiles chains of a group, which are element-wise instructions one after another, so that their intermediate values
/// stay in registers: interpreted, each goes through the cache.
///
/// A chain computes what the kernels compute, operation by operation, so that it gives the same bits.
struct ChainCompiler {
    let operands: [rv_operand]
    let instructions: [rv_instruction]

    /// The group's instructions with `RV_CHAIN` in place of compiled ones, and the chains that these name.
    func compiled(into code: MachineCode) -> (instructions: [rv_instruction], chains: [UnsafeRawPointer]) {
        var (result, chains): ([rv_instruction], [UnsafeRawPointer]) = ([], [])
        var start = 0
        while start < instructions.count {
            let end = endOfChain(from: start)
            guard var chain = longestChain(start..<end) else {
                result.append(instructions[start])
                start += 1
                continue
            }
            var instruction = instructions[start]
            (instruction.operation, instruction.ordinal) = (RV_CHAIN, UInt32(chains.count))
            guard let function = code.add(chain.machineCode()) else { return (instructions, []) }
            result.append(instruction)
            chains.append(function)
            start = chain.range.upperBound
        }
        return (result, chains)
    }

    private func endOfChain(from start: Int) -> Int {
        var end = start
        while end < instructions.count, ChainBody.compiles(instructions[end].operation),
            instructions[end].by_rows == instructions[start].by_rows
        {
            end += 1
        }
        return end
    }

    /// A chain of the first instructions of a range, as many as there are registers for; nil if it isn't worth it.
    private func longestChain(_ range: Range<Int>) -> ChainBody? {
        var range = range
        while range.count > 1 {
            var chain = ChainBody(operands, instructions, range)
            guard let overflow = chain.firstOverflow() else { return chain }
            range = range.lowerBound..<overflow
        }
        return nil
    }
}
