import Foundation
import Mathematics
import Random
import Testing

/// Eigenvalues and eigenvectors of symmetric matrices.
@Suite struct SymmetricEigenTests {
    /// A symmetric matrix with the given eigenvalues and random eigenvectors.
    private static func matrix(_ values: [Double], seed: UInt64) -> Matrix {
        var random = RandomStream(seed: seed)
        let count = values.count
        let q = Matrix(rows: count, columns: count) { _, _ in random.normal() }.decomposedQR().q
        let product = q * Matrix(rows: count, columns: count) { $0 == $1 ? values[$0] : 0 } * q.transposed
        return Matrix(rows: count, columns: count) { (product[$0, $1] + product[$1, $0]) / 2 }
    }

    /// A vᵢ = λᵢ vᵢ, orthonormal vectors, ascending values.
    private func check(_ a: Matrix, _ eigen: SymmetricEigen, tolerance: Double = 1e-13) {
        let size = max(a.frobeniusNorm, .leastNormalMagnitude)
        #expect(eigen.vectors.isOrthogonal(tolerance: tolerance))
        #expect(eigen.values == eigen.values.sorted())
        for (index, value) in eigen.values.enumerated() {
            let vector = eigen.vectors.row(index)
            let differences = zip(a * vector, vector).map { ($0 - value * $1) / size }
            #expect(largestMagnitude(differences) < tolerance, "value \(index) of \(a.rows)")
        }
    }

    @Test(arguments: [1, 2, 3, 4, 7, 20, 60]) func valuesAreFound(count: Int) {
        let values = (0..<count).map { Double($0) * 1.5 - 2 }
        let a = Self.matrix(values, seed: UInt64(count))
        let eigen = SymmetricEigen(a)
        check(a, eigen)
        #expect(zip(eigen.values, values).allSatisfy { abs($0 - $1) < 1e-12 * Double(count) })
    }

    /// 2 on the diagonal and −1 beside it: λₖ = 2 − 2 cos(kπ / (n + 1)).
    @Test func theSecondDifferenceHasItsValues() {
        let count = 30
        let a = Matrix(rows: count, columns: count) { abs($0 - $1) == 1 ? -1 : $0 == $1 ? 2 : 0 }
        let eigen = SymmetricEigen(a)
        check(a, eigen)
        for (index, value) in eigen.values.enumerated() {
            #expect(abs(value - (2 - 2 * cos(Double(index + 1) * .pi / Double(count + 1)))) < 1e-14)
        }
    }

    @Test func equalValuesHaveOrthogonalVectors() {
        for values in [[3.0, 3, 3, 3], [1, 2, 2, 2, 5, 5], [0, 0, 0, 1]] {
            let a = Self.matrix(values, seed: 5)
            check(a, SymmetricEigen(a))
        }
        check(.identity(6), SymmetricEigen(.identity(6)))
        let zero = Matrix(rows: 3, columns: 3) { _, _ in 0 }
        #expect(SymmetricEigen(zero).values == [0, 0, 0])
    }

    /// Values of very different sizes, and matrices whose squares overflow or underflow.
    @Test(arguments: [1, 1e-160, 1e150]) func anySizeWillDo(scale: Double) {
        let a = Self.matrix([1e-12, 1e-6, 1, 1e3, 1e4].map { $0 * scale }, seed: 9)
        let eigen = SymmetricEigen(a)
        check(a, eigen)
        #expect(abs(eigen.values[4] / scale - 1e4) < 1e-9 && abs(eigen.values[2] / scale - 1) < 1e-9)
    }

    @Test func blocksStayApart() {
        let a = Matrix(rows: 4, columns: 4, [2, 1, 0, 0, 1, 2, 0, 0, 0, 0, 5, 2, 0, 0, 2, 5])
        let eigen = SymmetricEigen(a)
        check(a, eigen)
        #expect(zip(eigen.values, [1, 3, 3, 7]).allSatisfy { abs($0 - $1) < 1e-14 })
    }
}
