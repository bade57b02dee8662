import Foundation

extension Emitter {
    /// The approximate time that one thread takes for a unit, in nanoseconds, from measurements on an AVX-512
    /// processor, which moves 150 bytes per nanosecond through the second-level cache. Pure copies count half: two
    /// threads are no faster at copying data that they have to fetch from each other's cache.
    func nanoseconds(_ unit: PlanUnit, _ step: Plan.Step) -> Double {
        let work = unit.members.map(nanoseconds).reduce(0, +)
        return work + Double(step.bytes) / (work == 0 ? 300 : 150)
    }

    private func nanoseconds(_ index: Int) -> Double {
        let entry = graph.entries[index]
        let count = Double(entry.count)
        let operand = entry.inputs.first.map { graph.entries[$0] }
        switch entry.operation {
        case .matmul, .convolution: return Double(flops(index)) / 200
        case .unary(let operation): return count * (operation.isTranscendental ? 0.4 : 0.02)
        case .binary(let operation): return count * (operation == .power ? 1 : 0.02)
        case .select: return count * 0.02
        case .random: return count * 0.5
        case .reduce: return Double(operand!.count) * 0.02
        case .cumulativeSum: return count * 0.25
        case .argmax: return Double(operand!.count)
        case .scatterAdd, .gather, .poolArgmax: return Double(max(entry.count, operand!.count)) * 0.25
        case .argsort: return count * 3 * log2(Double(max(2, entry.shape.last!)))
        case .cholesky, .triangularSolve, .inverse, .logAbsoluteDeterminant:
            return Double(operand!.count * operand!.shape.last!) * 0.5
        default: return 0
        }
    }
}

extension Operation.Unary {
    /// Whether it is computed by a series of some length.
    fileprivate var isTranscendental: Bool {
        switch self {
        case .exp, .log, .sigmoid, .tanh, .softplus, .log1p, .expm1, .sine, .cosine, .erf, .erfInverse: true
        default: false
        }
    }
}
