import Foundation
import Graphics
import Storage

/// One timing: a name, shared with the scripts of the peers, and what to time.
package struct Benchmark {
    /// What a timing is measured in.
    package enum Unit {
        case microseconds
        /// Environment steps per second, with `perCall` steps in one call.
        case stepsPerSecond(perCall: Int)
    }

    package var name: String
    package var unit: Unit
    /// The step whose plans can be shown; nil if it has none.
    package var step: CheckedStep? = nil
    /// Checks that the work gives the right results, and returns a closure that does it once.
    var prepare: () throws -> () throws -> Void

    package struct Result {
        package var name: String
        package var unit: Unit
        package var medianSeconds: Double
        package var firstCall: FirstCall?

        var microseconds: Double { medianSeconds * 1e6 }

        var stepsPerSecond: Double? {
            guard case .stepsPerSecond(let perCall) = unit else { return nil }
            return Double(perCall) / medianSeconds
        }

        /// name, and stepsPerSecond; or microseconds, the units of all plans, the bytes that they need together, and
        /// the seconds of the first call, of capturing and of planning.
        package var json: JSON {
            if let stepsPerSecond { return ["name": .string(name), "stepsPerSecond": .number(stepsPerSecond)] }
            guard let call = firstCall else { return ["name": .string(name), "microseconds": .number(microseconds)] }
            return [
                "name": .string(name), "microseconds": .number(microseconds), "units": .integer(call.units),
                "peakBytes": .integer(call.peakBytes), "firstCallSeconds": .number(call.seconds),
                "captureSeconds": .number(call.captureSeconds), "planSeconds": .number(call.planSeconds),
            ]
        }

        /// One line of text.
        package var text: String {
            let value =
                stepsPerSecond.map { "\(Int($0).formatted()) steps/s" }
                ?? "\(NumberText.fixed(microseconds, decimals: 1)) µs"
            return name.padding(toLength: 46, withPad: " ", startingAt: 0) + " " + value
        }
    }

    /// The median over repeated calls that take `budget` seconds together, at least seven. Short calls are timed in
    /// groups, so that reading the clock doesn't count.
    package func run(budget: Double) throws -> Result {
        // Must come first, so that it is also the first call in the process.
        let firstCall = try step?.firstCall()
        let work = try prepare()
        for _ in 0..<5 { try work() }
        let single = try time(1, work)
        let repeats = max(1, Int(20e-6 / max(single, 1e-9)))
        var samples: [Double] = []
        let end = clock() + budget
        while clock() < end || samples.count < 7 { try samples.append(time(repeats, work) / Double(repeats)) }
        samples.sort()
        return Result(name: name, unit: unit, medianSeconds: samples[samples.count / 2], firstCall: firstCall)
    }

    private func time(_ repeats: Int, _ work: () throws -> Void) rethrows -> Double {
        let start = clock()
        for _ in 0..<repeats { try work() }
        return clock() - start
    }

    /// Seconds of a monotonic clock.
    private func clock() -> Double { Double(DispatchTime.now().uptimeNanoseconds) * 1e-9 }

    /// The benchmarks that are timed if none is named, in their order.
    package static var all: [Benchmark] { CheckedStep.all.map(\.benchmark) + environmentSteps }

    /// The other benchmarks: one step at many sizes.
    package static var scaling: [Benchmark] { CheckedStep.scaling.map(\.benchmark) }
}
