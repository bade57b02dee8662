import Foundation
import Testing

@testable import TensorCore

/// What planning makes of a recording: the remaining units.
@Suite struct RewritingTests {
    /// The names of the units of a program on float32 inputs.
    private func units(_ shapes: [Shape], _ body: @escaping ([Tensor]) throws -> [Tensor]) throws -> [String] {
        let inputs = shapes.map { Program.Input.float32(rows: $0[0], Shape($0.dropFirst())) }
        return try Program("test", inputs: inputs, record: body).plan().steps.map(\.name)
    }

    @Test func slicesOfWholeRowsCostNothing() throws {
        let names = try units([[6, 4]]) { inputs in
            let halves = inputs[0].split(into: 2, axis: 0)
            return [halves[0] * halves[1].sliced(0..<3, axis: 0)]
        }
        #expect(names == ["multiply"])
    }

    @Test func partsAreComputedInPlace() throws {
        let names = try units([[3, 4], [3, 4]]) { inputs in
            let joined = Tensor.concatenated([inputs[0].exp(), inputs[1].tanh()], axis: 0)
            return [joined.matmul(joined, transposeRight: true)]
        }
        #expect(names.sorted() == ["exp", "matmul [6, 4] × [6, 4]ᵀ", "tanh"])
    }

    @Test func partsOfOtherPlacesAreCopied() throws {
        // An input, a part that occurs twice, and one that is an output.
        let (a, b) = (numbers(12, seed: 1), numbers(12, seed: 2))
        let results = try run([[3, 4], [3, 4]], [a, b]) { inputs in
            let (x, y) = (inputs[0].exp(), inputs[1].tanh())
            return [y, .concatenated([inputs[0], x, x, y], axis: 0) * 1]
        }
        let expected = a + (a + a).map { exp($0) }
        #expect(largestDifference(Array(results[1].prefix(36)), expected) < 1e-6)
        #expect(Array(results[1].suffix(12)) == results[0])
    }

    @Test func gradientsOfSlicesAreOneConcatenation() throws {
        let names = try units([[8, 4]]) { inputs in
            let parts = inputs[0].split(into: 4, axis: 0)
            let loss = parts.enumerated().map { (Double($0 + 1) * $1.squared()).sum() }.reduce(Tensor(0), +)
            return gradients(of: loss, withRespectTo: [inputs[0]])
        }
        #expect(!names.contains { $0.contains("pad") || $0.contains("slice") }, "\(names)")
    }

    /// The gradient of a weight by one example joins the update that reads it.
    @Test func outerProductsAreElementwise() throws {
        let (x, y) = (numbers(3, seed: 1), numbers(5, seed: 2))
        let program = { (inputs: [Tensor]) -> [Tensor] in
            [0.5 * inputs[0].matmul(inputs[1], transposeLeft: true) + 1.0]
        }
        #expect(try units([[1, 3], [1, 5]], program) == ["multiply · multiply · add"])
        let result = try run([[1, 3], [1, 5]], [x, y], program)[0]
        let expected = x.flatMap { a in y.map { 0.5 * a * $0 + 1 } }
        #expect(largestDifference(result, expected) < 1e-6)
        let rows = try units([[2, 3], [2, 5]], program)
        #expect(rows == ["matmul [2, 3]ᵀ × [2, 5]", "multiply · add"])
    }

    @Test func aSharedWeightHasOneProductAsGradient() throws {
        let names = try units([[5, 2, 8]]) { inputs in
            let weight = Variable([Float](repeating: 0.1, count: 64), shape: [8, 8])
            let steps = inputs[0].split(into: 5, axis: 0).map { $0.reshaped(to: [2, 8]) }
            let state = steps.reduce(Tensor.zeros([2, 8])) { ($1 + $0.matmul(weight.tensor)).tanh() }
            return gradients(of: state.squared().sum(), withRespectTo: [weight])
        }
        #expect(names.filter { $0.hasPrefix("matmul") && $0.contains("ᵀ ×") }.count == 1, "\(names)")
    }

