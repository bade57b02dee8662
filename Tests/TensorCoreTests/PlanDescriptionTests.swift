import Testing

@testable import TensorCore

/// A call outside the tests' macros, whose code has no lines of its own.
@inline(never) private func growth(_ x: Tensor) -> Tensor { x.matmul(x) + 1 }

/// A plan is readable: as text, as a table of times, and as a drawing.
@Suite struct PlanDescriptionTests {
    private func plan() throws -> Plan {
        try Program("step", inputs: [.float32(8, 4), .float32(4, 3)]) { inputs in
            let y = inputs[0].matmul(inputs[1]).tanh() * 2
            return [y.cumulativeSum(axis: 0), y]
        }.plan()
    }

    @Test func textHasEachStep() throws {
        let text = try plan().description
        #expect(text.contains("matmul [8, 4] × [4, 3] → [8, 3]\t192 FLOP"))
        #expect(text.contains("tanh · multiply → [8, 3]\t48 FLOP"))
        #expect(text.hasSuffix("3 units, 264 FLOP, arena 128 B"))
    }

    @Test func timesAreOfEachStep() throws {
        let plan = try plan()
        let seconds = plan.timed(runs: 5)
        #expect(seconds.count == 3 && seconds.allSatisfy { $0 >= 0 })
        // Timed runs count as runs.
        for index in 0..<32 { plan.input(0)[index] = 1 }
        for index in 0..<12 { plan.input(1)[index] = 0.25 }
        _ = plan.timed(runs: 1)
        let expected = [Float](plan.output(1))
        plan.run()
        #expect([Float](plan.output(1)) == expected && expected[0] > 1.5)
    }

    /// Limits that make arithmetic easy: 1 GFLOP/s, and 1 or 2 GB/s.
    private let limits = MachineLimits(
        flopsPerSecond: 1e9, bandwidths: [(bytes: 100, bytesPerSecond: 2e9), (bytes: 10_000, bytesPerSecond: 1e9)])

    @Test func limitsAreOfTheSlowerOfBoth() {
        #expect(limits.leastSeconds(flops: 1000, bytes: 100) == 1e-6)
        #expect(limits.leastSeconds(flops: 10, bytes: 900) == 4.5e-7)
        #expect(limits.leastSeconds(flops: 10, bytes: 1100) == 1.1e-6)
        #expect(limits.leastSeconds(flops: 0, bytes: 1 << 20) == 1.048576e-3)
        #expect(limits.leastSeconds(flops: 0, bytes: 0) == 0)
    }

    @Test func tableIsInTheOrderOfTime() throws {
        let timing = PlanTiming(try plan(), seconds: [1e-6, 2e-6, 1e-6], limits: limits)
        #expect(timing.total == 4e-6 && timing.share(of: 1) == 0.5)
        let expected = """
                   µs      %  GFLOP/s    GB/s  limit %  step
                  2.0   50.0        0       0        5  #1 tanh · multiply → [8, 3]
                  1.0   25.0        0       0       19  #0 matmul [8, 4] × [4, 3] → [8, 3]
                  1.0   25.0        0       0       10  #2 cumulative sum 0 → [8, 3]
                  4.0  100.0        0       0       10  all 3 steps
            """
        #expect(timing.table == expected)
    }

    @Test func machineHasLimits() throws {
        let limits = try MachineLimits.measure()
        #expect(limits.flopsPerSecond > 1e8 && limits.flopsPerSecond < 1e14)
        #expect(limits.bandwidths.map(\.bytes) == limits.bandwidths.map(\.bytes).sorted())
        #expect(limits.bandwidths.allSatisfy { $0.bytesPerSecond > 1e7 && $0.bytesPerSecond < 1e14 })
        let timing = PlanTiming(try plan(), limits: limits, budget: 0.001)
        #expect(timing.seconds.count == 3 && timing.plan.runCount > 7)
    }

