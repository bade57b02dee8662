import Storage
import Testing

@testable import Training

/// The summaries of scores compared with rliable's, which defines them.
@Suite struct ScoreTableTests {
    private static func reference() throws -> JSON {
        try JSON(parsing: fixture("rliable.json")[...], file: "rliable.json")
    }

    private static func table(_ json: JSON) -> ScoreTable {
        ScoreTable(tasks: json.array!.map { $0.array!.map { $0.double! } })
    }

    private func isClose(_ value: Double, _ expected: Double) -> Bool {
        (value - expected).magnitude <= 1e-9 * max(1, expected.magnitude)
    }

    private static let summaries: [(name: String, of: @Sendable (ScoreTable) -> Double)] = [
        ("mean", \.mean), ("median", \.median), ("interquartileMean", \.interquartileMean),
        ("optimalityGap", { $0.optimalityGap(threshold: 1) }), ("optimalityGapTo2", { $0.optimalityGap(threshold: 2) }),
    ]

    @Test func summariesAgreeWithRliable() throws {
        let cases = try Self.reference()["cases"]!.array!
        #expect(cases.count == 5)
        for example in cases {
            let (name, table) = (example["name"]!.string!, Self.table(example["tasks"]!))
            for summary in Self.summaries {
                #expect(isClose(summary.of(table), example[summary.name]!.double!), "\(name): \(summary.name)")
            }
            let thresholds = example["thresholds"]!.array!.map { $0.double! }
            for (index, threshold) in thresholds.enumerated() {
                let (runs, tasks) = (table.shareOfRuns(above: threshold), table.shareOfTasks(above: threshold))
                #expect(isClose(runs, example["shareOfRuns"]!.array![index].double!), "\(name) above \(threshold)")
                #expect(isClose(tasks, example["shareOfTasks"]!.array![index].double!), "\(name) above \(threshold)")
            }
        }
    }

    /// The same resamples give the same summaries.
    @Test func resamplesAgreeWithRliable() throws {
        for example in try Self.reference()["cases"]!.array! {
            let table = Self.table(example["tasks"]!)
            let resamples = example["resamples"]!.array!
            #expect(resamples.count == 4)
            for resample in resamples {
                let indices = resample["indices"]!.array!.map { $0.array!.map { $0.integer! } }
                for summary in Self.summaries {
                    #expect(isClose(summary.of(table.resampled(indices)), resample[summary.name]!.double!))
                }
            }
        }
    }

    /// Two bootstraps differ in the ends of an interval: an end at the 2.5 % quantile of 10,000 resamples is off by
    /// about 3 % of the interval's width (three standard deviations). 5 % are allowed. With few runs the ends jump
    /// between the few possible values, so one of these cases is left to the test above.
    @Test func intervalsAgreeWithRliable() throws {
        let bootstrap = StratifiedBootstrap(resampleCount: 20_000, seed: 1)
        for example in try Self.reference()["cases"]!.array!
        where example["name"]!.string! != "with ties and at thresholds" {
            let table = Self.table(example["tasks"]!)
            let estimates = bootstrap.estimates(of: [table]) { tables in Self.summaries.map { $0.of(tables[0]) } }
            for (summary, estimate) in zip(Self.summaries, estimates) {
                let expected = example["intervals"]![summary.name]!.array!.map { $0.double! }
                let allowed = 0.05 * (expected[1] - expected[0]) + 1e-9
                #expect(abs(estimate.lower - expected[0]) <= allowed, "\(example["name"]!) \(summary.name)")
                #expect(abs(estimate.upper - expected[1]) <= allowed, "\(example["name"]!) \(summary.name)")
                #expect(isClose(estimate.value, example[summary.name]!.double!))
            }
        }
    }

    @Test func probabilitiesOfImprovementAgreeWithRliable() throws {
        let bootstrap = StratifiedBootstrap(resampleCount: 10_000, seed: 2)
        let pairs = try Self.reference()["pairs"]!.array!
        #expect(pairs.count == 4)
        for pair in pairs {
            let (first, second) = (Self.table(pair["first"]!), Self.table(pair["second"]!))
            #expect(isClose(first.probabilityOfImprovement(over: second), pair["probability"]!.double!))
            #expect(isClose(second.probabilityOfImprovement(over: first), pair["reverse"]!.double!))
            let estimate = bootstrap.estimates(of: [first, second]) { [$0[0].probabilityOfImprovement(over: $0[1])] }[0]
            let expected = pair["interval"]!.array!.map { $0.double! }
            // 2,000 resamples of rliable's: about 7 % of the width at three standard deviations.
            let allowed = 0.1 * (expected[1] - expected[0]) + 1e-9
            #expect(abs(estimate.lower - expected[0]) <= allowed && abs(estimate.upper - expected[1]) <= allowed)
        }
    }

    @Test func profilesAgreeWithRliable() throws {
        let reference = try Self.reference()
        let table = Self.table(reference["cases"]!.array![0]["tasks"]!)
        let algorithm = Comparison.Algorithm(name: "x", tasks: Array(table.tasks.indices), scores: table)
        let comparison = Comparison(
            [algorithm], threshold: nil, bootstrap: StratifiedBootstrap(resampleCount: 10_000, seed: 3))
        let expected = reference["profile"]!
        let profile = comparison.profiles(above: expected["thresholds"]!.array!.map { $0.double! })[0]
        for (index, point) in profile.enumerated() {
            #expect(isClose(point.value, expected["values"]!.array![index].double!))
            // A share of 60 runs: its ends lie on whole runs, and may jump from one to the next.
            let step = 1.0 / Double(table.scores.count) + 1e-9
            #expect(abs(point.lower - expected["bands"]!.array![0].array![index].double!) <= step)
            #expect(abs(point.upper - expected["bands"]!.array![1].array![index].double!) <= step)
        }
    }

    @Test func unequalNumbersOfRuns() {
        let table = ScoreTable(tasks: [[0, 1, 2, 3], [10]])
        #expect(table.mean == 5.75 && table.median == 5.75)
        #expect(table.interquartileMean == 2)
        #expect(table.optimalityGap(threshold: 2) == 2 - 7.0 / 5)
        #expect(table.shareOfRuns(above: 1) == 0.6 && table.shareOfTasks(above: 1.5) == 0.5)
        let other = ScoreTable(tasks: [[1.5], [10, 11]])
        #expect(table.probabilityOfImprovement(over: other) == 0.375)
    }

    @Test func estimatesAreDeterministic() {
        let table = ScoreTable(tasks: [[0, 1, 2, 3, 7], [10, 12, 14]])
        let bootstrap = StratifiedBootstrap(resampleCount: 500, seed: 4)
        let first = bootstrap.estimate(of: table, \.mean)
        #expect(first == bootstrap.estimate(of: table, \.mean))
        #expect(first.lower < first.value && first.value < first.upper)
        #expect(first != StratifiedBootstrap(resampleCount: 500, seed: 5).estimate(of: table, \.mean))
        // Runs stay with their task: the second task's are all at least 10.
        #expect(bootstrap.estimate(of: table) { $0.taskMeans[1] }.lower >= 10)
        // A summary among others has the same interval as alone.
        #expect(bootstrap.estimates(of: [table]) { [$0[0].median, $0[0].mean] }[1] == first)
    }
}
