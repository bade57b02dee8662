extension EnvironmentOptions {
    /// The options `low` and `high`, the range that the start is sampled from, with defaults.
    ///
    /// - Throws: ``EnvironmentError/badValue(option:value:expected:)`` if one is outside `limits`, or if `low` is above
    ///   `high`.
    func startRange(
        usual: ClosedRange<Double>, in limits: ClosedRange<Double>
    ) throws(EnvironmentError) -> ClosedRange<Double> {
        let low = try number("low", in: limits) ?? usual.lowerBound
        let high = try number("high", in: limits) ?? usual.upperBound
        guard low <= high else {
            throw .badValue(option: "low", value: "\(low)", expected: "a number that is at most high = \(high)")
        }
        return low...high
    }
}

extension EnvironmentOption {
    /// The options that ``EnvironmentOptions/startRange(usual:in:)`` reads.
    static func startRange(of drawn: String, usual: ClosedRange<Double>) -> [EnvironmentOption] {
        [
            EnvironmentOption("low", "lower bound of \(drawn) at the start", usual: "\(usual.lowerBound)"),
            EnvironmentOption("high", "upper bound of \(drawn) at the start", usual: "\(usual.upperBound)"),
        ]
    }
}
