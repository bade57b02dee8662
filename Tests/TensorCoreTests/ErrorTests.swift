import Testing

@testable import TensorCore

/// Typed errors, each with a message that names the problem and the next thing to try.
@Suite struct ErrorTests {
    /// Expects `error` from `body`, and each fragment in its message.
    private func expect(_ error: TensorError, saying fragments: String..., from body: () throws -> Void) {
        #expect(throws: error, performing: body)
        for fragment in fragments { #expect("\(error)".contains(fragment), "\(error)") }
    }

    @Test func valueReadWhileRecording() {
        let program = Program("branching", inputs: [.float32(2)]) { inputs in
            let sum = inputs[0].sum() + 1
            return try sum.item() > 0 ? [sum] : [-sum]
        }
        expect(
            .valueReadWhileRecording(operation: "add", program: "branching"), saying: "'add'", "'branching'", "select"
        ) {
            _ = try program.plan()
        }
        #expect(program.planCount == 0)
        #expect(Recording.current == nil)
    }

    @Test func programCalledWhileRecording() {
        let inner = Program("inner", inputs: [.float32(2)]) { [$0[0] + 1] }
        let outer = Program("outer", inputs: [.float32(2)]) { try inner($0[0] * 2) }
        expect(.valueReadWhileRecording(operation: "multiply", program: "outer"), saying: "'multiply'", "'outer'") {
            _ = try outer.plan()
        }
    }

    @Test func valueOfAnInput() throws {
        var leaked: [Tensor] = []
        _ = try Program("leaking", inputs: [.float32(2)]) { inputs in
            leaked = [inputs[0], inputs[0].tanh()]
            return []
        }.plan()
        expect(.valueOfInput(operation: "input 0"), saying: "'input 0'", "outputs") { _ = try leaked[0].floats() }
        expect(.valueOfInput(operation: "tanh"), saying: "'tanh'") { _ = try leaked[1].floats() }
    }

    /// Another program's input has no value here, even if it has the same number as one of this program's.
    @Test func inputOfAnotherProgram() throws {
        var leaked: [Tensor] = []
        _ = try Program("leaking", inputs: [.float32(2)]) { inputs in
            leaked = inputs
            return []
        }.plan()
        let program = Program("borrowing", inputs: [.float32(2)]) { [$0[0] + leaked[0]] }
        expect(.valueOfInput(operation: "input 0"), saying: "'input 0'") { _ = try program.plan() }
    }

    @Test func randomOutsideAProgram() throws {
        let noise = Tensor.randomNormal([3])
        expect(.randomOutsideProgram(operation: "random normal"), saying: "'random normal'", "Program") {
            _ = try noise.floats()
        }
        expect(.randomOutsideProgram(operation: "reduce sum"), saying: "'reduce sum'") {
            _ = try (noise * 2).sum([0], keepDimensions: true).floats()
        }
        let program = Program("borrowing") { _ in [noise + 1] }
        expect(.randomOutsideProgram(operation: "random normal"), saying: "'random normal'") { _ = try program.plan() }
    }

    @Test func staleVariable() throws {
        let state = Variable([1, 2], shape: [2], name: "speed")
        let double = state.tensor * 2
        state.set([3, 4])
        expect(.staleVariable(name: "speed"), saying: "'speed'", "Evaluate first") { _ = try double.floats() }
        #expect(try (state.tensor * 2).floats() == [6, 8])
        // A value that was evaluated in time stays.
        let evaluated = state.tensor * 2
        #expect(try evaluated.floats() == [6, 8])
        state.set([5, 6])
        #expect(try evaluated.floats() == [6, 8])
        #expect(try (evaluated + 1).floats() == [7, 9])
    }

    /// A replay's assignment invalidates earlier reads too.
    @Test func staleAfterAReplay() throws {
        let state = Variable([1, 2], shape: [2], name: "speed")
        let double = state.tensor * 2
        try Program("advance") { _ in
            try state.assign(state.tensor + 1)
            return []
        }.plan().run()
        expect(.staleVariable(name: "speed"), saying: "'speed'") { _ = try double.floats() }
        #expect(try (state.tensor * 2).floats() == [4, 6])
    }

    @Test func inputsThatDoNotFit() throws {
        let program = Program("step", inputs: [.float32(nil, 2), .int32(nil)]) { [$0[0].gathered($0[1])] }
        expect(.inputCount(program: "step", expected: 2, given: 1), saying: "'step'", "takes 2 inputs; 1") {
            _ = try program(.zeros([3, 2]))
        }
        expect(
            .inputShape(program: "step", input: 0, expected: [3, 2], given: [3, 4]), saying: "'step'", "[3, 2]",
            "[3, 4]"
        ) { _ = try program(.zeros([3, 4]), Tensor([0, 0, 0] as [Int32])) }
        expect(.inputShape(program: "step", input: 1, expected: [3], given: [2]), saying: "Input 1", "[3]", "[2]") {
            _ = try program(.zeros([3, 2]), Tensor([0, 0] as [Int32]))
        }
        expect(
            .inputType(program: "step", input: 1, expected: .int32, given: .float32), saying: "Input 1", "int32",
            "float32"
        ) {
            _ = try program(.zeros([3, 2]), .zeros([3]))
        }
        expect(.inputShape(program: "step", input: 0, expected: [0, 2], given: []), saying: "Input 0", "[0, 2]", "[]") {
            _ = try program(Tensor(1), Tensor([0] as [Int32]))
        }
        #expect(try program(.ones([3, 2]), Tensor([0, 1, 0] as [Int32]))[0].floats() == [1, 1, 1])
    }

    @Test func theRecordingsOwnErrorsPassThrough() {
        struct Refusal: Error {}
        let program = Program("refusing") { _ in throw Refusal() }
        #expect(throws: Refusal.self) { _ = try program.plan() }
        #expect(Recording.current == nil)
    }
}
