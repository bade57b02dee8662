import Testing

@testable import TensorCore

/// The fast kernels compared with the float64 reference: each operation, fused and not, with every instruction set.
@Suite struct KernelTests {
    static let kernels = ["x86-64-v3", "x86-64-v4", "portable"].compactMap(KernelTable.named)

    @Test(arguments: OperationCase.all)
    func agreesWithReference(_ operation: OperationCase) throws {
        #expect(!Self.kernels.isEmpty)
        for shapes in operation.shapes {
            let values = shapes.enumerated().map { numbers($1.elementCount, seed: UInt64($0) + 5, in: operation.range) }
            let inputs = shapes.enumerated().map { Tensor(Node(.input($0), [], shape: $1, type: .float32)) }
            let rounded = values.map { $0.map { Double(Float($0)) } }
            let exact = Reference.evaluate([operation.body(inputs)], inputs: rounded)[0]
            for kernels in Self.kernels {
                for fused in [true, false] {
                    let fast = try run(shapes, values, fused: fused, kernels: kernels) { [operation.body($0)] }[0]
                    #expect(
                        largestDifference(fast, exact) < 2e-6,
                        "\(operation.name) \(shapes) \(kernels.name) fused \(fused)")
                }
            }
        }
    }

    /// Long arrays cross strips, whose broadcast operands are refilled.
    @Test(arguments: [
        [[3, 700], [700]], [[700, 3], [3]], [[700, 3], [700, 1]], [[3, 700], [3, 1]], [[1500], []],
        [[40, 25], [1, 25]],
    ])
    func stripsAgreeWithReference(_ shapes: [Shape]) throws {
        let body: ([Tensor]) -> Tensor = { ($0[0] + $0[1]).tanh() * $0[1] + $0[0].exp() }
        let values = shapes.enumerated().map { numbers($1.elementCount, seed: UInt64($0), in: -1...1) }
        let inputs = shapes.enumerated().map { Tensor(Node(.input($0), [], shape: $1, type: .float32)) }
        let exact = Reference.evaluate([body(inputs)], inputs: values)[0]
        for kernels in Self.kernels {
            let fast = try run(shapes, values, kernels: kernels) { [body($0)] }[0]
            #expect(largestDifference(fast, exact) < 2e-6)
        }
    }

    @Test func transcendentalsOverTheirWholeRange() throws {
        let xs =
            stride(from: -110.0, through: 110.0, by: 0.037).map { $0 } + [
                0, -0.0, 1e-30, -1e-30, 88.7, 88.8, -87.3, -103.9,
            ]
        let bodies: [(String, (Tensor) -> Tensor, (Double) -> Double)] = [
            ("exp", { $0.exp() }, { exp($0) }), ("sigmoid", { $0.sigmoid() }, { 1 / (1 + exp(-$0)) }),
            ("tanh", { $0.tanh() }, { tanh($0) }),
            ("softplus", { $0.softplus() }, { max($0, 0) + log1p(exp(-abs($0))) }),
        ]
        let rounded = xs.map { Double(Float($0)) }
        for kernels in Self.kernels {
            for (name, body, exact) in bodies {
                let fast = try run([[xs.count]], [xs], kernels: kernels) { [body($0[0])] }[0]
                for (x, y) in zip(rounded, fast) {
                    let expected = Float(exact(x))
                    // A result below the smallest normal number may be 0.
                    let tolerance = max(abs(expected) * 4e-7, Float.leastNormalMagnitude)
                    #expect(
                        expected == y || abs(expected - y) <= tolerance, "\(name)(\(x)) = \(y), expected \(expected)")
                }
            }
        }
    }

    @Test func logarithmOverItsWholeRange() throws {
        let xs = (-126...127).flatMap { e in [1.0, 1.2, 1.41, 1.42, 1.99].map { $0 * pow(2, Double(e)) } }
        let special = [0, -1, Double.infinity, .nan]
        for kernels in Self.kernels {
            let fast = try run([[xs.count + 4]], [xs + special], kernels: kernels) { [$0[0].log()] }[0]
            for (x, y) in zip(xs, fast) {
                let expected = Float(log(Double(Float(x))))
                #expect(abs(expected - y) <= max(abs(expected) * 3e-7, 1e-7), "log(\(x)) = \(y), expected \(expected)")
            }
            #expect(fast[xs.count] == -.infinity && fast[xs.count + 1].isNaN)
            #expect(fast[xs.count + 2] == .infinity && fast[xs.count + 3].isNaN)
        }
    }

    @Test func notANumberPassesThrough() throws {
        let values: [[Double]] = [[.nan, 1, .nan], [1, .nan, .nan]]
        let body: ([Tensor]) -> [Tensor] = {
            [
                maximum($0[0], $0[1]), minimum($0[0], $0[1]), $0[0].relu(), $0[0].tanh(), $0[0].exp(),
                $0[0].softplus(), $0[0].max(), $0[1].max(),
            ]
        }
        let inputs = (0..<2).map { Tensor(Node(.input($0), [], shape: [3], type: .float32)) }
        let exact = Reference.evaluate(body(inputs), inputs: values).map { $0.map { Float($0) } }
        for results in try [exact] + Self.kernels.map({ try run([[3], [3]], values, kernels: $0, body) }) {
            #expect(results[0].allSatisfy(\.isNaN) && results[1].allSatisfy(\.isNaN))
            for result in results[2...6] { #expect(result[0].isNaN) }
            #expect(results[2][1] == 1 && results[7][0].isNaN, "a NaN that comes second counts too")
        }
    }

    @Test func randomNumbersAreTheReferencesAndWellDistributed() throws {
        let count = 20_003
        for kernels in Self.kernels {
            let options = try PlanOptions(kernels: kernels)
            let program = Program("random", inputs: [], seed: 0x1234_5678_9ABC_DEF0, options: options) { _ in
                [.randomUniform([count]), .randomNormal([count]), .randomNormal([count]) * 2 + 1]
            }
            program.randomState.counter = 1 << 33 | 7
            let plan = try program.plan()
            plan.run()
            let recorded = try program.recorded([])
            let exact = Reference.evaluate(
                recorded.outputs.map { Tensor($0) }, random: (0x1234_5678_9ABC_DEF0, 1 << 33 | 7))
            for index in 0..<3 { #expect(largestDifference(Array(plan.output(index)), exact[index]) < 2e-6) }
            let uniform = plan.output(0)
            #expect(uniform.allSatisfy { $0 >= 0 && $0 < 1 })
            #expect(abs(uniform.reduce(0, +) / Float(count) - 0.5) < 0.01)
            let normal = plan.output(1)
            #expect(abs(normal.reduce(0, +) / Float(count)) < 0.03)
            #expect(abs(normal.reduce(0) { $0 + $1 * $1 } / Float(count) - 1) < 0.05)
            let before = Array(normal)
            plan.run()
            #expect(Array(plan.output(1)) != before)
        }
    }
}

import Foundation
