import Random
import Testing

@testable import TensorCore

/// Reproducible test numbers, away from the kinks of |x|, max and similar functions.
func numbers(_ count: Int, seed: UInt64, in range: ClosedRange<Double> = -2...2) -> [Double] {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
    return (0..<count).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let unit = Double(state >> 11) * 0x1p-53
        let x = range.lowerBound + (range.upperBound - range.lowerBound) * unit
        return abs(x) < 0.01 ? x + 0.02 : x
    }
}

/// Runs `body` as a program on float32 inputs, fused or not, by the given kernels.
func run(
    _ shapes: [Shape], _ values: [[Double]], fused: Bool = true, kernels: KernelTable? = nil,
    _ body: @escaping ([Tensor]) throws -> [Tensor]
) throws -> [[Float]] {
    let inputs = shapes.map { Program.Input.float32(rows: $0.first, Shape($0.dropFirst())) }
    let declared = zip(shapes, inputs).map { $0.0.isEmpty ? Program.Input.float32() : $0.1 }
    let program = Program(
        "test", inputs: declared, options: try PlanOptions(fused: fused, kernels: kernels), record: body)
    let plan = try program.plan()
    for (index, elements) in values.enumerated() {
        _ = plan.input(index).update(fromContentsOf: elements.map { Float($0) })
    }
    plan.run()
    return plan.outputs.map { $0.type == .float32 ? Array($0.floats) : $0.integers.map(Float.init) }
}

/// The largest difference relative to max(1, |expected|); NaN counts as equal to NaN, and infinities to themselves.
func largestDifference(_ a: [Float], _ b: [Double]) -> Double {
    guard a.count == b.count else { return .infinity }
    return zip(a, b).map { x, y in
        let (p, q) = (Double(x), Double(Float(y)))
        if p.isNaN && q.isNaN || p == q { return 0 }
        let difference = abs(p - y) / max(1, abs(y))
        return difference.isNaN ? .infinity : difference
    }.max() ?? 0
}

/// Whether the error output of a stopped program contains all fragments.
func expect(_ result: ExitTest.Result?, says fragments: String...) {
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    for fragment in fragments { #expect(text.contains(fragment), "'\(fragment)' is not in: \(text)") }
}
