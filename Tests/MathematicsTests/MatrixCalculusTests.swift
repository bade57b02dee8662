import Foundation
import Random
import Testing

@testable import Mathematics
@testable import TensorCore

/// The identities of vector and matrix calculus compared with the gradients of the tensor core.
/// Gradients have the shape of their variable (the denominator layout): ∂(bᵀx)/∂x = b, a column like x. A Jacobian
/// stacks them as rows (the numerator layout): ∂y/∂x has a row for each element of y.
@Suite struct MatrixCalculusTests {
    private static func column(_ count: Int, seed: UInt64) -> Tensor { matrix(count, 1, seed: seed) }

    private static func matrix(_ rows: Int, _ columns: Int, seed: UInt64) -> Tensor {
        Tensor(numbers(rows * columns, seed: seed).map { Float($0) }, shape: [rows, columns])
    }

    /// Compares ∂f/∂x with the formula, shape and elements.
    private func expectGradient(of f: Tensor, by x: Tensor, is formula: Tensor) throws {
        let found = gradients(of: f, withRespectTo: [x])[0]
        #expect(found.shape == formula.shape)
        #expect(areClose(try found.floats().map(Double.init), try formula.floats().map(Double.init), 1e-5))
    }

    @Test func vectors() throws {
        let (x, b) = (Self.column(4, seed: 1), Self.column(4, seed: 2))
        let (a, c) = (Self.matrix(4, 4, seed: 3), Self.matrix(3, 4, seed: 4))
        let d = Self.column(3, seed: 5)
        func inner(_ x: Tensor, _ y: Tensor) -> Tensor { x.matmul(y, transposeLeft: true) }
        try expectGradient(of: inner(b, x), by: x, is: b)
        try expectGradient(of: inner(x, x), by: x, is: 2 * x)
        try expectGradient(of: inner(x, a.matmul(x)), by: x, is: (a + a.transposed()).matmul(x))
        try expectGradient(of: inner(d, c.matmul(x)), by: x, is: c.transposed().matmul(d))
        let distance = (x - b).squared().sum().squareRoot()
        try expectGradient(of: distance, by: x, is: (x - b) / distance)
        try expectGradient(of: x.absolute().sum(), by: x, is: x.sign())
        // (A + Aᵀ) x equals 2 A x only for symmetric A.
        let form = gradients(of: inner(x, a.matmul(x)), withRespectTo: [x])[0]
        #expect(!areClose(try form.floats().map(Double.init), try (2 * a.matmul(x)).floats().map(Double.init), 1e-2))
    }

    @Test func matrices() throws {
        let x = Self.matrix(3, 4, seed: 6)
        let (b, c) = (Self.column(4, seed: 7), Self.column(3, seed: 8))
        let bilinear = c.matmul(x.matmul(b), transposeLeft: true)
        try expectGradient(of: bilinear, by: x, is: c.matmul(b, transposeRight: true))
        let transposed = b.matmul(x.matmul(c, transposeLeft: true), transposeLeft: true)
        try expectGradient(of: transposed, by: x, is: c.matmul(b, transposeRight: true))
        try expectGradient(of: x.squared().sum(), by: x, is: 2 * x)
    }

    /// cᵀXᵀb → bcᵀ: X is as tall as b and as wide as c.
    @Test func transposedBilinearForm() throws {
        let x = Self.matrix(4, 3, seed: 9)
        let (b, c) = (Self.column(4, seed: 10), Self.column(3, seed: 11))
        let form = c.matmul(x.matmul(b, transposeLeft: true), transposeLeft: true)
        try expectGradient(of: form, by: x, is: b.matmul(c, transposeRight: true))
    }

    /// y = A x has the Jacobian A in the numerator layout: row i is the gradient of yᵢ. Its transpose is the
    /// denominator layout.
    @Test func layouts() throws {
        let (a, x) = (Self.matrix(3, 4, seed: 12), Self.column(4, seed: 13))
        let y = a.matmul(x)
        let rows = try (0..<3).flatMap { row in
            let unit = Tensor((0..<3).map { $0 == row ? 1 : 0 }, shape: [3, 1])
            return try gradients(of: (y * unit).sum(), withRespectTo: [x])[0].floats()
        }
        #expect(rows == (try a.floats()))
    }

    /// For tensors too, the Jacobian of a composition is the product of the Jacobians.
    @Test func chainRule() throws {
        let (a, b, x) = (Self.matrix(3, 4, seed: 14), Self.matrix(2, 3, seed: 15), Self.column(4, seed: 16))
        let hidden = a.matmul(x).tanh()
        for row in 0..<2 {
            let unit = Tensor((0..<2).map { $0 == row ? 1 : 0 }, shape: [2, 1])
            let found = gradients(of: (b.matmul(hidden) * unit).sum(), withRespectTo: [x])[0]
            let slopes = b.matmul(unit, transposeLeft: true) * (1 - hidden.squared())
            let expected = a.matmul(slopes, transposeLeft: true)
            #expect(areClose(try found.floats().map(Double.init), try expected.floats().map(Double.init), 1e-5))
        }
    }
}
