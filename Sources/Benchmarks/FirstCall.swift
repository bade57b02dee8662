import Dispatch
import TensorCore

/// What a step's first call takes, and the plans that it makes.
package struct FirstCall {
    /// The plans of a step, with their number of runs per step.
    package var plans: [(plan: Plan, runs: Int)]
    /// The seconds of the first run alone.
    package var runSeconds: Double

    package var captureSeconds: Double { plans.map(\.plan.making.captureSeconds).reduce(0, +) }
    package var planSeconds: Double { plans.map(\.plan.making.planSeconds).reduce(0, +) }
    /// The seconds from the start of recording to the end of the first run.
    package var seconds: Double { captureSeconds + planSeconds + runSeconds }
    package var units: Int { plans.map(\.plan.steps.count).reduce(0, +) }
    /// See `Plan.Memory`.
    package var peakBytes: Int { Plan.memoryUse(of: plans.map(\.plan)).total }
}

extension CheckedStep {
    /// Makes the step and runs it once.
    package func firstCall() throws -> FirstCall {
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
