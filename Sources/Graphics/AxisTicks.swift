#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Round numbers along an axis, and their labels.
struct AxisTicks: Hashable {
    /// The ticks in ascending order, all inside the range.
    let values: [Double]
    /// The distance between ticks: 1, 2 or 5 times a power of ten.
    let step: Double

    /// About `count` ticks inside `range`, whose ends are finite and differ.
    init(_ range: ClosedRange<Double>, count: Int) {
        let rough = (range.upperBound - range.lowerBound) / Double(max(count, 1))
        let power = pow(10, log10(rough).rounded(.down))
        let step = power * ([1, 2, 5].first { $0 * power >= rough * 0.75 } ?? 10)
        self.step = step
        let first = (range.lowerBound / step).rounded(.up)
        let last = (range.upperBound / step).rounded(.down)
        // Multiplying rather than adding keeps zero exactly zero.
        values = last >= first ? (0...min(Int(last - first), 1000)).map { (first + Double($0)) * step } : []
    }

    /// The label of a tick with only the decimals that its neighbours need: "0.25", "12k", "3.5M", "2e-07".
    func label(_ value: Double) -> String {
        let size = values.map(abs).max() ?? 0
        for (unit, suffix) in [(1e9, "G"), (1e6, "M"), (1e4, "k")] where size >= unit && size < 1e12 {
            let divisor = suffix == "k" ? 1e3 : unit
            return NumberText.fixed(value / divisor, decimals: decimals(step / divisor)) + (value == 0 ? "" : suffix)
        }
        if size >= 1e12 || step < 1e-5 { return value == 0 ? "0" : NumberText.short(value) }
        return NumberText.fixed(value, decimals: decimals(step))
    }

    private func decimals(_ step: Double) -> Int { max(0, Int(-log10(step * 1.001).rounded(.down))) }
}