    @Test func softmaxWithItsLossIsOneGroup() throws {
        let names = try units([[16, 10], [16, 10]]) { inputs in
            let loss = -(inputs[1] * inputs[0].logSoftmax()).sum([-1])
            return [loss]
        }
        #expect(names.count == 1, "\(names)")
    }

    @Test func normalizationIsOneGroup() throws {
        let names = try units([[16, 32]]) { inputs in
            let centred = inputs[0] - inputs[0].mean([-1], keepDimensions: true)
            let variance = centred.squared().mean([-1], keepDimensions: true)
            return [centred / (variance + 1e-5).squareRoot()]
        }
        #expect(names.count == 1, "\(names)")
    }

    /// Rows of every kind of length, in groups with random numbers, columns and periods: the same bits as unfused.
    @Test(arguments: [2, 3, 31, 32, 33, 64, 100, 975, 1024, 1500, 4096, 5000])
    func rowsHaveTheSameBitsInGroups(_ row: Int) throws {
        let rows = 7
        let (values, column) = (numbers(rows * row, seed: 3), numbers(rows, seed: 4))
        let body: ([Tensor]) -> [Tensor] = { inputs in
            let x = inputs[0] + 0.1 * Tensor.randomNormal([rows, row])
            let largest = x.max([-1], keepDimensions: true)
            let weights = (x - largest).exp() * inputs[1]
            let share = weights / weights.sum([-1], keepDimensions: true)
            let noise = Tensor.randomUniform([rows, 1])
            return [share + noise * largest, largest, (share * inputs[2]).sum([-1])]
        }
        let shapes: [Shape] = [[rows, row], [rows, 1], [row]]
        let given = [values, column.map { abs($0) }, numbers(row, seed: 5)]
        let plain = try run(shapes, given, fused: false, body)
        for kernels in KernelTests.kernels {
            #expect(try run(shapes, given, kernels: kernels, body) == plain, "\(kernels.name)")
        }
    }

    /// If the gradient needs a rectifier's mask, it is computed from the rectifier's result, and takes no memory.
    @Test func masksAreNotKept() throws {
        let inputs = [Program.Input.float32(64, 256), .float32(256, 256)]
        let plan = try Program("test", inputs: inputs) { inputs in
            let hidden = inputs[0].matmul(inputs[1]).relu()
            let loss = hidden.matmul(inputs[1]).squared().sum()
            return gradients(of: loss, withRespectTo: [inputs[1]])
        }.plan()
        #expect(!plan.steps.contains { $0.name.hasPrefix("relu") && $0.name.contains("less") }, "\(plan)")
        #expect(plan.steps.contains { $0.name.contains("less · ") && $0.name.contains("select") }, "\(plan)")
    }

    /// Attention heads: products read and write permuted arrays in place.
    @Test func productsReadAndWritePermutedArrays() throws {
        let (batch, length, heads, width) = (3, 5, 2, 8)
        let shape = [batch, length, heads * width]
        let values = [numbers(240, seed: 6), numbers(240, seed: 7)]
        func head(_ x: Tensor) -> Tensor {
            x.reshaped(to: [batch, length, heads, width]).permuted([0, 2, 1, 3])
        }
        let body: ([Tensor]) -> [Tensor] = { inputs in
            let scores = head(inputs[0]).matmul(head(inputs[1]), transposeRight: true)
            let result = scores.matmul(head(inputs[1])).permuted([0, 2, 1, 3]).reshaped(to: shape)
            return [result.tanh(), head(inputs[0]).transposed().matmul(head(inputs[1]))]
        }
        #expect(try !units([shape, shape], body).contains { $0.contains("permute") })
        let exact = Reference.evaluate(
            body(shapes(of: [shape, shape])), inputs: values, variables: [:], random: (0, 0))
        for kernels in KernelTests.kernels {
            for (result, expected) in zip(try run([shape, shape], values, kernels: kernels, body), exact) {
                #expect(largestDifference(result, expected) < 2e-6, "\(kernels.name)")
            }
        }
    }

