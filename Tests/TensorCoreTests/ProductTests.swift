import CKernels
import Testing

@testable import TensorCore

/// Matrix products with every instruction set compared with the float64 reference, called as plans call them.
@Suite struct ProductTests {
    /// The extents of a product, and which operands are stored transposed.
    struct Case: CustomStringConvertible {
        var (m, n, k): (Int, Int, Int)
        var (left, right): (Bool, Bool)

        var description: String {
            "\(m)×\(n)×\(k)\(left ? ", left transposed" : "")\(right ? ", right transposed" : "")"
        }
        var leftShape: Shape { left ? [k, m] : [m, k] }
        var rightShape: Shape { right ? [n, k] : [k, n] }
        var product: rv_product {
            rv_packed_product(m, n, k, left ? 1 : 0, right ? 1 : 0, 1)
        }

        static func all(_ m: Int, _ n: Int, _ k: Int) -> [Case] {
            [(false, false), (false, true), (true, false), (true, true)].map { left, right in
                Case(m: m, n: n, k: k, left: left, right: right)
            }
        }
    }

    /// The product by the given kernels, with its operands `shift` floats past a cache line. Everything around them and
    /// the working memory are NaN: reads past an operand show in the result, writes past the result or the working
    /// memory show in the margins.
    private static func run(
        _ test: Case, _ a: [Float], _ b: [Float], _ kernels: KernelTable, shift: Int = 0, parts: Int = 1
    ) -> [Float] {
        let margin = 64
        func surrounded(_ values: [Float]) -> HostArray {
            let array = HostArray([Float](repeating: .nan, count: 2 * margin + shift + values.count))
            for (index, value) in values.enumerated() { array.floats[margin + shift + index] = value }
            return array
        }
        var product = test.product
        let scratchCount = kernels.pointer.pointee.product_scratch(&product) / 4
        let arrays = [a, b, [Float](repeating: .nan, count: test.m * test.n)].map(surrounded)
        let scratch = HostArray([Float](repeating: .nan, count: scratchCount + margin))
        let (written, used) = withExtendedLifetime((arrays, scratch)) {
            let places = arrays.map { $0.floats.baseAddress! + margin + shift }
            for part in 0..<parts {
                scratch.floats.update(repeating: .nan)
                kernels.pointer.pointee.product(
                    &product, places[0], places[1], places[2], scratch.floats.baseAddress!,
                    rv_part(index: part, count: parts))
            }
            return (Array(arrays[2].floats), Array(scratch.floats))
        }
        let (start, end) = (margin + shift, margin + shift + test.m * test.n)
        let around = written[..<start] + written[end...] + used[scratchCount...]
        #expect(around.allSatisfy { $0.isNaN }, "\(test) by \(kernels.name) writes past its result or working memory")
        return Array(written[start..<end])
    }

    private static func operands(_ test: Case) -> (a: [Float], b: [Float]) {
        (
            numbers(test.leftShape.elementCount, seed: UInt64(test.m * 31 + test.k)).map { Float($0) },
            numbers(test.rightShape.elementCount, seed: UInt64(test.n * 37 + test.k)).map { Float($0) }
        )
    }

    /// The exact product, and that of the operands' magnitudes.
    private static func exact(_ test: Case, _ a: [Float], _ b: [Float]) -> [[Double]] {
        let inputs = [test.leftShape, test.rightShape].enumerated().map {
            Tensor(Node(.input($0), [], shape: $1, type: .float32))
        }
        let results = [inputs, inputs.map { $0.absolute() }].map {
            $0[0].matmul($0[1], transposeLeft: test.left, transposeRight: test.right)
        }
        return Reference.evaluate(results, inputs: [a.map(Double.init), b.map(Double.init)])
    }

    /// Each element is as accurate as any order of k roundings allows, and has the same bits with every instruction set
    /// and any number of parts.
    private func check(_ cases: [Case]) {
        for test in cases {
            let (a, b) = Self.operands(test)
            let exact = Self.exact(test, a, b)
            let results = KernelTests.kernels.map { Self.run(test, a, b, $0) }
            for (kernels, result) in zip(KernelTests.kernels, results) {
                let near = result.indices.allSatisfy {
                    abs(Double(result[$0]) - exact[0][$0]) <= Double(test.k) * 0x1p-24 * exact[1][$0]
                }
                #expect(near && result.count == exact[0].count, "\(test) by \(kernels.name)")
                #expect(result == results[0], "\(test) by \(kernels.name) and \(KernelTests.kernels[0].name)")
                for parts in [2, 3, 5] {
                    #expect(Self.run(test, a, b, kernels, parts: parts) == result, "\(test) in \(parts) parts")
                }
            }
        }
    }

