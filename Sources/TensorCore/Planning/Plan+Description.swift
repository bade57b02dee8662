import CKernels
import Dispatch

// A plan as text and as a drawing, so that a user sees what a step does and where its time goes.

extension Emitter {
    func describe(_ units: [PlanUnit]) -> [Plan.Step] {
        var producer: [Int: Int] = [:]
        for (position, unit) in units.enumerated() { for member in unit.members { producer[member] = position } }
        return units.enumerated().map { position, unit in
            var step = describe(unit)
            let sources = unit.members.flatMap { graph.entries[$0].inputs }.compactMap { producer[graph.base(of: $0)] }
            step.reads = Set(sources).subtracting([position]).sorted()
            return step
        }
    }

    private func describe(_ unit: PlanUnit) -> Plan.Step {
        let entries = unit.members.map { graph.entries[$0] }
        let names = entries.map(\.operation.name).joined(separator: " · ")
        var outside: Set<Int> = []
        for entry in entries { outside.formUnion(entry.inputs.filter { !unit.members.contains($0) }) }
        let written = unit.members.filter { places.places[$0] != .register }
        let bytes = (Array(outside) + written).map { graph.entries[$0].count * 4 }.reduce(0, +)
        return Plan.Step(
            name: names, shape: entries.last!.shape, flops: unit.members.map(flops).reduce(0, +), bytes: bytes,
            reads: [])
    }

    func flops(_ index: Int) -> Int {
        let entry = graph.entries[index]
        switch entry.operation {
        case .matmul(let left, _):
            let shape = graph.entries[entry.inputs[0]].shape.suffix(2)
            return 2 * entry.count * (left ? shape.first! : shape.last!)
        case .convolution(_, let geometry): return geometry.flops
        case .reduce, .argmax, .cumulativeSum, .scatterAdd: return graph.entries[entry.inputs[0]].count
        case .unary, .binary, .select, .random: return entry.count
        default: return 0
        }
    }
}

extension Plan: CustomStringConvertible {
    /// One line a unit: its operations, result shape, floating-point operations and bytes.
    public var description: String {
        let rows = steps.enumerated().map { index, step in
            "\(index)\t\(step.name) → \(step.shape)\t\(step.flops) FLOP\t\(step.bytes) B"
        }
        let flops = steps.map(\.flops).reduce(0, +)
        return (rows + ["\(steps.count) units, \(flops) FLOP, arena \(arenaBytes) B"]).joined(separator: "\n")
    }

    /// The median seconds of each step over so many runs, which count like any others: variables change, and random
    /// numbers go on.
    ///
    /// Reading the clock adds about 30 ns to each step.
    public func timed(runs: Int) -> [Double] {
        var samples = [[UInt64]](repeating: [], count: steps.count)
        // Before the steps' own instructions there may be a check of the inputs.
        let first = options.checksFinite ? 1 : 0
        for _ in 0..<runs {
            let mode = rv_flush_subnormals()
            defer { rv_restore_mode(mode) }
            var team = replay.begin()
            for index in 0..<replay.count {
                let start = DispatchTime.now().uptimeNanoseconds
                replay.run(index, team: &team)
                let end = DispatchTime.now().uptimeNanoseconds
                if steps.indices.contains(index - first) { samples[index - first].append(end - start) }
            }
            replay.end(team: team)
            finishRun()
        }
        return samples.map { times in times.isEmpty ? 0 : Double(times.sorted()[times.count / 2]) * 1e-9 }
    }

    /// One line a step, the longest first: microseconds, share of all, GFLOP/s, GB/s, and what it is.
    public func table(of seconds: [Double]) -> String {
        let total = seconds.reduce(0, +)
        func column(_ value: Double, _ width: Int, _ decimals: Int) -> String {
            let scale = pow(10, Double(decimals))
            let rounded = (value * scale).rounded() / scale
            let text = decimals == 0 ? "\(Int(rounded))" : "\(rounded)"
            return String(repeating: " ", count: max(0, width - text.count)) + text
        }
        let order = seconds.indices.sorted { seconds[$0] > seconds[$1] }
        let rows = order.map { index in
            let (step, time) = (steps[index], max(seconds[index], 1e-9))
            let rates = column(Double(step.flops) / time * 1e-9, 6, 0) + column(Double(step.bytes) / time * 1e-9, 6, 0)
            return column(time * 1e6, 9, 1) + column(100 * time / total, 6, 1) + rates
                + "  #\(index) \(step.name) → \(step.shape)"
        }
        let head = "       µs     % GFLOP/s GB/s  step"
        return ([head] + rows + [column(total * 1e6, 9, 1) + " in \(steps.count) steps"]).joined(separator: "\n")
    }

    /// The plan as a drawing in Graphviz's language: a node a step, an arrow from each step to what reads its result.
    public var dot: String {
        let nodes = steps.enumerated().map { index, step in
            "  s\(index) [label=\"#\(index) \(step.name)\\n\(step.shape)\"];"
        }
        let arrows = steps.enumerated().flatMap { index, step in step.reads.map { "  s\($0) -> s\(index);" } }
        return (["digraph plan {", "  node [shape=box];"] + nodes + arrows + ["}"]).joined(separator: "\n")
    }
}

import Foundation
