import Storage
import Mathematics
import Testing

@testable import Training

@Suite struct StatisticsTests {
    private struct Case {
        let name: String
        let values: [Double]
        let json: JSON

        func number(_ name: String) -> Double { json[name]!.double! }
    }

    private static func cases() throws -> [Case] {
        try JSON(parsing: fixture("statistics.json")[...], file: "statistics.json").array!.map { json in
            Case(name: json["name"]!.string!, values: json["values"]!.array!.map { $0.double! }, json: json)
        }
    }

    private func isClose(_ value: Double, _ expected: Double, _ scale: Double) -> Bool {
        (value - expected).magnitude <= 1e-12 * max(scale, expected.magnitude)
    }

    @Test func agreeWithNumPyAndSciPy() throws {
        let cases = try Self.cases()
        #expect(cases.count == 7)
        for example in cases {
            let values = example.values
            let scale = values.map(\.magnitude).max()!
            #expect(isClose(Statistics.mean(values), example.number("mean"), scale), "\(example.name)")
            #expect(Statistics.median(values) == example.number("median"), "\(example.name)")
            #expect(
                isClose(Statistics.interquartileMean(values), example.number("interquartileMean"), scale),
                "\(example.name)")
            #expect(
                isClose(Statistics.populationStandardDeviation(values), example.number("population"), scale),
                "\(example.name)")
            #expect(
                isClose(Statistics.sampleStandardDeviation(values), example.number("sample"), scale), "\(example.name)")
        }
    }

    /// The same resamples as NumPy's generator gives.
    @Test func bootstrapAgreesWithNumPy() throws {
        for example in try Self.cases() {
            let interval = Statistics.bootstrapInterval(
                ofMeanOf: example.values, seed: UInt64(example.json["seed"]!.integer!))
            let expected = example.json["interval"]!.array!.map { $0.double! }
            let scale = example.values.map(\.magnitude).max()!
            #expect(isClose(interval.lower, expected[0], scale), "\(example.name)")
            #expect(isClose(interval.upper, expected[1], scale), "\(example.name)")
        }
    }

    @Test func bootstrapIsDeterministicAndOrdered() {
        let values = (0..<30).map { Double($0 * $0 % 17) }
        let first = Statistics.bootstrapInterval(ofMeanOf: values, seed: 3)
        let mean = Statistics.mean(values)
        #expect(first == Statistics.bootstrapInterval(ofMeanOf: values, seed: 3))
        #expect(first != Statistics.bootstrapInterval(ofMeanOf: values, seed: 4))
        #expect(first.lower < mean && mean < first.upper)
        let narrow = Statistics.bootstrapInterval(ofMeanOf: values, confidence: 0.5, seed: 3)
        #expect(narrow.lower > first.lower && narrow.upper < first.upper)
        #expect(Statistics.bootstrapInterval(ofMeanOf: [7]) == (7, 7))
    }

    @Test func fewValues() {
        #expect(Statistics.mean([]).isNaN && Statistics.median([]).isNaN && Statistics.interquartileMean([]).isNaN)
        #expect(Statistics.sampleStandardDeviation([1]).isNaN && Statistics.populationStandardDeviation([1]) == 0)
        #expect(Statistics.bootstrapInterval(ofMeanOf: []).lower.isNaN)
    }

    @Test func runningMomentsAgreeWithNumPy() throws {
        for example in try Self.cases() {
            var moments = RunningMoments()
            for value in example.values.prefix(5) { moments.add(value) }
            // Written to a checkpoint and read back.
            moments = RunningMoments(
                count: moments.count, mean: moments.mean, squaredDeviations: moments.squaredDeviations)
            for value in example.values.dropFirst(5) { moments.add(value) }
            let scale = example.values.map(\.magnitude).max()!
            #expect(moments.count == example.values.count)
            #expect(isClose(moments.mean, example.number("mean"), scale), "\(example.name)")
            #expect(isClose(moments.populationVariance.squareRoot(), example.number("population"), scale))
            #expect(isClose(moments.sampleVariance.squareRoot(), example.number("sample"), scale))
        }
        #expect(RunningMoments().populationVariance.isNaN && RunningMoments(count: 1).sampleVariance.isNaN)
    }

    /// Numbers whose sum or squares are beyond the range of `Double` have the statistics of smaller ones, scaled.
    @Test(arguments: [1e308, 1e-200, -1.7e308]) func anyFiniteNumbersHaveStatistics(scale: Double) {
        let small = [1.0, 0.5, -0.25, 1, 0.75]
        let values = small.map { $0 * scale }
        func isScaled(_ value: Double, _ expected: Double) -> Bool {
            (value / scale.magnitude - expected * (scale < 0 ? -1 : 1)).magnitude < 1e-12
        }
        #expect(isScaled(Statistics.mean(values), Statistics.mean(small)))
        #expect(isScaled(Statistics.interquartileMean(values), Statistics.interquartileMean(small)))
        #expect(isScaled(Statistics.median(values), Statistics.median(small)))
        for deviation in [Statistics.populationStandardDeviation, Statistics.sampleStandardDeviation] {
            #expect((deviation(values) / scale.magnitude - deviation(small)).magnitude < 1e-12)
        }
        let interval = Statistics.bootstrapInterval(ofMeanOf: values)
        #expect(interval.lower.isFinite && interval.upper.isFinite && interval.lower < interval.upper)
    }

    @Test func quantilesBetweenTheEndsOfTheRange() {
        let largest = Double.greatestFiniteMagnitude
        #expect(Statistics.median([-largest, largest]) == 0)
        #expect(Statistics.mean([largest, largest]) == largest)
        #expect(Statistics.populationStandardDeviation([-largest, largest]) == largest)
        #expect(Statistics.populationStandardDeviation([3, 3]) == 0)
        #expect(Statistics.mean([.infinity, 1]) == .infinity && Statistics.mean([.nan, 1]).isNaN)
    }

}
