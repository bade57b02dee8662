import Testing

@testable import TensorCore

/// Gradients compared with central differences in float64.
@Suite struct GradientTests {
    /// A scalar from the operation's result, in which every element has its own weight.
    private static func weighted(_ y: Tensor) -> Tensor {
        let weights = numbers(y.count, seed: 99, in: 0.5...1.5).map(Float.init)
        return (y * Tensor(weights, shape: y.shape)).sum()
    }

    @Test(arguments: OperationCase.all.filter(\.isDifferentiable))
    func firstOrder(_ operation: OperationCase) {
        #expect(operation.shapes.count == 5)
        for shapes in operation.shapes {
            check(operation.name, shapes, range: operation.range) { Self.weighted(operation.body($0)) }
        }
    }

    /// The gradient of the gradient's weighted sum: gradients are nodes like any other.
    @Test(arguments: OperationCase.all.filter(\.isDifferentiable))
    func secondOrder(_ operation: OperationCase) {
        let shapes = operation.shapes[1]
        check(operation.name, shapes, range: operation.range) { inputs in
            let first = gradients(of: Self.weighted(operation.body(inputs).squared()), withRespectTo: inputs)
            return first.map(Self.weighted).reduce(Tensor(0), +)
        }
    }

    private func check(_ name: String, _ shapes: [Shape], range: ClosedRange<Double>, _ body: ([Tensor]) -> Tensor) {
        let inputs = shapes.enumerated().map { Tensor(Node(.input($0), [], shape: $1, type: .float32)) }
        let loss = body(inputs)
        let rows = gradients(of: loss, withRespectTo: inputs)
        let values = shapes.enumerated().map { numbers($1.elementCount, seed: UInt64($0) + 5, in: range) }
        let exact = Reference.evaluate(rows, inputs: values)
        for (operand, shape) in shapes.enumerated() {
            #expect(rows[operand].shape == shape)
            for element in 0..<shape.elementCount {
                let h = 1e-5
                var (above, below) = (values, values)
                above[operand][element] += h
                below[operand][element] -= h
                let numeric =
                    (Reference.evaluate([loss], inputs: above)[0][0] - Reference.evaluate([loss], inputs: below)[0][0])
                    / (2 * h)
                let difference = abs(numeric - exact[operand][element]) / max(1, abs(numeric))
                #expect(
                    difference < 1e-6,
                    "\(name) \(shapes), operand \(operand)[\(element)]: \(exact[operand][element]) against \(numeric)")
            }
        }
    }

    @Test func noGradientFlowsThroughStop() {
        let x = Tensor(Node(.input(0), [], shape: [2], type: .float32))
        let y = (x * x.withoutGradient()).sum()
        #expect(Reference.evaluate(gradients(of: y, withRespectTo: [x]), inputs: [[3, 4]]) == [[3, 4]])
    }

    @Test func unreachedTensorsHaveZeros() {
        let x = Tensor(Node(.input(0), [], shape: [2], type: .float32))
        let y = Tensor(Node(.input(1), [], shape: [3], type: .float32))
        #expect(
            Reference.evaluate(gradients(of: x.sum(), withRespectTo: [x, y]), inputs: [[3, 4], [1, 2, 3]]) == [
                [1, 1], [0, 0, 0],
            ])
    }

    @Test func readsOfOneVariableAddUp() throws {
        let w = Variable([3], shape: [1], name: "w")
        let y = (w.tensor * w.tensor + w.tensor).sum()
        #expect(try gradients(of: y, withRespectTo: [w])[0].floats() == [7])
    }
}
