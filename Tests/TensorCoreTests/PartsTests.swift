import CKernels
import Testing

@testable import TensorCore

/// Units done in parts give the same bits as units done as a whole, whatever the number of parts.
@Suite struct PartsTests {
    @Test(arguments: OperationCase.all)
    func operations(_ operation: OperationCase) throws {
        for shapes in operation.shapes {
            for fused in [true, false] {
                try check("\(operation.name) \(shapes)", shapes, in: operation.range, fused: fused) {
                    [operation.body($0)]
                }
            }
        }
    }

    /// Arrays that are long enough for each part to have several strips, rows or blocks, or too short in the dimension
    /// that would be divided first.
    @Test(arguments: Long.all)
    func longOperations(_ test: Long) throws {
        for kernels in KernelTests.kernels { try check(test.name, test.shapes, kernels: kernels, test.body) }
    }

    @Test(arguments: TrainingStep.allCases)
    func trainingSteps(_ step: TrainingStep) throws {
        let whole = try step.trace(replays: 4) { $0.run(inParts: 1) }
        #expect(whole.contains { $0.contains { $0 != whole[0][0] } })
        for parts in [2, 3, 5] {
            let inParts = try step.trace(replays: 4) { $0.run(inParts: parts) }
            #expect(inParts == whole, "\(step) in \(parts) parts")
        }
    }

    private func check(
        _ name: String, _ shapes: [Shape], in range: ClosedRange<Double> = -2...2, fused: Bool = true,
        kernels: KernelTable? = nil, _ body: @escaping ([Tensor]) -> [Tensor]
    ) throws {
        var whole: [[UInt32]] = []
        for parts in [1, 2, 3, 5] {
            let inputs = shapes.map { Program.Input(extents: $0, type: .float32) }
            let program = Program(
                "parts", inputs: inputs, seed: 7, options: try PlanOptions(fused: fused, kernels: kernels), record: body
            )
            let plan = try program.plan()
            for (index, shape) in shapes.enumerated() {
                let values = numbers(shape.elementCount, seed: UInt64(index) + 21, in: range)
                _ = plan.input(index).update(fromContentsOf: values.map { Float($0) })
            }
            plan.run(inParts: parts)
            let bits = plan.outputs.map(\.bits)
            if parts == 1 { whole = bits }
            #expect(bits == whole, "\(name) in \(parts) parts")
        }
    }

    /// Operations on long arrays.
    struct Long: CustomTestStringConvertible, Sendable {
        var name: String
        var shapes: [Shape]
        var body: @Sendable ([Tensor]) -> [Tensor]

        var testDescription: String { name }