    @Test func drawingFollowsTheData() throws {
        let timing = PlanTiming(try plan(), seconds: [1e-6, 2e-6, 1e-6], limits: limits)
        let dot = PlanTiming.drawing(of: [timing, timing])
        #expect(dot.hasPrefix("digraph plans {") && dot.hasSuffix("}\n"))
        for number in 0..<2 {
            let reads = [(0, 1), (1, 2), (0, 2)].map { dot.contains("s\(number)_\($0) -> s\(number)_\($1);") }
            #expect(reads == [true, true, false])
        }
        #expect(dot.contains("tanh · multiply\\n2.0 µs, 50.0 %, 5 % of the limit\", fillcolor=\"0.02 1.0 1.0\""))
        #expect(dot.contains("label=\"step, 4.0 µs\""))
    }

    /// Quotes in a program's name don't end the label.
    @Test func namesAreQuoted() throws {
        let plan = try Program("a \"b\\", inputs: [.float32(1)]) { [$0[0] + 1] }.plan()
        let dot = PlanTiming.drawing(of: [PlanTiming(plan, seconds: [0], limits: limits)])
        #expect(dot.contains("label=\"a \\\"b\\\\, 0.0 µs\""))
    }

    @Test func repeatedOperationsAreCounted() throws {
        let plan = try Program("chain", inputs: [.float32(4)]) { [($0[0] * 2 + 1) * 3] }.plan()
        #expect(plan.steps[0].name == "multiply · add · multiply")
        #expect(plan.steps[0].summary == "multiply ×2 · add")
        // The input, three numbers and the results computed from them.
        #expect(plan.making.nodes == 7)
        #expect(plan.making.captureSeconds > 0 && plan.making.planSeconds > 0)
    }

    @Test func memoryCountsSharedVariablesOnce() throws {
        let (weight, rate) = (Variable(zeros: [4, 3]), Variable(0.5))
        let step = try Program("step", inputs: [.float32(8, 4)]) { inputs in
            let y = inputs[0].matmul(weight.tensor).tanh().sum([0])
            try weight.assign(weight.tensor - rate.tensor * y)
            return [y]
        }.plan()
        let values = try Program("values", inputs: [.float32(2, 4)]) { inputs in
            [inputs[0].matmul(weight.tensor) + Tensor([1.0, 2, 3])]
        }.plan()
        let memory = step.memoryUse
        #expect(memory.inputs == 128 && memory.outputs == 12 && memory.variables == 52 && memory.constants == 0)
        #expect(memory.arena == step.arenaBytes && memory.scratch == step.scratchBytes && memory.tables > 0)
        #expect(memory.total == memory.arena + memory.scratch + 128 + 12 + 52 + memory.tables)
        let both = Plan.memoryUse(of: [step, values])
        #expect(both.variables == 52 && both.constants == 12 && both.inputs == 160 && both.outputs == 36)
    }

    @Test func collectedPlansAreThoseOfTheScope() throws {
        func make() throws -> Plan { try Program("made", inputs: [.float32(1)]) { [$0[0] + 1] }.plan() }
        let outside = try make()
        let (inside, plans) = try Plan.collecting {
            let (inner, _) = try Plan.collecting { try make() }
            let plan = try make()
            plan.run()
            return [inner, plan]
        }
        #expect(plans.map(ObjectIdentifier.init) == [ObjectIdentifier(inside[1])])
        #expect(plans[0].runCount == 1 && inside[0].runCount == 0 && outside.runCount == 0)
    }

    /// The switch is global to the process, so the test has its own process.
    @Test func linesOfCodeAreKnownWhereWanted() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            func record() throws -> Plan {
                try Program("lines", inputs: [.float32(2, 2)]) { inputs in
                    [growth(inputs[0])] + gradients(of: growth(inputs[0]).sum(), withRespectTo: inputs)
                }.plan()
            }
            guard try record().steps.allSatisfy({ $0.place.isEmpty }) else { fatalError("lines without being asked") }
            Plan.recordsOrigins = true
            let steps = try record().steps
            let places = steps.map { "\($0.name): \($0.place)" }.joined(separator: "\n")
            fatalError(places)
        }
        expect(
            result, says: ": PlanDescriptionTests.swift:6", ": gradient of PlanDescriptionTests.swift:6")
    }
}
