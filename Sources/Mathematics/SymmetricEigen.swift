/// The eigenvalues and eigenvectors of a symmetric matrix, A = Σ λᵢ vᵢ vᵢᵀ.
public struct SymmetricEigen: Hashable, Sendable {
    /// λ, ascending.
    public private(set) var values: [Double]
    /// The orthonormal eigenvectors as rows, in the order of the values: row i is vᵢ.
    public private(set) var vectors: Matrix

    /// Decomposes a matrix, by Householder's reflections to a tridiagonal one and QL iterations with implicit shifts
    /// (Golub and Van Loan, *Matrix Computations*, 8.3). O(n³); rounding errors are of the size ε‖A‖.
    ///
    /// - Precondition: A is square, finite and symmetric.
    public init(_ a: Matrix) {
        precondition(a.rows == a.columns, "eigenvalues: \(a.rows) × \(a.columns) is not square")
        precondition(a.elements.allSatisfy(\.isFinite), "eigenvalues: an element is not finite")
        let count = a.rows
        var (work, off) = (a, [Double](repeating: 0, count: count))
        let reflections = Self.tridiagonalize(&work, &off)
        values = (0..<count).map { work[$0, $0] }
        vectors = Self.product(of: reflections, count)
        iterate(&off)
        sort()
    }

    /// Turns A into the tridiagonal Qᵀ A Q, whose second diagonal is written to `off[1...]`.
    ///
    /// - Returns: the reflections I − v vᵀ with ‖v‖² = 2, the k-th of which leaves the first k + 1 places alone; empty
    ///   where none is needed.
    private static func tridiagonalize(_ a: inout Matrix, _ off: inout [Double]) -> [[Double]] {
        let count = a.rows
        var reflections: [[Double]] = []
        for k in 0..<max(0, count - 1) {
            var v = a.column(k)
            for i in 0...k { v[i] = 0 }
            let length = norm(v)
            guard length > 0, v[(k + 2)...].contains(where: { $0 != 0 }) else {
                off[k + 1] = v[k + 1]
                reflections.append([])
                continue
            }
            let alpha = v[k + 1] > 0 ? -length : length
            off[k + 1] = alpha
            v[k + 1] -= alpha
            let scale = 2.0.squareRoot() / norm(v)
            for i in v.indices { v[i] *= scale }
            reflect(&a, by: v, from: k)
            reflections.append(v)
        }
        return reflections
    }

    /// H A H for H = I − v vᵀ: A − v qᵀ − q vᵀ with p = A v and q = p − ½ (vᵀp) v.
    private static func reflect(_ a: inout Matrix, by v: [Double], from first: Int) {
        let count = v.count
        var q = [Double](repeating: 0, count: count)
        a.elements.withUnsafeMutableBufferPointer { elements in
            for i in first..<count {
                let row = elements.baseAddress! + i * count
                var sum = 0.0
                for j in first..<count { sum += row[j] * v[j] }
                q[i] = sum
            }
            let half = innerProduct(v, q) / 2
            for i in first..<count { q[i] -= half * v[i] }
            for i in first..<count {
                let row = elements.baseAddress! + i * count
                let (vi, qi) = (v[i], q[i])
                for j in first..<count { row[j] -= vi * q[j] + qi * v[j] }
            }
        }
    }

    /// Qᵀ for the product Q of the reflections, first to last.
    private static func product(of reflections: [[Double]], _ count: Int) -> Matrix {
        var q = Matrix.identity(count)
        for (k, v) in reflections.enumerated().reversed() where !v.isEmpty {
            var sums = [Double](repeating: 0, count: count)
            for i in k + 1..<count { for j in k + 1..<count { sums[j] += v[i] * q[i, j] } }
            for i in k + 1..<count { for j in k + 1..<count { q[i, j] -= v[i] * sums[j] } }
        }
        return q.transposed
    }

    /// QL iterations until the second diagonal is negligible; each rotation turns two rows of the vectors.
    private mutating func iterate(_ off: inout [Double]) {
        let count = values.count
        guard count > 1 else { return }
        off.removeFirst()
        off.append(0)
        for l in 0..<count {
            for _ in 0..<Self.iterationLimit {
                let small = (l..<count - 1).first { m in
                    abs(off[m]) <= 0x1p-53 * (abs(values[m]) + abs(values[m + 1]))
                }
                let m = small ?? count - 1
                if m == l { break }
                sweep(l, m, &off)
            }
        }
    }

    /// More than any matrix of doubles has been seen to need for one eigenvalue.
    private static let iterationLimit = 100

    /// One implicit QL step on the rows l…m, shifted by the eigenvalue of the leading 2 × 2 block that is nearer to the
    /// first element.
    private mutating func sweep(_ l: Int, _ m: Int, _ off: inout [Double]) {
        func length(_ x: Double, _ y: Double) -> Double {
            let (large, small) = (max(abs(x), abs(y)), min(abs(x), abs(y)))
            return large == 0 ? 0 : large * (1 + (small / large) * (small / large)).squareRoot()
        }
        var g = (values[l + 1] - values[l]) / (2 * off[l])
        let root = length(g, 1)
        g = values[m] - values[l] + off[l] / (g + (g < 0 ? -root : root))
        var (sine, cosine, p) = (1.0, 1.0, 0.0)
        for i in (l..<m).reversed() {
            let (f, b) = (sine * off[i], cosine * off[i])
            let r = length(f, g)
            off[i + 1] = r
            if r == 0 {
                values[i + 1] -= p
                off[m] = 0
                return
            }
            (sine, cosine) = (f / r, g / r)
            g = values[i + 1] - p
            let s = (values[i] - g) * sine + 2 * cosine * b
            p = sine * s
            values[i + 1] = g + p
            g = cosine * s - b
            rotate(i, sine, cosine)
        }
        values[l] -= p
        off[l] = g
        off[m] = 0
    }

    private mutating func rotate(_ row: Int, _ sine: Double, _ cosine: Double) {
        let width = vectors.columns
        vectors.elements.withUnsafeMutableBufferPointer { elements in
            let first = elements.baseAddress! + row * width, second = first + width
            for k in 0..<width {
                let (x, y) = (first[k], second[k])
                second[k] = sine * x + cosine * y
                first[k] = cosine * x - sine * y
            }
        }
    }

    private mutating func sort() {
        let order = values.indices.sorted { values[$0] < values[$1] }
        vectors = Matrix(
            rows: vectors.rows, columns: vectors.columns, order.flatMap { vectors.row($0) })
        values = order.map { values[$0] }
    }
}
