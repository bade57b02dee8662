import Dispatch
import TensorCore

/// What a step's first call takes, and the plans that it leaves.
struct FirstCall {
    /// The plans that a step runs, with their runs a step.
    var plans: [(plan: Plan, runs: Int)]
    /// Of the first run alone.
    var runSeconds: Double

    var captureSeconds: Double { plans.map(\.plan.making.captureSeconds).reduce(0, +) }
    var planSeconds: Double { plans.map(\.plan.making.planSeconds).reduce(0, +) }
    /// From the recording to the end of the first run.
    var seconds: Double { captureSeconds + planSeconds + runSeconds }
    var units: Int { plans.map(\.plan.steps.count).reduce(0, +) }
    /// See `Plan.Memory`.
    var peakBytes: Int { Plan.memoryUse(of: plans.map(\.plan)).total }

    /// A line for people.
    var text: String {
        let parts = ["captured": captureSeconds, "planned": planSeconds, "ran": runSeconds] as KeyValuePairs
        return "first call \(PlanReport.time(seconds)): "
            + parts.map { "\($0) in \(PlanReport.time($1))" }.joined(separator: ", ")
            + "; needs \(PlanReport.bytes(peakBytes))"
    }
}

extension CheckedStep {
    /// Makes the step and runs it once.
    func firstCall() throws -> FirstCall {
        var numbers = BenchmarkNumbers()
        let (made, early) = try Plan.collecting { try make(&numbers) }
        let runs = early.map(\.runCount)
        let start = DispatchTime.now().uptimeNanoseconds
        let (_, late) = try Plan.collecting { try made.run() }
        let seconds = Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9
        let making = late.map { $0.making.captureSeconds + $0.making.planSeconds }.reduce(0, +)
        let plans = zip(early + late, runs + late.map { _ in 0 }).map { ($0, $0.runCount - $1) }
        return FirstCall(plans: plans.filter { $0.1 > 0 }, runSeconds: seconds - making)
    }
}
