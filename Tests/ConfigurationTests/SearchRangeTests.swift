import Configuration
import Testing

@Suite struct SearchRangeTests {
    private func range(_ text: String, of name: String) throws(ConfigurationError) -> SearchRange {
        try SearchRange(text, of: name, among: Example(), source: "--range")
    }

    /// Shares from 0 to below 1, evenly.
    private let shares = (0..<10_000).map { Double($0) / 10_000 }

    @Test func numbersAreEvenBetweenTheirBounds() throws {
        let values = try shares.map { try #require(try range("0.2..0.8", of: "learningRate").value(at: $0).number) }
        #expect(values.first == 0.2 && values.last == 0.8)
        #expect(values.allSatisfy { 0.2...0.8 ~= $0 })
        #expect(abs(values[5000] - 0.5) < 1e-3 && abs(values[2500] - 0.35) < 1e-3)
    }

    @Test func logarithmsAreEven() throws {
        let values = try shares.map {
            try #require(try range("1e-5..1e-1 log", of: "learningRate").value(at: $0).number)
        }
        for (share, expected) in [(0, 1e-5), (2500, 1e-4), (5000, 1e-3), (7500, 1e-2)] {
            #expect(abs(values[share] / expected - 1) < 1e-3)
        }
        #expect(values.max()! <= 1e-1 && values.min()! == 1e-5)
        #expect(Set(values).count > 1000, "three digits are kept")
    }

    @Test func wholeNumbersAreEquallyLikely() throws {
        let values = try shares.map { try range("1..4", of: "batchSize").value(at: $0) }
        for number in 1...4 { #expect(values.count { $0 == .integer(number) } == 2500, "\(number)") }
        let wide = try shares.map { try #require(try range("1..1024 log", of: "batchSize").value(at: $0).integer) }
        #expect(wide.min() == 1 && wide.max() == 1024)
        #expect(abs(wide.count { $0 <= 32 } - 5450) < 60, "half a unit around each number counts")
    }

    @Test func choicesAreEquallyLikely() throws {
        let cases: [(String, String, [SettingValue])] = [
            ("32 | 64 | 128", "batchSize", [.integer(32), .integer(64), .integer(128)]),
            ("64,64 | 256,256", "hiddenSizes", [.integers([64, 64]), .integers([256, 256])]),
            ("true|false", "doubleQ", [.boolean(true), .boolean(false)]),
            ("adam | sgd", "optimizer", [.text("adam"), .text("sgd")]),
            ("0.9 | 1", "learningRate", [.number(0.9), .integer(1)]),
        ]
        for (text, name, expected) in cases {
            let values = try shares.map { try range(text, of: name).value(at: $0) }
            for value in expected {
                #expect(abs(values.count { $0 == value } - 10_000 / expected.count) <= 1, "\(text)")
            }
        }
    }

    @Test(arguments: [
        ("1e-2..1e-5 log", "learningRate", "from a smaller to a larger number"),
        ("0.1..0.1", "learningRate", "from a smaller to a larger number"),
        ("0..1 log", "learningRate", "above 0"), ("1..2", "learningRate", "a number from 0.0 to 1.0, not 2.0"),
        ("0..8", "batchSize", "a whole number from 1 to 65536, not 0"), ("1.5..3", "batchSize", "choices such as"),
        ("64", "batchSize", "at least two values"), ("", "batchSize", "a range such as"),
        ("1 | ", "batchSize", "a range such as"), ("1..", "batchSize", "a range such as"),
        ("1..2..3", "batchSize", "a range such as"), ("nan..1", "learningRate", "a range such as"),
        ("1e400..1", "learningRate", "a range such as"), ("adam | adams", "optimizer", "did you mean 'adam'?"),
        ("1..2", "optimizer", "choices such as"), ("1..2", "batchSise", "did you mean 'batchSize'?"),
    ]) func wrongRanges(text: String, name: String, sentence: String) {
        let error = #expect(throws: ConfigurationError.self) { try range(text, of: name) }
        #expect("\(error!)".hasPrefix("--range: ") && "\(error!)".contains(sentence), "\(error!)")
    }
}