        static let all: [Long] = [
            Long(name: "random", shapes: []) { _ in
                [
                    .randomNormal([5003]), .randomUniform([9, 700]) * 2,
                    .randomNormal([3000]).exp() + .randomUniform([3000]),
                ]
            },
            Long(name: "broadcasts", shapes: [[3, 700], [700], [3, 1], [], [70, 30], [1, 30]]) { x in
                [(x[0] + x[1]).tanh() * x[2] + x[3] * x[0].exp(), x[4] * x[5] + x[4].max([-1], keepDimensions: true)]
            },
            Long(name: "reductions", shapes: [[7, 300, 5], [2, 3000], [1, 900, 70], [4000]]) { x in
                [
                    x[0].sum([1]), x[0].max([0]), x[1].sum([-1]), x[1].max([-1]), x[2].sum([1]), x[2].max([1]),
                    x[3].sum(),
                ]
                    + [x[0].argmax().asFloat(), x[1].argmax().asFloat(), x[0].sum([0, 1])]
            },
            Long(name: "movement", shapes: [[40, 31, 6], [3, 500], [500, 70]]) { x in
                [
                    x[0].permuted([2, 0, 1]), x[0].permuted([1, 0, 2]), x[1].transposed(), x[2].transposed(),
                    x[0].sliced(1..<39, axis: 0, step: 2), x[1].reversed(axis: 1),
                    x[1].padded(low: [1, 2], high: [0, 3]),
                    .concatenated([x[1], x[1].exp()], axis: 1), .concatenated([x[1], x[1].exp()], axis: 0),
                ]
            },
            Long(name: "rows", shapes: [[300, 70], [6, 50, 4], [900]]) { x in
                let picks = Tensor((0..<500).map { Int32($0 * 7 % 300) })
                let perBatch = Tensor((0..<240).map { Int32($0 * 3 % 50) }, shape: [6, 10, 4])
                let few = Tensor((0..<300).map { Int32($0 * 11 % 40) }),
                    elements = Tensor((0..<900).map { Int32($0 % 77) })
                return [
                    x[0].taking(picks), x[1].taking(perBatch, along: 1), x[0].scatterAdded(few, rows: 41),
                    x[2].scatterAdded(elements, rows: 77),
                    x[1].sliced(0..<10, axis: 1).scatterAdded(perBatch, along: 1, extent: 50),
                ]
            },
            Long(name: "order", shapes: [[40, 33], [2, 100, 9], [1, 600]]) { x in
                [
                    x[0].sorted(), x[0].argsorted(descending: true).asFloat(), x[2].sorted(),
                    x[1].cumulativeSum(axis: 1), x[0].cumulativeSum(axis: 1, reverse: true),
                    x[2].cumulativeSum(axis: 1),
                    x[2].cumulativeSum(axis: 0), x[1].cumulativeSum(axis: 0, reverse: true),
                ]
            },
            Long(name: "products", shapes: [[70, 90], [90, 50], [7, 33, 65], [7, 65, 40], [2, 90, 70]]) { x in
                [
                    x[0].matmul(x[1]), x[0].matmul(x[0], transposeLeft: true), x[0].matmul(x[0], transposeRight: true),
                    x[2].matmul(x[3]), x[2].matmul(x[2], transposeRight: true), x[2].matmul(x[2], transposeLeft: true),
                    x[4].matmul(x[4], transposeLeft: true),
                    x[1].matmul(x[1].sum([1], keepDimensions: true), transposeLeft: true),
                ]
            },
            Long(
                name: "images", shapes: [[5, 17, 13, 6], [8, 3, 3, 6], [6, 3, 3, 1], [1, 40, 40, 3], [4, 5, 5, 3]]
            ) { x in
                let (y, z) = (x[0].convolution2d(x[1], padding: 1), x[3].convolution2d(x[4], stride: (2, 2)))
                let depthwise = x[0].convolution2d(x[2], padding: 1, groups: 6)
                let loss = y.maxPooled2d((2, 2)).squared().sum() + z.squared().sum() + depthwise.squared().sum()
                return [y, z, depthwise] + gradients(of: loss, withRespectTo: x)
            },
            Long(name: "factorisations", shapes: [[9, 12, 12], [9, 12, 5]]) { x in
                let definite = x[0].matmul(x[0], transposeRight: true) + 12 * .lowerTriangle(12, diagonal: 1)
                let factor = definite.cholesky()
                return [factor, factor.triangularSolve(x[1]), definite.inverse(), definite.logAbsoluteDeterminant()]
            },
        ]
    }
}

extension Plan {
    /// Runs once with each divisible unit in the given number of parts, the last one first, each with its own working
    /// memory, which holds only NaN.
    func run(inParts count: Int) {
        let mode = rv_flush_subnormals()
        defer { rv_restore_mode(mode) }
        for index in 0..<threadedRun.count {
            let instruction = threadedRun.instructions[index]
            let parts = instruction.pieces == 1 ? 1 : count
            for part in (0..<parts).reversed() {
                let scratch = HostArray.allocate(bytes: instruction.scratchBytes)
                defer { scratch.deallocate() }
                let floats = scratch.assumingMemoryBound(to: Float.self)
                floats.update(repeating: .nan, count: instruction.scratchBytes / 4)
                instruction.body(rv_part(index: part, count: parts), floats)
            }
        }
        finishRun()
    }
}

extension HostArray {
    /// The elements' bits.
    var bits: [UInt32] {
        Array(UnsafeRawBufferPointer(start: memory, count: count * type.size).bindMemory(to: UInt32.self))
    }
}
