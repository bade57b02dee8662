import Testing

@testable import TensorCore

/// User-defined gradients, and uses of gradients of gradients.
@Suite struct CustomGradientTests {
    private func input(_ index: Int, _ shape: Shape) -> Tensor {
        Tensor(Node(.input(index), [], shape: shape, type: .float32))
    }

    @Test func ownGradientReplacesTheRule() {
        let x = input(0, [3])
        let y = x.squared().withGradient(of: [x]) { [10 * $0] }
        #expect(Reference.evaluate([y], inputs: [[1, 2, 3]]) == [[1, 4, 9]])
        #expect(Reference.evaluate(gradients(of: y.sum(), withRespectTo: [x]), inputs: [[1, 2, 3]]) == [[10, 10, 10]])
    }

    @Test func ownGradientRunsFused() throws {
        let results = try run([[3]], [[1, 2, 3]]) { inputs in
            let y = inputs[0].squared().withGradient(of: inputs) { [10 * $0 * inputs[0]] }
            return [y + 1] + gradients(of: y.sum(), withRespectTo: inputs)
        }
        #expect(results == [[2, 5, 10], [10, 20, 30]])
    }

    @Test func straightThroughRounding() {
        let x = input(0, [3])
        let y = x.rounded().straightThrough(to: x)
        let g = gradients(of: (y * y).sum(), withRespectTo: [x])
        #expect(Reference.evaluate([y] + g, inputs: [[0.4, 1.6, -2.7]]) == [[0, 2, -3], [0, 4, -6]])
    }

    /// H v as the gradient of g · v, for f(x) = Σ xᵢ² xⱼ of neighbours, compared with the explicit Hessian.
    @Test func hessianVectorProduct() {
        let x = input(0, [3])
        let v = input(1, [3])
        let f = (x.sliced(0..<2, axis: 0).squared() * x.sliced(1..<3, axis: 0)).sum()
        let g = gradients(of: f, withRespectTo: [x])[0]
        let product = gradients(of: (g * v).sum(), withRespectTo: [x])
        let (a, b, c) = (1.5, -2.0, 0.5)
        let hessian: [[Double]] = [[2 * b, 2 * a, 0], [2 * a, 2 * c, 2 * b], [0, 2 * b, 0]]
        let vector = [1.0, 2, 3]
        let expected = hessian.map { zip($0, vector).map(*).reduce(0, +) }
        #expect(Reference.evaluate(product, inputs: [[a, b, c], vector]) == [expected])
    }

    /// The gradient of (‖∇D‖ − 1)², as in WGAN-GP, compared with central differences.
    @Test func gradientPenalty() {
        let shapes: [Shape] = [[2, 3], [3, 4], [4, 1]]
        let inputs = shapes.enumerated().map { input($0, $1) }
        let critic = inputs[0].matmul(inputs[1]).tanh().matmul(inputs[2]).sum()
        let slope = gradients(of: critic, withRespectTo: [inputs[0]])[0]
        let norm = (slope.squared().sum([1]) + 1e-12).squareRoot()
        let penalty = (norm - 1).squared().mean()
        let rows = gradients(of: penalty, withRespectTo: [inputs[1], inputs[2]])
        let values = shapes.enumerated().map { numbers($1.elementCount, seed: UInt64($0) + 70, in: -1...1) }
        let exact = Reference.evaluate(rows, inputs: values)
        for (operand, gradient) in zip([1, 2], exact) {
            for element in gradient.indices {
                var (above, below) = (values, values)
                above[operand][element] += 1e-5
                below[operand][element] -= 1e-5
                let numeric =
                    (Reference.evaluate([penalty], inputs: above)[0][0]
                        - Reference.evaluate([penalty], inputs: below)[0][0]) / 2e-5
                #expect(abs(numeric - gradient[element]) < 1e-6 * max(1, abs(numeric)))
            }
        }
    }
}
