/// A small dense matrix of doubles, row-major, for formulas and initial values; networks compute with tensors.
public struct Matrix: Hashable, Sendable {
    /// The number of rows.
    public let rows: Int
    /// The number of columns.
    public let columns: Int
    /// The elements, row after row.
    public var elements: [Double]

    /// A matrix of the given elements.
    ///
    /// - Precondition: `rows` times `columns` elements.
    public init(rows: Int, columns: Int, _ elements: [Double]) {
        precondition(elements.count == rows * columns, "\(elements.count) elements don't fill \(rows) × \(columns)")
        (self.rows, self.columns, self.elements) = (rows, columns, elements)
    }

    /// A matrix whose elements are a function of row and column.
    public init(rows: Int, columns: Int, _ element: (_ row: Int, _ column: Int) -> Double) {
        self.init(rows: rows, columns: columns, (0..<rows * columns).map { element($0 / columns, $0 % columns) })
    }

    /// Ones on the diagonal, zeros elsewhere.
    public static func identity(_ size: Int) -> Matrix { Matrix(rows: size, columns: size) { $0 == $1 ? 1 : 0 } }

    public subscript(row: Int, column: Int) -> Double {
        get { elements[row * columns + column] }
        set { elements[row * columns + column] = newValue }
    }

    /// One row.
    public func row(_ index: Int) -> [Double] { Array(elements[index * columns..<(index + 1) * columns]) }

    /// One column.
    public func column(_ index: Int) -> [Double] { (0..<rows).map { self[$0, index] } }

    /// Aᵀ: rows become columns.
    public var transposed: Matrix { Matrix(rows: columns, columns: rows) { self[$1, $0] } }

    /// (A B)ᵢⱼ = Σₖ Aᵢₖ Bₖⱼ.
    ///
    /// - Precondition: A has as many columns as B has rows.
    public static func * (a: Matrix, b: Matrix) -> Matrix {
        precondition(a.columns == b.rows, "product: \(a.rows) × \(a.columns) doesn't fit \(b.rows) × \(b.columns)")
        return Matrix(rows: a.rows, columns: b.columns) { i, j in
            (0..<a.columns).reduce(0) { $0 + a[i, $1] * b[$1, j] }
        }
    }

    /// (A x)ᵢ = Σₖ Aᵢₖ xₖ.
    ///
    /// - Precondition: A has as many columns as x has elements.
    public static func * (a: Matrix, x: [Double]) -> [Double] {
        precondition(a.columns == x.count, "product: \(a.rows) × \(a.columns) doesn't fit \(x.count) elements")
        return (0..<a.rows).map { innerProduct(a.row($0), x) }
    }

    /// ‖A‖_F = √Σᵢⱼ Aᵢⱼ².
    public var frobeniusNorm: Double { norm(elements) }

    /// Whether AᵀA = I within `tolerance`, element by element, so that A⁻¹ = Aᵀ if A is square. For a matrix with more
    /// rows than columns this checks only that the columns are orthonormal.
    public func isOrthogonal(tolerance: Double = 1e-12) -> Bool {
        let difference = zip((transposed * self).elements, Matrix.identity(columns).elements).map { abs($0 - $1) }
        return difference.allSatisfy { $0 <= tolerance }
    }

    /// det A, by elimination with the largest pivot of each column. O(n³).
    ///
    /// - Precondition: A is square.
    public var determinant: Double {
        precondition(rows == columns, "determinant: \(rows) × \(columns) is not square")
        var (work, result) = (self, 1.0)
        for k in 0..<rows {
            let pivot = (k..<rows).max { abs(work[$0, k]) < abs(work[$1, k]) }!
            if work[pivot, k] == 0 { return 0 }
            if pivot != k {
                for j in 0..<columns { (work[k, j], work[pivot, j]) = (work[pivot, j], work[k, j]) }
                result = -result
            }
            result *= work[k, k]
            for i in k + 1..<rows {
                let factor = work[i, k] / work[k, k]
                for j in k..<columns { work[i, j] -= factor * work[k, j] }
            }
        }
        return result
    }

    /// A = Q R with orthonormal columns in Q and R upper triangular with a positive diagonal, which makes the two
    /// unique. It uses the Gram-Schmidt method with each column projected twice, which keeps Q orthogonal up to
    /// rounding (Giraud, Langou & Rozložník 2005). O(rows · columns²).
    ///
    /// - Precondition: there are no more columns than rows, and they are linearly independent.
    public func decomposedQR() -> (q: Matrix, r: Matrix) {
        precondition(columns <= rows, "QR: \(rows) × \(columns) has more columns than rows")
        var basis: [[Double]] = []
        var r = Matrix(rows: columns, columns: columns) { _, _ in 0 }
        for j in 0..<columns {
            var rest = column(j)
            for _ in 0..<2 {
                for (k, direction) in basis.enumerated() {
                    let part = innerProduct(direction, rest)
                    for i in rest.indices { rest[i] -= part * direction[i] }
                    r[k, j] += part
                }
            }
            let length = norm(rest)
            precondition(length > 0, "QR: column \(j) depends on those before it")
            r[j, j] = length
            basis.append(rest.map { $0 / length })
        }
        return (Matrix(rows: rows, columns: columns) { basis[$1][$0] }, r)
    }
}

/// xᵀy = Σ xᵢ yᵢ.
///
/// - Precondition: both have the same number of elements.
public func innerProduct(_ x: [Double], _ y: [Double]) -> Double {
    precondition(x.count == y.count, "inner product: the vectors have \(x.count) and \(y.count) elements")
    var sum = 0.0
    for index in x.indices { sum += x[index] * y[index] }
    return sum
}

/// x yᵀ: the matrix of all products xᵢ yⱼ.
public func outerProduct(_ x: [Double], _ y: [Double]) -> Matrix {
    Matrix(rows: x.count, columns: y.count) { x[$0] * y[$1] }
}

/// The larger of two numbers; NaN if one of them is, which `max` leaves out when it comes second.
@inlinable public func maximumWithNaN<Number: FloatingPoint>(_ x: Number, _ y: Number) -> Number {
    y > x || y.isNaN ? y : x
}

/// The largest |xᵢ|; NaN if one of them is. 0 if there are none.
public func largestMagnitude(_ x: [Double]) -> Double {
    x.reduce(0) { maximumWithNaN($0, abs($1)) }
}

/// ‖x‖₂ = √Σ xᵢ², scaled by the largest element, so that no square overflows or underflows.
public func norm(_ x: [Double]) -> Double {
    let largest = largestMagnitude(x)
    guard largest > 0 && largest.isFinite else { return largest }
    return largest * x.reduce(0) { $0 + ($1 / largest) * ($1 / largest) }.squareRoot()
}
