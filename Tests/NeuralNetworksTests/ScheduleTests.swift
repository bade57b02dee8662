import Foundation
import Testing

@testable import NeuralNetworks
@testable import TensorCore

/// Schedules compared with PyTorch's, and with their formulas where PyTorch has none.
@Suite struct ScheduleTests {
    private static let curves: [String: [Double]] = Golden.load("schedules.json")

    private static let schedules: [String: any Schedule] = [
        "linear": LinearSchedule(from: 0.5, to: 0.125, over: 20),
        "step": StepSchedule(from: 0.5, factor: 0.3, every: 7),
        "exponential": ExponentialSchedule(from: 0.5, factor: 0.9),
        "cosine": CosineSchedule(peak: 0.5, to: 0.01, over: 40),
        "cosine after warm-up": CosineSchedule(peak: 0.5, to: 0.05, warmup: 8, over: 40),
        "one cycle": OneCycleSchedule(peak: 0.5, over: 40),
        "one cycle with other settings": OneCycleSchedule(
            peak: 0.5, over: 40, rise: 0.45, startFactor: 10, endFactor: 50),
    ]

    @Test(arguments: curves.keys.sorted()) func agreesWithPyTorch(_ name: String) throws {
        let schedule = try #require(Self.schedules[name])
        for (step, expected) in Self.curves[name]!.enumerated() {
            #expect(abs(schedule.value(at: step) - expected) < 1e-12, "\(name) at step \(step)")
        }
    }

    @Test func everyScheduleIsCovered() { #expect(Set(Self.curves.keys) == Set(Self.schedules.keys)) }

    @Test func straightLines() {
        let schedule = LinearSchedule(from: 1, to: 0.1, over: 10)
        #expect(schedule.value(at: 0) == 1)
        #expect(abs(schedule.value(at: 5) - 0.55) < 1e-15)
        #expect(schedule.value(at: 10) == 0.1 && schedule.value(at: 1_000) == 0.1)
        #expect(LinearSchedule(from: 1, to: 0.5, over: 0).value(at: 0) == 0.5)
        #expect(ConstantSchedule(0.3).value(at: 0) == 0.3 && ConstantSchedule(0.3).value(at: 9) == 0.3)
    }

    /// Vaswani et al. 2017, equation 3: width^−½ · min(t^−½, t · warm-up^−3/2).
    @Test func inverseSquareRoots() {
        let (width, warmup) = (512.0, 4_000)
        let schedule = InverseSquareRootSchedule(peak: 1 / (width * Double(warmup)).squareRoot(), warmup: warmup)
        for t in [1, 100, 3_999, 4_000, 4_001, 100_000] {
            let paper = pow(width, -0.5) * min(pow(Double(t), -0.5), Double(t) * pow(Double(warmup), -1.5))
            #expect(abs(schedule.value(at: t - 1) - paper) < 1e-15)
        }
    }

    @Test func endsAndPeaks() {
        let cosine = CosineSchedule(peak: 1, to: 0.1, warmup: 9, over: 100)
        #expect(cosine.value(at: 0) == 0.1 && cosine.value(at: 9) == 1)
        #expect(cosine.value(at: 100) == 0.1 && cosine.value(at: 500) == 0.1)
        #expect(CosineSchedule(peak: 1, over: 0).value(at: 0) == 0)
        #expect(CosineSchedule(peak: 1, warmup: 5, over: 5).value(at: 5) == 0)
        let cycle = OneCycleSchedule(peak: 1, over: 40)
        #expect(cycle.value(at: 11) == 1 && abs(cycle.value(at: 500) - 1 / 25e4) < 1e-15)
        let values = (0..<40).map(cycle.value(at:))
        #expect(values[..<12].elementsEqual(values[..<12].sorted()))
        #expect(values[11...].elementsEqual(values[11...].sorted(by: >)))
    }

    /// A learning rate follows a schedule between replays.
    @Test func optimizersFollow() throws {
        let parameters = Parameters([("x", Variable([1], shape: [1]))])
        let optimizer = SGD(learningRate: 0)
        let plan = try Program("step") { _ in
            try optimizer.update(parameters, [Tensor([1.0])])
            return []
        }.plan()
        for step in 0..<3 {
            optimizer.follow(StepSchedule(from: 0.5, factor: 0.5, every: 1), at: step)
            plan.run()
        }
        #expect(parameters.variables[0].values == [0.125])
    }
}
