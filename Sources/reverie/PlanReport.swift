import Foundation
import Graphics
import Storage
import TensorCore

/// Plans as text: what each of them is, needs and takes, and a table of its steps.
struct PlanReport {
    /// A plan, how often it runs, and what it took to make it.
    struct Item {
        var timing: PlanTiming
        var runs: Int
        var making: Plan.Making
    }

    let items: [Item]
    private let limits: MachineLimits
    /// What the number of runs refers to, such as `per step`.
    private let period: String

    /// Measures the machine and times the plans, which are listed from the slowest to the fastest.
    ///
    /// - Parameter makings: what it took to make the plans, if that differs from what they report themselves.
    init(_ plans: [(plan: Plan, runs: Int)], makings: [Plan.Making]? = nil, period: String) throws {
        let limits = try MachineLimits.measure()
        let makings = makings ?? plans.map(\.plan.making)
        (self.limits, self.period) = (limits, period)
        items = zip(plans, makings).map { plan, making in
            Item(timing: PlanTiming(plan.plan, limits: limits), runs: plan.runs, making: making)
        }.sorted { $0.timing.total * Double($0.runs) > $1.timing.total * Double($1.runs) }
    }

    var text: String {
        let rates = limits.bandwidths.map { "\(Self.gigabytes($0.bytesPerSecond)) for \(Self.bytes($0.bytes))" }
        let head =
            "limits: \(NumberText.fixed(limits.flopsPerSecond * 1e-9, decimals: 0)) GFLOP/s; GB/s of arrays by size: "
            + rates.joined(separator: ", ")
        return ([head] + items.map { "\n" + heading($0) + "\n" + $0.timing.table }).joined(separator: "\n")
    }

    private func heading(_ item: Item) -> String {
        let (plan, memory, making) = (item.timing.plan, item.timing.plan.memoryUse, item.making)
        let parts = [
            ("arena", memory.arena), ("scratch", memory.scratch), ("inputs", memory.inputs),
            ("outputs", memory.outputs), ("variables", memory.variables), ("constants", memory.constants),
            ("tables", memory.tables),
        ].map { "\($0) \(Self.bytes($1))" }
        let seconds = item.timing.total * Double(item.runs)
        let runs = counted(item.runs, "run", written: item.runs.formatted())
        return """
            \(plan.name): \(runs) \(period), \(Self.time(seconds))
              \(making.nodes) nodes recorded, \(plan.steps.count) units; \(plan.flops.formatted()) FLOP, \
            \(Self.bytes(plan.bytes)) read and written per run
              memory \(Self.bytes(memory.total)): \(parts.joined(separator: ", "))
              captured in \(Self.time(making.captureSeconds)), planned in \(Self.time(making.planSeconds))
            """
    }

    static func time(_ seconds: Double) -> String {
        if seconds < 1e-3 { return "\(NumberText.fixed(seconds * 1e6, decimals: 1)) µs" }
        if seconds < 1 { return "\(NumberText.fixed(seconds * 1e3, decimals: 1)) ms" }
        return "\(NumberText.fixed(seconds, decimals: 2)) s"
    }

    static func bytes(_ count: Int) -> String {
        let value = Double(count)
        if count < 1 << 10 { return "\(count) B" }
        if count < 1 << 20 { return "\(NumberText.fixed(value / 0x1p10, decimals: 0)) KiB" }
        return "\(NumberText.fixed(value / 0x1p20, decimals: value < 0x64p20 ? 1 : 0)) MiB"
    }

    private static func gigabytes(_ rate: Double) -> String { NumberText.fixed(rate * 1e-9, decimals: 0) }
}
