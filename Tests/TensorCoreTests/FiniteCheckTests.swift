import Testing

@testable import TensorCore

/// A call outside the tests' macros, whose code has no lines of its own; a last call would leave no trace.
@inline(never) private func logarithms(_ x: Tensor) -> Tensor {
    x.log() * 1
}

/// Ends the process with the fault's message, as a program would.
private func stopIfFound() {
    do { try RunFaults.throwIfFound() } catch { fatalError("\(error)") }
}

/// The error names the first operation that produces a NaN or an infinity. The switch is global to the process, so each
/// test has its own process.
@Suite struct FiniteCheckTests {
    @Test func namesTheFirstFault() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            FiniteCheck.isEnabled = true
            let program = Program("loss", inputs: [.float32(3)]) { inputs in
                let logs = logarithms(inputs[0])
                return [(logs * 2 - logs).exp().sum(), inputs[0].squareRoot()]
            }
            let plan = try program.plan()
            let input = plan.input(0)
            for (index, value) in [Float(1), 2, 3].enumerated() { input[index] = value }
            plan.run()
            stopIfFound()
            input[1] = 0
            plan.run()
            stopIfFound()
        }
        expect(result, says: "'log'", "[3]", "'loss'", "an infinity", "FiniteCheckTests.swift:7")
    }

    @Test func valuesThatWereReadAreNotBlamed() async {
        await #expect(processExitsWith: .success) {
            FiniteCheck.isEnabled = true
            // A mask of −∞, as in attention, is data; the softmax of it is finite.
            let mask = Tensor([0, -.infinity], shape: [2])
            let program = Program("masked", inputs: [.float32(2)]) { [($0[0] + mask).softmax()] }
            let plan = try program.plan()
            for index in 0..<2 { plan.input(0)[index] = 1 }
            plan.run()
            stopIfFound()
        }
    }

    @Test func inputsAreLookedAt() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            FiniteCheck.isEnabled = true
            let plan = try Program("step", inputs: [.float32(2)]) { [$0[0] + 1] }.plan()
            plan.input(0)[1] = .nan
            plan.run()
            stopIfFound()
        }
        expect(result, says: "'input 0'", "NaN", "'step'")
    }

    @Test func resultsAreTheSame() async {
        await #expect(processExitsWith: .success) {
            let body: ([Tensor]) -> [Tensor] = { [($0[0].tanh() * 3 + 1).exp().sum([0]), $0[0].softmax()] }
            let values = [numbers(12, seed: 4)]
            let plain = try run([[3, 4]], values, body)
            FiniteCheck.isEnabled = true
            let checked = try run([[3, 4]], values, body)
            guard plain == checked else { fatalError("\(plain) and \(checked) differ") }
        }
    }
}
