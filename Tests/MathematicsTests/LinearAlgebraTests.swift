import Foundation
import Random
import Testing

@testable import Mathematics

/// Products, orthogonal matrices and norms.
@Suite struct LinearAlgebraTests {
    private static func matrix(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix {
        Matrix(rows: rows, columns: columns, numbers(rows * columns, seed: seed))
    }

    @Test func products() {
        let a = Matrix(rows: 2, columns: 3, [1, 2, 3, 4, 5, 6])
        let b = Matrix(rows: 3, columns: 2, [7, 8, 9, 10, 11, 12])
        #expect((a * b).elements == [58, 64, 139, 154])
        #expect(a * [1, 0, -1] == [-2, -2])
        let (c, d) = (Self.matrix(3, 4, seed: 1), Self.matrix(4, 2, seed: 2))
        #expect(areClose((c * d).transposed.elements, (d.transposed * c.transposed).elements))
        let (x, y) = (numbers(3, seed: 3), numbers(4, seed: 4))
        let outer = outerProduct(x, y)
        #expect(outer.rows == 3 && outer.columns == 4 && outer[2, 1] == x[2] * y[1])
        #expect(isClose(outer.frobeniusNorm, norm(x) * norm(y)))
        #expect(isClose(innerProduct(x, c * y), innerProduct(c.transposed * x, y)))
    }

    @Test func norms() {
        #expect(norm([3, 4]) == 5 && norm([]) == 0)
        #expect(isClose(norm([3e200, -4e200]) / 5e200, 1) && isClose(norm([3e-200, 4e-200]) / 5e-200, 1))
        let (x, y) = (numbers(5, seed: 5), numbers(5, seed: 6))
        #expect(norm(zip(x, y).map(+)) <= norm(x) + norm(y) && abs(innerProduct(x, y)) <= norm(x) * norm(y))
        #expect(Matrix(rows: 2, columns: 2, [1, 2, 2, 4]).frobeniusNorm == 5)
    }

    @Test func determinants() {
        #expect(Matrix(rows: 2, columns: 2, [0, 2, 3, 4]).determinant == -6)
        #expect(Matrix(rows: 2, columns: 2, [1, 2, 2, 4]).determinant == 0 && Matrix.identity(4).determinant == 1)
        let (a, b) = (Self.matrix(4, 4, seed: 7), Self.matrix(4, 4, seed: 8))
        #expect(isClose((a * b).determinant, a.determinant * b.determinant))
        #expect(isClose(a.transposed.determinant, a.determinant))
    }

    /// An orthogonal matrix: A⁻¹ = Aᵀ, det = ±1, and it preserves norms and angles.
    @Test func orthogonalMatrices() {
        let (q, r) = Self.matrix(5, 5, seed: 9).decomposedQR()
        #expect(q.isOrthogonal() && q.transposed.isOrthogonal())
        #expect(isClose(abs(q.determinant), 1))
        let (x, y) = (numbers(5, seed: 10), numbers(5, seed: 11))
        #expect(isClose(norm(q * x), norm(x)) && isClose(innerProduct(q * x, q * y), innerProduct(x, y)))
        #expect(areClose(q.transposed * (q * x), x))
        #expect(areClose((q * r).elements, Self.matrix(5, 5, seed: 9).elements))
        for i in 0..<5 {
            #expect(r[i, i] > 0)
            for j in 0..<i { #expect(r[i, j] == 0) }
        }
        #expect(!Self.matrix(5, 5, seed: 9).isOrthogonal())
        let scaled = Matrix(rows: 2, columns: 2, [2, 0, 0, 0.5])
        #expect(scaled.determinant == 1 && !scaled.isOrthogonal(), "a determinant of 1 is not enough")
    }

    /// Nearly dependent columns: a single projection would leave them far from orthogonal.
    @Test func nearlyDependentColumns() {
        let hilbert = Matrix(rows: 10, columns: 8) { 1 / Double($0 + $1 + 1) }
        let (q, r) = hilbert.decomposedQR()
        #expect(q.isOrthogonal(tolerance: 1e-13) && areClose((q * r).elements, hilbert.elements))
    }

    /// NaN is never left out, wherever it is; `max(0, .nan)` is 0.
    @Test func normsKeepWhatIsNoNumber() {
        for place in 0..<3 {
            var x = [3.0, -4, 0]
            x[place] = .nan
            #expect(norm(x).isNaN && largestMagnitude(x).isNaN)
        }
        #expect(maximumWithNaN(.nan, 1.0).isNaN && maximumWithNaN(1.0, .nan).isNaN)
        #expect(maximumWithNaN(-2.0, 1) == 1 && maximumWithNaN(1.0, -2) == 1)
        #expect(largestMagnitude([3, -4, 0]) == 4 && largestMagnitude([]) == 0 && norm([3, -4, 0]) == 5)
        #expect(norm([1, -.infinity]) == .infinity && norm([.infinity, .nan]).isNaN)
    }
}
