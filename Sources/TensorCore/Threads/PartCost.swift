/// How much work a part must be for another thread to be worth it.
enum PartCost {
    /// Nanoseconds of a part at least: some times what it costs to hand it out and to wait for its end.
    static let least = 2_000.0

    /// Nanoseconds of work in parts for which sleeping threads are woken: that takes ten microseconds, and they come a
    /// few tens later.
    static let worthWaking = 100_000.0

    /// About how long a unit takes on one thread, in nanoseconds.
    static func nanoseconds(of step: Plan.Step, by operation: Operation) -> Double {
        let flopsPerNanosecond: Double =
            switch operation {
            case .matmul, .convolution: 60
            case .unary, .binary, .select, .random: 2
            default: 2
            }
        return Double(step.flops) / flopsPerNanosecond + Double(step.bytes) / 20
    }

    /// The most parts that a unit is worth cutting into.
    static func limit(_ nanoseconds: Double, least: Double) -> Int {
        guard least > 0 else { return Threads.limit }
        return min(max(1, Int(nanoseconds / least)), Threads.limit)
    }
}
