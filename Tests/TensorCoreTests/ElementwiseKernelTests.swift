import CKernels
import Foundation
import Testing

@testable import TensorCore

/// Transcendental, rounding and power operations with every instruction set compared with Foundation's double
/// functions, over all magnitudes of a float.
@Suite struct ElementwiseKernelTests {
    /// A function with the largest error that its kernel may make, relative to the exact result or absolute.
    struct Case: CustomTestStringConvertible, Sendable {
        var name: String
        var operation: rv_operation
        var relative = 0.0
        var absolute = 0.0
        var exact: @Sendable (Double) -> Double

        var testDescription: String { name }
    }

    static let cases = [
        Case(name: "log1p", operation: RV_LOG1P, relative: 2e-7) { log1p($0) },
        Case(name: "expm1", operation: RV_EXPM1, relative: 2e-7) { expm1($0) },
        Case(name: "sine", operation: RV_SINE, absolute: 1e-7) { abs($0) < 0x1p50 ? sin($0) : sin($0 * 0) },
        Case(name: "cosine", operation: RV_COSINE, absolute: 1e-7) { abs($0) < 0x1p50 ? cos($0) : cos($0 * 0) },
        Case(name: "erf", operation: RV_ERF, relative: 1e-7) { erf($0) },
        Case(name: "erf inverse", operation: RV_ERF_INVERSE, relative: 3e-7) { inverseErf($0) },
        Case(name: "floor", operation: RV_FLOOR) { floor($0) },
        Case(name: "round", operation: RV_ROUND) { $0.rounded(.toNearestOrEven) },
    ]

    /// Floats of every exponent and of both signs, small ones finely, and the special ones.
    static let arguments: [Float] = {
        let patterns = stride(from: UInt32(0), through: UInt32.max - 90_000, by: 89_653)
        let everywhere = patterns.map { Float(bitPattern: $0) }
        let near = stride(from: Float(-12), through: 12, by: 0.00137).map { $0 }
        let unit = stride(from: Float(-1), through: 1, by: 0x1p-13).map { $0 }
        let special: [Float] = [
            0, -0.0, 1, -1, .infinity, -.infinity, .nan, 0.5, -0.5, 1.5, 2.5, -2.5, 88.72, 88.73, 89, 1e5, -1e5, 9.9e8,
            (1 as Float).nextDown, (-1 as Float).nextUp, .leastNormalMagnitude, .greatestFiniteMagnitude,
        ]
        return everywhere + near + unit + special
    }()

    @Test(arguments: cases) func agreesOverTheWholeRange(_ function: Case) {
        let xs = Self.arguments
        for table in ConvolutionKernelTests.tables {
            var wrong: [String] = []
            for (x, y) in zip(xs, run(function.operation, table, xs)) {
                let exact = function.exact(Double(x)), rounded = Float(exact)
                let difference = abs(Double(y) - exact)
                // Results below the smallest normal number may be 0.
                let tolerance = max(
                    function.relative * abs(exact), function.absolute, Double(Float.leastNormalMagnitude))
                let equal = rounded == y || rounded.isNaN && y.isNaN
                if !equal && !(difference <= tolerance) { wrong.append("\(x): \(y), not \(rounded)") }
            }
            #expect(wrong.isEmpty, "\(function.name): \(wrong.prefix(3)) by \(String(cString: table.pointee.name))")
        }
    }

    @Test func instructionSetsAgreeBitForBit() {
        let xs = Self.arguments, ys = Array(xs.reversed())
        let unary = Self.cases.map(\.operation) + [RV_INT32_FROM_FLOAT]
        for operation in unary + [RV_POWER] {
            let results = ConvolutionKernelTests.tables.map { run(operation, $0, xs, ys) }
            for result in results {
                #expect(zip(result, results[0]).allSatisfy { $0.bitPattern == $1.bitPattern }, "\(operation)")
            }
        }
    }

