import CKernels

/// Compiles chains of a group, which are element-wise instructions one after another, so that their intermediate values
/// stay in registers: interpreted, each goes through the cache.
///
/// A chain computes what the kernels compute, operation by operation, so that it gives the same bits.
struct ChainCompiler {
    let operands: [rv_operand]
    let instructions: [rv_instruction]

    /// A group with chains.
    struct Result {
        var operands: [rv_operand]
        /// The number of operands that are somewhere else in every strip, which come first.
        var movingCount: Int
        /// `RV_CHAIN` in place of compiled ones.
        var instructions: [rv_instruction]
        /// The functions that these name.
        var chains: [UnsafeRawPointer]

        /// The group as it is.
        init(plain operands: [rv_operand], _ instructions: [rv_instruction]) {
            (self.operands, self.instructions) = (operands, instructions)
            (movingCount, chains) = (operands.count, [])
        }
    }

    private enum Step {
        case interpreted(rv_instruction)
        case chain(ChainBody)
    }

    func compiled(into code: MachineCode) -> Result {
        let steps = steps()
        let places = places(of: steps)
        var result = Result(plain: operands, instructions)
        result.instructions = []
        for step in steps {
            switch step {
            case .interpreted(var instruction):
                for path in [\rv_instruction.destination, \.a, \.b, \.c] {
                    instruction[keyPath: path] = places.numbers[instruction[keyPath: path]]!
                }
                result.instructions.append(instruction)
            case .chain(var chain):
                var instruction = rv_instruction()
                (instruction.operation, instruction.ordinal) = (RV_CHAIN, UInt32(result.chains.count))
                instruction.by_rows = instructions[chain.range.lowerBound].by_rows
                guard let function = code.add(chain.machineCode { Int(places.numbers[$0]!) }) else {
                    return Result(plain: operands, instructions)
                }
                result.instructions.append(instruction)
                result.chains.append(function)
            }
        }
        (result.operands, result.movingCount) = (places.operands, places.movingCount)
        return result
    }

    private func steps() -> [Step] {
        var (result, start): ([Step], Int) = ([], 0)
        while start < instructions.count {
            if let chain = longestChain(start..<endOfChain(from: start)) {
                result.append(.chain(chain))
                start = chain.range.upperBound
            } else {
                result.append(.interpreted(instructions[start]))
                start += 1
            }
        }
        return result
    }

    /// The operands that are read or written in memory, in their new order, and their new numbers.
    private func places(
        of steps: [Step]
    ) -> (operands: [rv_operand], movingCount: Int, numbers: [UInt32: UInt32]) {
        var (interpreted, used): (Set<UInt32>, Set<UInt32>) = ([], [])
        for step in steps {
            switch step {
            case .interpreted(let instruction):
                interpreted.formUnion(ChainBody.sources(of: instruction) + [instruction.destination])
            case .chain(let chain): used.formUnion(chain.operandsInMemory)
            }
        }
        var kept = operands.indices.map(UInt32.init).filter { interpreted.contains($0) || used.contains($0) }
        func isMoving(_ operand: UInt32) -> Bool {
            switch operands[Int(operand)].access {
            case RV_REGISTER, RV_SCALAR, RV_SUMS: false
            default: true
            }
        }
        let movingCount = kept.filter(isMoving).count
        kept = kept.filter(isMoving) + kept.filter { !isMoving($0) }
        let ordered = kept.map { operand in
            var result = operands[Int(operand)]
            if result.access == RV_SCALAR, !interpreted.contains(operand) { result.access = RV_FIRST }
            return result
        }
        let numbers = Dictionary(uniqueKeysWithValues: kept.enumerated().map { ($1, UInt32($0)) })
        return (ordered, movingCount, numbers)
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
