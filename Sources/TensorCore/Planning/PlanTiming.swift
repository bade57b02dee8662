import CKernels
import Dispatch

extension Plan {
    /// The median seconds of each step over the given number of runs, which count like any others: variables change,
    /// and random numbers advance.
    public func timed(runs: Int) -> [Double] {
        var samples = [[UInt64]](repeating: [], count: steps.count)
        for _ in 0..<runs {
            let mode = rv_flush_subnormals()
            defer { rv_restore_mode(mode) }
            var team = threadedRun.begin()
            for index in 0..<threadedRun.count {
                let start = Self.nanoseconds()
                threadedRun.run(index, team: &team)
                let end = Self.nanoseconds()
                if steps.indices.contains(index - firstStep) { samples[index - firstStep].append(end - start) }
            }
            threadedRun.end(team: team)
            finishRun()
        }
        let clock = Self.median(
            (0..<101).map { _ in
                let start = Self.nanoseconds()
                return Self.nanoseconds() - start
            })
        return samples.map { max(0, Self.median($0) - clock) * 1e-9 }
    }

    static func nanoseconds() -> UInt64 { DispatchTime.now().uptimeNanoseconds }

    private static func median(_ values: [UInt64]) -> Double {
        values.isEmpty ? 0 : Double(values.sorted()[values.count / 2])
    }
}

/// Where a plan spends its time: how long each step takes, compared with the minimum on this machine.
public struct PlanTiming {
    /// The plan.
    public let plan: Plan
    /// The median seconds of each step.
    public let seconds: [Double]
    private let limits: MachineLimits

    /// Runs the plan for about `budget` seconds, at least seven times. The runs count like any others: variables
    /// change, and random numbers advance.
    public init(_ plan: Plan, limits: MachineLimits, budget: Double = 0.3) {
        let once = plan.timed(runs: 1).reduce(0, +)
        self.init(
            plan, seconds: plan.timed(runs: Int(min(max(budget / max(once, 1e-6), 7), 10_000))), limits: limits)
    }

    init(_ plan: Plan, seconds: [Double], limits: MachineLimits) {
        (self.plan, self.seconds, self.limits) = (plan, seconds, limits)
    }

    /// The sum over the steps.
    public var total: Double { seconds.reduce(0, +) }

    /// A step's share of the total.
    public func share(of step: Int) -> Double { total > 0 ? seconds[step] / total : 0 }

    /// The minimum time of a step on this machine divided by the time that it took: 1 is at the limit.
    public func limitShare(of step: Int) -> Double {
        let least = limits.leastSeconds(flops: plan.steps[step].flops, bytes: plan.steps[step].bytes)
        return seconds[step] > 0 ? least / seconds[step] : 0
    }

    /// One line per step, the longest first: microseconds, share of the total, GFLOP/s, GB/s, share of the limit, the
    /// operations, and where the step was recorded.
    public var table: String {
        let head = "       µs      %  GFLOP/s    GB/s  limit %  step"
        let rows = seconds.indices.sorted { seconds[$0] > seconds[$1] }.map(row)
        let least = plan.steps.map { limits.leastSeconds(flops: $0.flops, bytes: $0.bytes) }.reduce(0, +)
        let sum =
            column(total * 1e6, 9, 1) + column(100, 7, 1) + rates(plan.flops, plan.bytes, total)
            + column(100 * least / max(total, 1e-12), 9, 0) + "  all \(plan.steps.count) steps"
        return ([head] + rows + [sum]).joined(separator: "\n")
    }

    private func row(_ index: Int) -> String {
        let (step, time) = (plan.steps[index], seconds[index])
        let place = place(of: index)
        return column(time * 1e6, 9, 1) + column(100 * share(of: index), 7, 1) + rates(step.flops, step.bytes, time)
            + column(100 * limitShare(of: index), 9, 0) + "  #\(index) \(step.summary) → \(step.shape)"
            + (place.isEmpty ? "" : "  (\(place))")
    }

    /// Where a step was recorded; not looked up for steps that hardly count.
    private func place(of index: Int) -> String { share(of: index) < 0.005 ? "" : plan.steps[index].place }

    private func rates(_ flops: Int, _ bytes: Int, _ time: Double) -> String {
        column(Double(flops) / max(time, 1e-9) * 1e-9, 9, 0) + column(Double(bytes) / max(time, 1e-9) * 1e-9, 8, 0)
    }

    /// Right-aligned in a column.
    private func column(_ value: Double, _ width: Int, _ decimals: Int) -> String {
        let text = number(value, decimals)
        return String(repeating: " ", count: max(1, width - text.count)) + text
    }

    /// A number with one digit after the point, or none.
    private func number(_ value: Double, _ decimals: Int) -> String {
        decimals == 0 ? "\(Int(value.rounded()))" : "\((value * 10).rounded() / 10)"
    }

    /// Plans as one drawing in Graphviz's language: a frame per plan and a box per step, redder the longer it takes,
    /// with an arrow from each step to the steps that read its result.
    public static func drawing(of timings: [PlanTiming]) -> String {
        let frames = timings.enumerated().map { index, timing in timing.frame(index) }
        return (["digraph plans {", "  node [shape=box, style=filled];"] + frames + ["}", ""]).joined(separator: "\n")
    }

    private func frame(_ frame: Int) -> String {
        let longest = max(seconds.max() ?? 0, 1e-12)
        let title = "\(plan.name), \(number(total * 1e6, 1)) µs"
        var text = ["  subgraph cluster\(frame) {", "    label=\"\(quoted(title))\";"]
        for (index, step) in plan.steps.enumerated() {
            let times =
                "\(number(seconds[index] * 1e6, 1)) µs, \(number(100 * share(of: index), 1)) %, "
                + "\(number(100 * limitShare(of: index), 0)) % of the limit"
            let lines = ["#\(index) → \(step.shape)"] + wrapped(step.summary) + [times]
            let label = (lines + place(of: index).split(separator: ",").prefix(1).map(String.init)).map(quoted)
            let red = (seconds[index] / longest * 1000).rounded() / 1000
            text.append(
                "    s\(frame)_\(index) [label=\"\(label.joined(separator: "\\n"))\", fillcolor=\"0.02 \(red) 1.0\"];")
            text += step.reads.map { "    s\(frame)_\($0) -> s\(frame)_\(index);" }
        }
        return (text + ["  }"]).joined(separator: "\n")
    }

    /// One operation per line if there are few, several if there are many.
    private func wrapped(_ summary: String) -> [String] {
        var lines: [String] = []
        for part in summary.split(separator: " · ") {
            if let last = lines.last, last.count + part.count < 36 {
                lines[lines.count - 1] = "\(last) · \(part)"
            } else {
                lines.append(String(part))
            }
        }
        return lines
    }

    private func quoted(_ text: String) -> String {
        text.split(separator: "\\", omittingEmptySubsequences: false).joined(separator: "\\\\")
            .split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\\\"")
    }
}
