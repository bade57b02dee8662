import Testing

@testable import TensorCore

/// Programs: inputs and outputs of every kind, random state, plans of different lengths.
@Suite struct ProgramTests {
    @Test func scalarsInAndOut() throws {
        let program = Program("scalars", inputs: [.float32(), .float32()]) { [$0[0] * $0[1] + 1, $0[0].exp()] }
        let results = try program(Tensor(3), Tensor(4))
        #expect(try results[0].item() == 13)
        #expect(results[0].shape == [])
        #expect(abs(try results[1].item() - 20.085537) < 1e-5)
    }

    @Test func programsWithoutInputsOrWork() throws {
        let constant = Program("constant") { _ in [Tensor([1.0, 2]) + 1, Tensor(5), .zeros([2, 0])] }
        let results = try constant()
        #expect(try results[0].floats() == [2, 3])
        #expect(try results[1].item() == 5)
        #expect(try results[2].floats() == [])
        let nothing = Program("nothing") { _ in [] }
        #expect(try nothing().isEmpty)
        #expect(try nothing.plan().steps.isEmpty)
    }

    @Test func integersInAndOut() throws {
        let program = Program("integers", inputs: [.float32(nil, 3), .int32(nil)]) {
            [$0[0].argmax(), $0[1], $0[0].gathered($0[1]), $0[1].oneHot(depth: 3).argmax().reshaped(to: [1, -1])]
        }
        let values = Tensor([1.0, 5, 2, 9, 0, 9], shape: [2, 3])
        let results = try program(values, Tensor([2, 0] as [Int32]))
        #expect(results.map(\.type) == [ScalarType.int32, .int32, .float32, .int32])
        #expect(try results[0].integers() == [1, 0])
        #expect(try results[1].integers() == [2, 0])
        #expect(try results[2].floats() == [2, 9])
        #expect(try results[3].integers() == [2, 0])
        #expect(results[3].shape == [1, 2])
        let plan = try program.plan(length: 2)
        _ = plan.integerInput(1).update(fromContentsOf: [1, 7])
        plan.run()
        #expect(plan.output(2)[0] == 5 && plan.output(2)[1].isNaN)
        #expect(Array(plan.integerOutput(1)) == [1, 7])
    }

    @Test func outputsOfLeavesAndViews() throws {
        let state = Variable([1, 2, 3, 4], shape: [2, 2])
        let constant = Tensor([5.0, 6])
        let program = Program("leaves", inputs: [.float32(2, 2)]) { inputs in
            [
                inputs[0], inputs[0].reshaped(to: [4]), state.tensor, state.tensor.reshaped(to: [1, 4]), constant,
                inputs[0], (inputs[0] + 1).reshaped(to: [4]), inputs[0].withoutGradient(),
                constant.broadcast(to: [2, 2]),
            ]
        }
        let results = try program(Tensor([7.0, 8, 9, 10], shape: [2, 2])).map { try $0.floats() }
        let expected: [[Float]] = [
            [7, 8, 9, 10], [7, 8, 9, 10], [1, 2, 3, 4], [1, 2, 3, 4], [5, 6],
            [7, 8, 9, 10], [8, 9, 10, 11], [7, 8, 9, 10], [5, 6, 5, 6],
        ]
        #expect(results == expected)
    }

    /// Results are copies: the next run doesn't change them.
    @Test func resultsOutliveTheNextRun() throws {
        let program = Program("double", inputs: [.float32(nil)]) { [$0[0] * 2] }
        let first = try program(Tensor([1.0, 2]))[0]
        _ = try program(Tensor([3.0, 4]))
        #expect(try first.floats() == [2, 4])
    }

