import Testing

@testable import TensorCore

/// What replays do to variables: reads see the values from before the step, whatever the plan does in place.
@Suite struct AssignmentTests {
    /// A program with the given body, planned fused or not.
    private func plan(
        _ inputs: [Program.Input] = [], fused: Bool, _ body: @escaping ([Tensor]) throws -> [Tensor]
    ) throws -> Plan {
        try Program("test", inputs: inputs, options: try PlanOptions(fused: fused), record: body).plan()
    }

    @Test(arguments: [true, false])
    func replaysChangeVariables(fused: Bool) throws {
        let total = Variable([1, 2], shape: [2])
        let plan = try plan([.float32(2)], fused: fused) { inputs in
            try total.assign(total.tensor + inputs[0])
            return []
        }
        for step in 1...3 {
            _ = plan.input(0).update(fromContentsOf: [10, 20])
            plan.run()
            #expect(total.values == [1 + 10 * Float(step), 2 + 20 * Float(step)])
        }
    }

    @Test(arguments: [true, false])
    func readsSeeTheOldValue(fused: Bool) throws {
        let state = Variable([1, 2, 3], shape: [3])
        let plan = try plan(fused: fused) { _ in
            try state.assign(state.tensor * 2)
            return [state.tensor, state.tensor + 1, state.tensor.sum()]
        }
        for scale in [Float(1), 2, 4] {
            plan.run()
            #expect(Array(plan.output(0)) == [scale, 2 * scale, 3 * scale])
            #expect(Array(plan.output(1)) == [scale + 1, 2 * scale + 1, 3 * scale + 1])
            #expect(plan.output(2)[0] == 6 * scale)
            #expect(state.values == [2 * scale, 4 * scale, 6 * scale])
        }
    }

    @Test(arguments: [true, false])
    func twoVariablesSwap(fused: Bool) throws {
        let (a, b) = (Variable([1, 2], shape: [2]), Variable([3, 4], shape: [2]))
        let plan = try plan(fused: fused) { _ in
            try a.assign(b.tensor)
            try b.assign(a.tensor)
            return []
        }
        plan.run()
        #expect(a.values == [3, 4] && b.values == [1, 2])
        plan.run()
        #expect(a.values == [1, 2] && b.values == [3, 4])
    }

    @Test(arguments: [true, false])
    func threeVariablesRotateThroughReshapes(fused: Bool) throws {
        let (a, b, c) = (
            Variable([1, 2], shape: [2]), Variable([3, 4], shape: [1, 2]), Variable([5, 6], shape: [2, 1])
        )
        let plan = try plan(fused: fused) { _ in
            try a.assign(b.tensor.reshaped(to: [2]) + 0.5)
            try b.assign(c.tensor.reshaped(to: [1, 2]) + 0.5)
            try c.assign(a.tensor.reshaped(to: [2, 1]) + 0.5)
            return []
        }
        plan.run()
        #expect(a.values == [3.5, 4.5] && b.values == [5.5, 6.5] && c.values == [1.5, 2.5])
    }

