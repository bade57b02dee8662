import Storage
import Testing

@testable import TensorCore

/// A plan's memory is known before it is allocated.
@Suite struct PlanMemoryBudgetTests {
    @Test func plansThatDoNotFitAreRefused() throws {
        let weight = Variable(filled: 1, shape: [16, 16], name: "weight")
        let program = Program("wide", inputs: [.float32(nil, 16)]) { inputs in
            [inputs[0].matmul(weight.tensor).exp().sum([0, 1])]
        }
        try MemoryBudget.$given.withValue(MemoryBudget(total: 1_000_000)) {
            _ = try program.plan(length: 100)
            let error = #expect(throws: MemoryError.self) { try program.plan(length: 100_000) }
            #expect(error?.what == "the values of the program 'wide'")
            #expect(try #require(error?.bytes) >= 100_000 * 16 * 4)
        }
        let plan = try program.plan(length: 100)
        plan.run()
        #expect(plan.output(0)[0] == 1600)
    }
}
