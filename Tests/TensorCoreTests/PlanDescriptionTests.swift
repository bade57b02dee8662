import Testing

@testable import TensorCore

/// A plan can be read: as text, as a table of times, and as a drawing.
@Suite struct PlanDescriptionTests {
    private func plan() throws -> Plan {
        try Program("step", inputs: [.float32(8, 4), .float32(4, 3)]) { inputs in
            let y = inputs[0].matmul(inputs[1]).tanh() * 2
            return [y.cumulativeSum(axis: 0), y]
        }.plan()
    }

    @Test func textHasEachStep() throws {
        let text = try plan().description
        #expect(text.contains("matmul → [8, 3]\t192 FLOP"))
        #expect(text.contains("tanh · multiply → [8, 3]\t48 FLOP"))
        #expect(text.hasSuffix("3 units, 264 FLOP, arena 128 B"))
    }

    @Test func timesAreOfEachStep() throws {
        let plan = try plan()
        let seconds = plan.timed(runs: 5)
        #expect(seconds.count == 3 && seconds.allSatisfy { $0 > 0 })
        #expect(plan.table(of: seconds).split(separator: "\n").count == 5)
        // Timed runs are runs.
        for index in 0..<32 { plan.input(0)[index] = 1 }
        for index in 0..<12 { plan.input(1)[index] = 0.25 }
        _ = plan.timed(runs: 1)
        let expected = [Float](plan.output(1))
        plan.run()
        #expect([Float](plan.output(1)) == expected && expected[0] > 1.5)
    }

    @Test func drawingFollowsTheData() throws {
        let dot = try plan().dot
        #expect(dot.hasPrefix("digraph plan {") && dot.hasSuffix("}"))
        #expect(dot.contains("s0 -> s1;") && dot.contains("s1 -> s2;") && !dot.contains("s0 -> s2;"))
    }
}
