/// The maximum speed of this machine at the moment, as measured with the kernels themselves, for comparison with
/// timings.
///
/// A step can't be faster than its floating-point operations at the speed of a large product, nor than its bytes at the
/// speed of a pass over arrays of the same size, which depends on the cache that holds them.
public struct MachineLimits: Sendable {
    /// Measured with a product of two 256×256 matrices.
    public let flopsPerSecond: Double
    /// For arrays of the given total size, ascending: the faster of a copy and a sum.
    public let bandwidths: [(bytes: Int, bytesPerSecond: Double)]

    /// Measures the limits, which takes half a second.
    ///
    /// - Throws: ``TensorError/unsupportedProcessor``.
    public static func measure() throws -> MachineLimits {
        let size = 256
        let product = try Program("product", inputs: [.float32(size, size), .float32(size, size)]) { inputs in
            [inputs[0].matmul(inputs[1])]
        }.plan()
        let bandwidths = try [1 << 14, 1 << 17, 1 << 20, 1 << 23, 1 << 26].map { bytes in
            let copy = try Program("copy", inputs: [.float32(bytes / 8)]) { [$0[0] * 2] }.plan()
            let sum = try Program("sum", inputs: [.float32(bytes / 4)]) { [$0[0].sum()] }.plan()
            return (bytes, Double(bytes) / min(leastSeconds(of: copy), leastSeconds(of: sum)))
        }
        return MachineLimits(
            flopsPerSecond: Double(product.flops) / leastSeconds(of: product), bandwidths: bandwidths)
    }

    /// The shortest run within about 40 ms.
    private static func leastSeconds(of plan: Plan) -> Double {
        plan.run()
        let end = Plan.nanoseconds() + 40_000_000
        var least = UInt64.max
        repeat {
            let start = Plan.nanoseconds()
            for _ in 0..<8 { plan.run() }
            least = min(least, Plan.nanoseconds() - start)
        } while Plan.nanoseconds() < end
        return Double(least) * 1e-9 / 8
    }

    /// The minimum time of a step.
    public func leastSeconds(flops: Int, bytes: Int) -> Double {
        max(Double(flops) / flopsPerSecond, Double(bytes) / bandwidth(for: bytes))
    }

    /// The bandwidth at the measured size with the nearest ratio.
    private func bandwidth(for bytes: Int) -> Double {
        func distance(_ size: Int) -> Double {
            let ratio = Double(max(bytes, 1)) / Double(size)
            return max(ratio, 1 / ratio)
        }
        return bandwidths.min { distance($0.bytes) < distance($1.bytes) }!.bytesPerSecond
    }
}