    @Test func integersFromFloats() {
        let xs: [Float] = [
            0, -0.0, 0.9, -0.9, 1.5, -1.5, 8_388_607.5, -8_388_609, 2_147_483_520, -2_147_483_648, 2_147_483_648,
            -2_147_483_904, 1e30, -1e30, .infinity, -.infinity, .nan,
        ]
        let expected: [Int32] = [
            0, 0, 0, 0, 1, -1, 8_388_607, -8_388_609, 2_147_483_520, .min, .min, .min, .min, .min, .min, .min, .min,
        ]
        for table in ConvolutionKernelTests.tables {
            #expect(run(RV_INT32_FROM_FLOAT, table, xs).map { Int32(bitPattern: $0.bitPattern) } == expected)
        }
    }

    @Test func powers() {
        var generator = SplitMix64(state: 4)
        let special: [Float] = [
            0, -0.0, 1, -1, 2, -2, 3, -3, 0.5, -0.5, 2.5, -2.5, .infinity, -.infinity, .nan, 1e30, -1e30, 1e-30,
            16_777_215, -16_777_216, 8_388_607.5,
        ]
        let pairs = special.flatMap { x in special.map { (x, $0) } }
        let bases = (0..<20_000).map { _ in Float(exp(Double.random(in: -80...80, using: &generator))) }
        let nearOne = (0..<20_000).map { _ in Float.random(in: 0.9...1.1, using: &generator) }
        let xs = pairs.map(\.0) + bases + nearOne
        let ys =
            pairs.map(\.1) + bases.map { _ in Float.random(in: -2...2, using: &generator) }
            + nearOne.map { _ in Float.random(in: -900...900, using: &generator) }
        for table in ConvolutionKernelTests.tables {
            for (index, result) in run(RV_POWER, table, xs, ys).enumerated() {
                let exact = pow(Double(xs[index]), Double(ys[index])), rounded = Float(exact)
                let tolerance = max(1e-7 * abs(exact), Double(Float.leastNormalMagnitude))
                let same = rounded == result && rounded.sign == result.sign || rounded.isNaN && result.isNaN
                #expect(
                    same || abs(Double(result) - exact) <= tolerance,
                    "\(xs[index]) to the \(ys[index]): \(result), not \(rounded)")
            }
        }
    }

    /// By bisection, because the error function is monotonic.
    private static func inverseErf(_ y: Double) -> Double {
        guard abs(y) < 1 else { return abs(y) == 1 ? y * .infinity : .nan }
        guard abs(y) > 1e-4 else { return y * (Double.pi.squareRoot() / 2) * (1 + Double.pi / 12 * y * y) }
        var (low, high) = (0.0, 6.0)
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if erfc(middle) > 1 - abs(y) { low = middle } else { high = middle }
        }
        return y < 0 ? -low : low
    }

    /// One operation as a group of its own.
    private func run(
        _ operation: rv_operation, _ table: UnsafePointer<rv_kernels>, _ xs: [Float], _ ys: [Float]? = nil
    ) -> [Float] {
        var (xs, ys) = (xs, ys ?? xs)
        var result = [Float](repeating: .nan, count: xs.count)
        xs.withUnsafeMutableBufferPointer { x in
            ys.withUnsafeMutableBufferPointer { y in
                result.withUnsafeMutableBufferPointer { z in
                    let operands = [x, y, z].map {
                        rv_operand(
                            memory: $0.baseAddress, inner: 1, outer: 1, step: 1, access: RV_CONTIGUOUS, strip: 0,
                            by_rows: 0)
                    }
                    let instructions = [
                        rv_instruction(operation: operation, ordinal: 0, by_rows: 0, destination: 2, a: 0, b: 1, c: 0)
                    ]
                    operands.withUnsafeBufferPointer { operands in
                        instructions.withUnsafeBufferPointer { instructions in
                            var group = rv_group(
                                count: x.count, row: 1, strip: Int(RV_STRIP), block: Int(RV_STRIP),
                                operands: operands.baseAddress,
                                operand_count: 3, moving_count: 3,
                                instructions: instructions.baseAddress, instruction_count: 1,
                                strip_count: 0, random: nil, chains: nil)
                            let scratch = HostArray.allocate(bytes: rv_group_scratch(&group))
                            defer { scratch.deallocate() }
                            table.pointee.run_group(&group, scratch.assumingMemoryBound(to: Float.self), .whole)
                        }
                    }
                }
            }
        }
        return result
    }
}
