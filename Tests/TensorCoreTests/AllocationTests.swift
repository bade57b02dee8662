import TestSupport
import Testing

@testable import TensorCore

#if os(Linux)
    /// Replays don't call the allocator.
    @Suite struct AllocationTests {
        /// Weights and biases of layers of 4, 128, 128 and 2 units.
        private static func network() -> [Variable] {
            [(4, 128), (128, 128), (128, 2)].flatMap { inputs, outputs in
                let weights = numbers(inputs * outputs, seed: UInt64(inputs), in: -0.1...0.1).map { Float($0) }
                return [
                    Variable(weights, shape: [outputs, inputs]),
                    Variable([Float](repeating: 0, count: outputs), shape: [outputs]),
                ]
            }
        }

        private static func values(_ parameters: [Variable], of states: Tensor) -> Tensor {
            var x = states
            for layer in 0..<3 {
                if layer > 0 { x = x.relu() }
                x = x.matmul(parameters[2 * layer].tensor, transposeRight: true) + parameters[2 * layer + 1].tensor
            }
            return x
        }

        /// Adam without bias correction.
        private static func update(_ parameter: Variable, _ moments: [Variable], _ gradient: Tensor) throws {
            let first = 0.9 * moments[0].tensor + 0.1 * gradient
            let second = 0.999 * moments[1].tensor + 0.001 * gradient.squared()
            try parameter.assign(parameter.tensor - 1e-3 * first / (second.squareRoot() + 1e-8))
            try moments[0].assign(first)
            try moments[1].assign(second)
        }

        /// A step of deep Q-learning with a target network on a batch of 64.
        static func deepQStep(_ kernels: KernelTable) throws -> Plan {
            let (parameters, target) = (network(), network())
            let moments = parameters.map { parameter in
                (0..<2).map { _ in
                    Variable([Float](repeating: 0, count: parameter.shape.elementCount), shape: parameter.shape)
                }
            }
            let inputs: [Program.Input] = [.float32(64, 4), .int32(64), .float32(64), .float32(64, 4)]
            let options = try PlanOptions(kernels: kernels)
            let program = Program("deep Q step", inputs: inputs, options: options) { (inputs: [Tensor]) -> [Tensor] in
                let goal: Tensor = inputs[2] + 0.99 * values(target, of: inputs[3]).max([-1])
                let chosen: Tensor = values(parameters, of: inputs[0]).gathered(inputs[1])
                let loss = (chosen - goal.withoutGradient()).squared().mean()
                let derivatives = gradients(of: loss, withRespectTo: parameters)
                for index in parameters.indices { try update(parameters[index], moments[index], derivatives[index]) }
                return [loss]
            }
            let plan = try program.plan()
            for input in [0, 2, 3] {
                let elements = numbers(plan.input(input).count, seed: UInt64(input)).map { Float($0) }
                _ = plan.input(input).update(fromContentsOf: elements)
            }
            for row in 0..<64 { plan.integerInput(1)[row] = Int32(row % 2) }
            return plan
        }

        @Test(arguments: ["x86-64-v3", "x86-64-v4", "portable"])
        func aTrainingStepAllocatesNothing(instructionSet: String) async {
            await #expect(processExitsWith: .success) { [instructionSet] in
                guard let kernels = KernelTable.named(instructionSet) else { return }
                let plan = try AllocationTests.deepQStep(kernels)
                plan.run()
                let before = plan.output(0)[0]
                withoutMemory { for _ in 0..<50 { plan.run() } }
                #expect(plan.output(0)[0] < before)
            }
        }

        /// Every method for products, and every operation that isn't part of a training step.
        @Test func productsAndCopiesAllocateNothing() async {
            await #expect(processExitsWith: .success) {
                let program = Program("products", inputs: [.float32(40, 600), .float32(900, 600), .float32(600, 3)]) {
                    inputs in
                    let (x, w, v) = (inputs[0], inputs[1], inputs[2])
                    return [
                        x.matmul(w, transposeRight: true), x.matmul(v),
                        v.matmul(x, transposeLeft: true, transposeRight: true),
                        x.matmul(w.transposed()), x.matmul(x, transposeLeft: true).matmul(v), x.argmax(), x.sum([0]),
                        x.expandingDimension(at: 1).broadcast(to: [40, 2, 600]) * .randomNormal([600]), w,
                    ]
                }
                let plan = try program.plan()
                plan.run()
                withoutMemory { for _ in 0..<3 { plan.run() } }
                #expect(plan.output(0).count == 36_000)
            }
        }

        /// A convolutional step with its gradients, and each operation that moves, chooses, sorts or factorises.
        @Test func convolutionsAndChoicesAllocateNothing() async {
            await #expect(processExitsWith: .success) {
                let inputs: [Program.Input] = [.float32(2, 9, 9, 3), .float32(8, 3, 3, 3), .float32(4, 16, 16)]
                let program = Program("choices", inputs: inputs) { inputs in
                    let (x, w, m) = (inputs[0], inputs[1], inputs[2])
                    let y = x.convolution2d(w, stride: (2, 2), padding: 1).relu()
                    let z = y.transposedConvolution2d(w, stride: (2, 2), padding: 1).maxPooled2d((2, 2))
                    let definite = m.matmul(m, transposeRight: true) + 5 * .lowerTriangle(16)
                    return gradients(of: z.squared().sum() + y.averagePooled2d((2, 2)).sum(), withRespectTo: [x, w]) + [
                        m.sorted().cumulativeSum(axis: 1), m.top(3).values.cumulativeProduct(axis: 2),
                        .concatenated([m, m.reversed(axis: 1)], axis: 2), m.taking(Tensor([3, 0] as [Int32])),
                        definite.cholesky(), m.triangularSolve(m), definite.inverse(),
                        definite.logAbsoluteDeterminant(),
                        m.padded(low: [1, 0, 1], high: [0, 2, 0]), m.sine() + m.erf().erfInverse() + m.power(m),
                    ]
                }
                let plan = try program.plan()
                for input in 0..<3 {
                    let elements = numbers(plan.input(input).count, seed: UInt64(input)).map { Float($0) }
                    _ = plan.input(input).update(fromContentsOf: elements)
                }
                plan.run()
                withoutMemory { for _ in 0..<3 { plan.run() } }
                #expect(plan.output(0).contains { $0 != 0 })
            }
        }

        @Test func anAllocationEndsTheProcess() async {
            await #expect(processExitsWith: .failure) {
                withoutMemory { print((0..<Int.random(in: 5...9)).map { $0 }) }
            }
        }
    }
#endif
