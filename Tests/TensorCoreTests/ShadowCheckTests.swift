import CKernels
import Testing

@testable import TensorCore

@inline(never) private func product(_ x: Tensor, _ weight: Variable) -> Tensor { x.matmul(weight.tensor) * 1 }

/// The error of the faulty products, relative to the last element. Used only in separate processes.
nonisolated(unsafe) private var wrongness: Float = 0

/// Kernels whose products are wrong.
private func wrongKernels(error: Float) throws -> PlanOptions {
    wrongness = error
    let table = UnsafeMutablePointer<rv_kernels>.allocate(capacity: 1)
    table.initialize(to: KernelTable.narrowest()!.pointer.pointee)
    table.pointee.product = { product, a, b, c, scratch, part in
        KernelTable.narrowest()!.pointer.pointee.product(product, a, b, c, scratch, part)
        let last = product!.pointee.m * product!.pointee.n - 1
        c![last] += wrongness * abs(c![last])
    }
    return try PlanOptions(kernels: KernelTable(pointer: UnsafePointer(table)))
}

/// Runs are compared with plain ones; differences are found and named.
@Suite struct ShadowCheckTests {
    /// A step of gradient descent with a dropout-like mask, run `runs` times.
    private static func step(_ weight: Variable) throws -> Program {
        try Program("descent", inputs: [.float32(6, 4), .int32(6)], seed: 3) { inputs in
            let noise = Tensor.randomUniform([6, 5])
            let logits = inputs[0].matmul(weight.tensor) * (noise + 0.5)
            let loss = -logits.logSoftmax().gathered(inputs[1]).mean()
            try weight.assign(weight.tensor - 0.1 * gradients(of: loss, withRespectTo: [weight])[0])
            return [loss, logits.argmax()]
        }.shadowed()
    }

    @Test func runsAgree() throws {
        let weight = Variable(numbers(20, seed: 1).map { Float($0) }, shape: [4, 5], name: "weight")
        let plan = try Self.step(weight).plan()
        _ = plan.input(0).update(fromContentsOf: numbers(24, seed: 2).map { Float($0) })
        for row in 0..<6 { plan.integerInput(1)[row] = Int32(row % 5) }
        let before = weight.values
        for _ in 0..<4 { plan.run() }
        try RunFaults.throwIfFound()
        #expect(plan.shadowDifferences.map(\.name) == ["output 0 []", "output 1 [6]", "variable 0 'weight' [4, 5]"])
        #expect(plan.shadowDifferences.allSatisfy { $0.largest <= $0.allowed })
        #expect(weight.values != before)
    }

    /// The compared runs behave like the others: same results, same random numbers.
    @Test func comparingChangesNothing() throws {
        func results(shadowed: Bool) throws -> [Float] {
            let state = Variable([1, 2, 3], shape: [3])
            let program = Program("walk", seed: 7) { _ in
                let next = (state.tensor + .randomNormal([3])).tanh()
                try state.assign(next)
                return [next.sum()]
            }
            program.randomState.counter = 5
            let plan = try (shadowed ? program.shadowed() : program).plan()
            return (0..<3).map { _ in
                plan.run()
                return plan.output(0)[0]
            } + state.values
        }
        #expect(try results(shadowed: true) == results(shadowed: false))
    }

    @Test func plansThatAreNotComparedSayNothing() throws {
        #expect(try Program("plain", inputs: [.float32(1)]) { [$0[0] + 1] }.plan().shadowDifferences.isEmpty)
    }

    /// A product with an error in its last element, larger than rounding and smaller.
    @Test(arguments: [1.0, 3e-5]) func aWrongKernelIsFound(error: Double) async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [error] in
            try Self.runWrong(error: Float(error))
            do { try RunFaults.throwIfFound() } catch { fatalError("\(error)") }
        }
        expect(
            result, says: "'matmul [8, 4] × [4, 3]' → [8, 3] of the program 'wrong' differs by",
            "recorded at ShadowCheckTests.swift:6")
    }

    @Test func aRoundingErrorIsAllowed() async {
        await #expect(processExitsWith: .success) {
            let differences = try Self.runWrong(error: 1e-6)
            try RunFaults.throwIfFound()
            guard differences[0].largest > 0, differences[0].largest < differences[0].allowed else {
                fatalError("\(differences)")
            }
        }
    }

    @discardableResult
    private static func runWrong(error: Float) throws -> [ShadowDifference] {
        Plan.recordsOrigins = true
        let weight = Variable([Float](repeating: 0.5, count: 12), shape: [4, 3], name: "weight")
        let options = try wrongKernels(error: error)
        let program = Program("wrong", inputs: [.float32(8, 4)], options: options) { inputs in
            try weight.assign(product(inputs[0], weight).sum([0], keepDimensions: true).broadcast(to: [4, 3]) / 9)
            return []
        }
        let plan = try program.shadowed().plan()
        for index in 0..<32 { plan.input(0)[index] = Float(index) / 31 }
        plan.run()
        return plan.shadowDifferences
    }

    /// A gradient that is 0 except for rounding, and an optimiser that uses only its sign: rounding explains any
    /// difference.
    @Test func amplifiedRoundingIsExplained() async {
        await #expect(processExitsWith: .success) {
            let weight = Variable(numbers(64, seed: 5).map { Float($0) }, shape: [64], name: "weight")
            let program = Program("sign", inputs: [], options: try wrongKernels(error: 1e-7)) { _ in
                let square = weight.tensor.reshaped(to: [8, 8])
                let nothing = square.matmul(square).matmul(square) - square.matmul(square.matmul(square))
                try weight.assign(weight.tensor - 0.1 * nothing.sign().reshaped(to: [64]))
                return []
            }
            let plan = try program.shadowed().plan()
            plan.run()
            try RunFaults.throwIfFound()
            let difference = plan.shadowDifferences[0]
            guard difference.largest > 0.05, difference.allowed > difference.largest else {
                fatalError("\(difference)")
            }
        }
    }
}