    /// A recorded program keeps the constants that it needs, and reads the variables that it was recorded with.
    @Test func plansKeepTheirConstants() throws {
        func make() throws -> Plan {
            let constant = Tensor((0..<1000).map(Float.init))
            let state = Variable([Float](repeating: 2, count: 1000), shape: [1000])
            return try Program("keep") { _ in [constant * state.tensor] }.plan()
        }
        let plan = try make()
        let noise = (0..<100).map { Variable([Float](repeating: Float($0), count: 1000), shape: [1000]) }
        plan.run()
        #expect(Array(plan.output(0)) == (0..<1000).map { 2 * Float($0) })
        #expect(noise.count == 100)
    }

    @Test func randomNumbersFollowTheCounter() throws {
        let program = Program("noise", seed: 5) { _ in
            [.randomUniform([3, 5]), .randomNormal([7]), .randomUniform([3, 5])]
        }
        let plan = try program.plan()
        func draw() -> [[Float]] {
            plan.run()
            return (0..<3).map { Array(plan.output($0)) }
        }
        let first = draw()
        let state = program.randomState
        #expect(state.key == 5 && state.counter == 1)
        let second = draw()
        #expect(first[0] != second[0] && first[1] != second[1] && first[0] != first[2])
        program.randomState = state
        #expect(draw() == second)
        program.randomState = (5, 0)
        #expect(draw() == first)
        program.randomState.key = 6
        program.randomState.counter = 0
        #expect(draw() != first)
    }

    /// All plans of a program, of whatever length, share its random state.
    @Test func lengthsShareTheRandomState() throws {
        let program = Program("noise", inputs: [.float32(nil)]) { [$0[0] + .randomUniform($0[0].shape)] }
        let short = try program(.zeros([2]))[0].floats()
        let long = try program(.zeros([4]))[0].floats()
        #expect(program.randomState.counter == 2)
        #expect(Array(long[..<2]) != short)
        program.randomState.counter = 0
        #expect(try Array(program(.zeros([4]))[0].floats()[..<2]) == short)
    }

    @Test func bucketsArePowersOfTwo() {
        #expect([0, 1, 16, 17, 32, 33, 500, 512, 513].map(Program.bucket) == [16, 16, 16, 32, 32, 64, 512, 512, 1024])
    }

    @Test func bucketedLengthsMakeFewPlans() throws {
        var recordings = 0
        let program = Program("masked sum", inputs: [.float32(nil), .float32(nil)]) { inputs in
            recordings += 1
            return [(inputs[0] * inputs[1]).sum()]
        }
        let lengths = numbers(1_000, seed: 3, in: 1...500).map { Int($0) }
        for length in lengths {
            let plan = try program.plan(length: Program.bucket(for: length))
            let (values, mask) = (plan.input(0), plan.input(1))
            for row in values.indices { (values[row], mask[row]) = (1, row < length ? 1 : 0) }
            plan.run()
            #expect(plan.output(0)[0] == Float(length))
        }
        #expect(program.planCount <= 10)
        #expect(recordings == program.planCount)
    }

    @Test func theLeastRecentlyUsedPlanGoes() throws {
        var recorded: [Int] = []
        let program = Program("lengths", inputs: [.float32(nil)]) { inputs in
            recorded.append(inputs[0].count)
            return [inputs[0].sum()]
        }
        for length in 1...Program.planLimit { _ = try program.plan(length: length) }
        let kept = try program.plan(length: 1)
        _ = try program.plan(length: 100)
        #expect(program.planCount == Program.planLimit)
        #expect(try program.plan(length: 1) === kept)
        _ = try program.plan(length: 2)
        #expect(recorded == Array(1...Program.planLimit) + [100, 2])
        #expect(program.planCount == Program.planLimit)
    }

    @Test func descriptionsListTheUnits() throws {
        let program = Program("described", inputs: [.float32(2, 3)]) { [($0[0] * 2 + 1).sum()] }
        let text = try program.plan().description
        #expect(
            text
                == "0\tmultiply · add · reduce sum of [2, 3] → [1, 1]\t18 FLOP\t36 B\n1 units, 18 FLOP, arena 0 B"
        )
    }
}