    @Test(arguments: [true, false])
    func assignedValuesAreOutputsToo(fused: Bool) throws {
        let state = Variable([1, 2], shape: [2])
        let plan = try plan(fused: fused) { _ in
            let next = state.tensor * 3
            try state.assign(next)
            return [next, next.reshaped(to: [2, 1]), state.tensor.reshaped(to: [1, 2]), next]
        }
        for scale in [Float(1), 3] {
            plan.run()
            #expect(state.values == [3 * scale, 6 * scale])
            for index in [0, 1, 3] { #expect(Array(plan.output(index)) == [3 * scale, 6 * scale]) }
            #expect(Array(plan.output(2)) == [scale, 2 * scale])
        }
    }

    @Test(arguments: [true, false])
    func oneValueGoesToTwoVariables(fused: Bool) throws {
        let (a, b) = (Variable([1, 2], shape: [2]), Variable([3, 4], shape: [2]))
        let plan = try plan(fused: fused) { _ in
            let sum = a.tensor + b.tensor
            try a.assign(sum)
            try b.assign(sum)
            return [b.tensor]
        }
        plan.run()
        #expect(a.values == [4, 6] && b.values == [4, 6])
        #expect(Array(plan.output(0)) == [3, 4])
        plan.run()
        #expect(a.values == [8, 12] && b.values == [8, 12])
    }

    @Test(arguments: [true, false])
    func leavesCanBeAssignedToTwoVariables(fused: Bool) throws {
        let (a, b, c) = (Variable([1, 2], shape: [2]), Variable([3, 4], shape: [2]), Variable([5, 6], shape: [2]))
        let plan = try plan([.float32(2)], fused: fused) { inputs in
            try a.assign(c.tensor)
            try b.assign(c.tensor)
            try c.assign(inputs[0])
            return []
        }
        _ = plan.input(0).update(fromContentsOf: [7, 8])
        plan.run()
        #expect(a.values == [5, 6] && b.values == [5, 6] && c.values == [7, 8])
    }

    /// The last assignment of a replay counts, and an earlier one doesn't disturb others of the same value.
    @Test(arguments: [true, false])
    func theLastAssignmentCounts(fused: Bool) throws {
        let (a, b) = (Variable([1, 2], shape: [2]), Variable([3, 4], shape: [2]))
        let plan = try plan(fused: fused) { _ in
            let (sum, product) = (a.tensor + b.tensor, a.tensor * b.tensor)
            try a.assign(sum)
            try a.assign(product)
            try b.assign(sum)
            return []
        }
        plan.run()
        #expect(a.values == [3, 8])
        #expect(b.values == [4, 6])
    }

    @Test(arguments: [true, false])
    func laterUnitsReadAssignedValues(fused: Bool) throws {
        let (moment, parameter) = (Variable([1, -1], shape: [2]), Variable([10, 20], shape: [2]))
        let plan = try plan([.float32(2)], fused: fused) { inputs in
            let next = 0.5 * moment.tensor + inputs[0]
            try moment.assign(next)
            let norm = next.squared().sum().squareRoot()
            try parameter.assign(parameter.tensor - next / norm)
            return [norm]
        }
        _ = plan.input(0).update(fromContentsOf: [2.5, 4.5])
        plan.run()
        #expect(moment.values == [3, 4])
        #expect(plan.output(0)[0] == 5)
        #expect(parameter.values == [10 - 3 / Float(5), 20 - 4 / Float(5)])
    }

    /// Operations whose result must not be written over the variable before its last read.
    @Test(arguments: [true, false])
    func valuesReadOutOfOrderAreNotOverwritten(fused: Bool) throws {
        let start: [Float] = [1, 2, 3, 4]
        let cases: [(name: String, expected: [Float], body: (Tensor) -> Tensor)] = [
            ("permuted", [1, 3, 2, 4], { $0.permuted([1, 0]) }),
            ("plus its transpose", [2, 5, 5, 8], { $0 + $0.transposed() }),
            ("product with itself", [7, 10, 15, 22], { $0.matmul($0) }),
            ("minus its sum", [-9, -8, -7, -6], { $0 - $0.sum() }),
            ("minus its row sums", [-2, -1, -4, -3], { $0 - $0.sum([1], keepDimensions: true) }),
            ("minus its column sums", [-3, -4, -1, -2], { $0 - $0.sum([0], keepDimensions: true) }),
            ("read twice in one group", [3, 8, 15, 24], { ($0 + 1) * $0 + $0 }),
            ("reshaped in between", [2, 6, 12, 20], { ($0.reshaped(to: [4]) + 1).reshaped(to: [2, 2]) * $0 }),
        ]
        for (name, expected, body) in cases {
            let state = Variable(start, shape: [2, 2])
            let plan = try plan(fused: fused) { _ in
                try state.assign(body(state.tensor))
                return []
            }
            plan.run()
            #expect(state.values == expected, "\(name)")
        }
    }

    /// A group that reads a variable through a broadcast writes a variable in the same memory.
    @Test(arguments: [true, false])
    func broadcastReadsSeeTheOldValue(fused: Bool) throws {
        let one = Variable([2], shape: [1])
        let many = Variable([1, 2, 3], shape: [3])
        let plan = try plan(fused: fused) { _ in
            let scaled = many.tensor * one.tensor
            try many.assign(scaled)
            try one.assign(one.tensor + 1)
            return [scaled + one.tensor]
        }
        plan.run()
        #expect(many.values == [2, 4, 6] && one.values == [3])
        #expect(Array(plan.output(0)) == [4, 6, 8])
    }

    @Test func eagerAssignmentHappensAtOnce() throws {
        let state = Variable([1, 2], shape: [2])
        try state.assign(state.tensor * 2 + 1)
        #expect(state.values == [3, 5])
        #expect(try state.tensor.floats() == [3, 5])
    }

    @Test func copiesAndLoadsWriteIntoTheSameStorage() throws {
        let (a, b) = (Variable([1, 2], shape: [2]), Variable([3, 4], shape: [2]))
        let plan = try plan(fused: true) { _ in [a.tensor * 10] }
        a.copy(from: b)
        plan.run()
        #expect(Array(plan.output(0)) == [30, 40])
        a.set([5, 6])
        plan.run()
        #expect(Array(plan.output(0)) == [50, 60])
        #expect(b.withValues { Array($0) } == [3, 4])
    }
}
