import Foundation

/// Factorisations of one matrix at a time in float64: the matrices that models factorise are small, and their condition
/// numbers need the digits.
enum LinearAlgebra {
    typealias Matrix = UnsafeMutablePointer<Double>

    /// Runs an operation in place.
    ///
    /// - Parameters:
    ///   - square: the square operand (rows, rows); overwritten.
    ///   - other: memory for (rows, columns), the right-hand sides of a triangular solve; overwritten.
    /// - Returns: the operand that holds the result.
    static func run(_ operation: Operation, _ square: Matrix, _ other: Matrix, _ rows: Int, _ columns: Int) -> Matrix {
        switch operation {
        case .cholesky:
            cholesky(square, rows)
            return square
        case .triangularSolve(let upper, let transposed):
            triangularSolve(square, other, rows, columns, upper: upper, transposed: transposed)
            return other
        case .inverse:
            invert(square, into: other, rows)
            return other
        case .logAbsoluteDeterminant:
            other[0] = logAbsoluteDeterminant(square, rows)
            return other
        default:
            preconditionFailure("linear algebra: \(operation.name) is none of its operations")
        }
    }

    /// Row by row (Cholesky, Banachiewicz); the upper triangle becomes 0, and a negative pivot spreads NaN.
    private static func cholesky(_ a: Matrix, _ n: Int) {
        for i in 0..<n {
            for j in 0...i {
                var sum = a[i * n + j]
                for k in 0..<j { sum -= a[i * n + k] * a[j * n + k] }
                a[i * n + j] = i == j ? (sum > 0 ? sum.squareRoot() : .nan) : sum / a[j * n + j]
            }
            for j in i + 1..<max(n, i + 1) { a[i * n + j] = 0 }
        }
    }

    /// Substitution, forward if the triangle as used is lower.
    private static func triangularSolve(
        _ t: Matrix, _ b: Matrix, _ n: Int, _ m: Int, upper: Bool, transposed: Bool
    ) {
        let forward = upper == transposed
        for step in 0..<n {
            let i = forward ? step : n - 1 - step
            for known in forward ? 0..<i : i + 1..<n {
                let factor = transposed ? t[known * n + i] : t[i * n + known]
                for column in 0..<m { b[i * m + column] -= factor * b[known * m + column] }
            }
            for column in 0..<m { b[i * m + column] /= t[i * n + i] }
        }
    }

    /// Gauss-Jordan elimination with partial pivoting.
    private static func invert(_ a: Matrix, into result: Matrix, _ n: Int) {
        for place in 0..<n * n { result[place] = place / n == place % n ? 1 : 0 }
        for pivot in 0..<n {
            let row = pivotRow(a, n, pivot)
            if row != pivot { exchange(a, n, row, pivot); exchange(result, n, row, pivot) }
            let scale = 1 / a[pivot * n + pivot]
            for column in 0..<n {
                a[pivot * n + column] *= scale
                result[pivot * n + column] *= scale
            }
            for other in 0..<n where other != pivot {
                let factor = a[other * n + pivot]
                for column in 0..<n {
                    a[other * n + column] -= factor * a[pivot * n + column]
                    result[other * n + column] -= factor * result[pivot * n + column]
                }
            }
        }
    }

    private static func logAbsoluteDeterminant(_ a: Matrix, _ n: Int) -> Double {
        var sum = 0.0
        for pivot in 0..<n {
            let row = pivotRow(a, n, pivot)
            if row != pivot { exchange(a, n, row, pivot) }
            let head = a[pivot * n + pivot]
            sum += log(abs(head))
            if head == 0 { return -.infinity }
            for other in pivot + 1..<max(n, pivot + 1) {
                let factor = a[other * n + pivot] / head
                for column in pivot..<n { a[other * n + column] -= factor * a[pivot * n + column] }
            }
        }
        return sum
    }

    /// The row with the largest element in the column, among those from `pivot` on.
    private static func pivotRow(_ a: Matrix, _ n: Int, _ pivot: Int) -> Int {
        var best = pivot
        for row in pivot..<n where abs(a[row * n + pivot]) > abs(a[best * n + pivot]) { best = row }
        return best
    }

    private static func exchange(_ a: Matrix, _ n: Int, _ i: Int, _ j: Int) {
        for column in 0..<n { (a[i * n + column], a[j * n + column]) = (a[j * n + column], a[i * n + column]) }
    }
}