    @Test func everyRemainderOfEveryExtent() {
        check((1...65).flatMap { Case.all($0, ($0 * 23) % 65 + 1, ($0 * 37) % 65 + 1) })
        check((1...65).flatMap { Case.all(($0 * 29) % 65 + 1, $0, ($0 * 11) % 65 + 1) })
        check((1...65).flatMap { Case.all(($0 * 17) % 65 + 1, ($0 * 41) % 65 + 1, $0) })
    }

    /// Vectors, narrow matrices and shallow products, around the extents at which the method changes.
    @Test func fewRowsColumnsOrSteps() {
        for few in [1, 2, 3, 4, 5, 8, 9, 15, 16, 17] {
            for many in [1, 7, 8, 31, 48, 129] {
                for depth in [1, 2, 3, 4, 5, 16, 17, 63, 64, 100] {
                    check(Case.all(few, many, depth) + Case.all(many, few, depth))
                }
            }
        }
    }

    /// Depths that are divided into blocks, right operands that are packed for their size alone, the shapes of training
    /// steps.
    @Test(arguments: [
        (33, 20, 1500), (20, 1030, 600), (40, 1030, 515), (100, 784, 400), (500, 128, 4), (128, 4, 500), (64, 256, 256),
        (1, 1500, 700), (1500, 1, 700), (256, 256, 64),
    ])
    func large(_ extents: (Int, Int, Int)) { check(Case.all(extents.0, extents.1, extents.2)) }

    @Test func emptyExtents() {
        check([(0, 3, 4), (3, 0, 4), (0, 0, 0), (1, 0, 1)].flatMap { Case.all($0, $1, $2) })
        for kernels in KernelTests.kernels {
            for test in Case.all(3, 5, 0) {
                #expect(Self.run(test, [], [], kernels) == [Float](repeating: 0, count: 15))
            }
        }
    }

    /// NaN and infinity reach the elements that they contribute to, and no others.
    @Test(arguments: [(1, 40, 30), (3, 40, 70), (20, 2, 50), (9, 33, 20), (70, 3, 10), (17, 65, 600)])
    func notANumberAndInfinity(_ extents: (Int, Int, Int)) {
        for test in Case.all(extents.0, extents.1, extents.2) {
            var (a, b) = Self.operands(test)
            let (row, column, step) = (test.m / 2, test.n / 3, test.k - 1)
            a[test.left ? step * test.m + row : row * test.k + step] = .nan
            b[test.right ? column * test.k + step / 2 : step / 2 * test.n + column] = .infinity
            let exact = Self.exact(test, a, b)[0]
            for kernels in KernelTests.kernels {
                let result = Self.run(test, a, b, kernels)
                let same = zip(result, exact).allSatisfy { fast, exact in
                    exact.isNaN ? fast.isNaN : exact.isInfinite ? Double(fast) == exact : fast.isFinite
                }
                #expect(same, "\(test) by \(kernels.name)")
                #expect(result.contains { $0.isNaN } && exact.contains { $0.isInfinite } == (test.m > 1))
            }
        }
    }

    /// The place of the operands changes no bit.
    @Test func placesInMemoryDoNotMatter() {
        for kernels in KernelTests.kernels {
            for test in [(1, 33, 70), (6, 20, 64), (64, 50, 37), (70, 3, 90)].flatMap({ Case.all($0, $1, $2) }) {
                let (a, b) = Self.operands(test)
                let aligned = Self.run(test, a, b, kernels)
                for shift in [1, 3, 7] { #expect(Self.run(test, a, b, kernels, shift: shift) == aligned) }
            }
        }
    }

    /// A plan contains the working memory of its largest product once.
    @Test func productsShareTheirWorkingMemory() throws {
        func scratch(_ widths: [Int]) throws -> Int {
            let program = Program("products", inputs: [.float32(64, 64)] + widths.map { .float32($0, 64) }) { inputs in
                inputs.dropFirst().map { inputs[0].matmul($0, transposeRight: true) }
            }
            return try program.plan().scratchBytes
        }
        let (narrow, wide, both) = try (scratch([20]), scratch([64]), scratch([20, 64, 64]))
        #expect(wide > 0 && both == max(narrow, wide))
        let none = try Program("none", inputs: [.float32(4, 4)]) { [$0[0].transposed()] }.plan()
        #expect(none.scratchBytes == 0)
    }
}