    /// Tensors that stand for a program's inputs.
    private func shapes(of inputs: [Shape]) -> [Tensor] {
        inputs.enumerated().map { Tensor(Node(.input($0), [], shape: $1, type: .float32)) }
    }

    @Test func groupsReadCutRows() throws {
        let shape = [4, 10, 48]
        let values = [numbers(shape.elementCount, seed: 8)]
        let body: ([Tensor]) -> [Tensor] = { inputs in
            let halves = inputs[0].split(into: 2, axis: 2)
            return [halves[0] * halves[1].tanh() + inputs[0].sliced(3..<7, axis: 1).sum()]
        }
        let names = try units([shape], body)
        #expect(names.filter { $0.hasPrefix("slice") }.count == 1, "only the sum's: \(names)")
        #expect(try run([shape], values, body) == run([shape], values, fused: false, body))
        let exact = Reference.evaluate(body(shapes(of: [shape])), inputs: values, variables: [:], random: (0, 0))
        #expect(try largestDifference(run([shape], values, body)[0], exact[0]) < 2e-6)
    }

    /// Sums of columns together with their inputs: blocks of several sizes, long ones in pieces, and the same bits as
    /// unfused.
    @Test(arguments: [[40, 30], [700, 50], [6, 70, 100], [2, 300, 64], [5, 7, 3]] as [Shape])
    func columnsAreAddedUpInGroups(_ shape: Shape) throws {
        let values = [numbers(shape.elementCount, seed: 9)]
        let last = shape.count - 1
        let body: ([Tensor]) -> [Tensor] = { inputs in
            let x = inputs[0].tanh()
            return [x.sum(Array(0..<last)), (x * x).sum([last - 1]), x * inputs[0], x.sum([last])]
        }
        let exact = Reference.evaluate(body(shapes(of: [shape])), inputs: values, variables: [:], random: (0, 0))
        let plain = try run([shape], values, fused: false, body)
        for kernels in KernelTests.kernels {
            let results = try run([shape], values, kernels: kernels, body)
            #expect(results == plain, "\(kernels.name)")
            for (result, expected) in zip(results, exact) { #expect(largestDifference(result, expected) < 1e-5) }
        }
        #expect(try units([shape], body).count < (try unfused([shape], body)))
    }

    private func unfused(_ shapes: [Shape], _ body: @escaping ([Tensor]) throws -> [Tensor]) throws -> Int {
        let inputs = shapes.map { Program.Input.float32(rows: $0[0], Shape($0.dropFirst())) }
        return try Program("test", inputs: inputs, options: PlanOptions(fused: false), record: body).plan().steps.count
    }

    /// Rows of five give 15 numbers, which meet the softmax of other rows of five.
    @Test func rowsOfRowSumsAreAnotherPass() throws {
        let (x, y) = (numbers(15, seed: 3), numbers(15, seed: 4))
        let results = try run([[3, 5], [3, 5]], [x, y]) { inputs in
            let sums = (inputs[0].expandingDimension(at: 1) * inputs[0].expandingDimension(at: 2)).relu().sum([-1])
            let shares = inputs[1].exp() / inputs[1].exp().sum([-1], keepDimensions: true)
            return [(sums * shares).sum([-1])]
        }
        let expected = (0..<3).map { row in
            let (own, others) = (x[row * 5..<row * 5 + 5], y[row * 5..<row * 5 + 5].map { exp($0) })
            let sums = own.map { a in own.reduce(0) { $0 + max(0, a * $1) } }
            return zip(sums, others).reduce(0) { $0 + $1.0 * $1.1 } / others.reduce(0, +)
        }
        #expect(largestDifference(results[0], expected) < 1e-5)
    }
}
