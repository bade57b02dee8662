import Configuration
import Storage
import Testing

@testable import Training

/// Runs read for comparison, grouped and plotted.
@Suite struct ComparisonTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A run of episodes with these returns, ten steps each.
    private func run(
        _ name: String, seed: Int, agent: String = "dqn", environment: String = "CartPole-v1",
        returns: [Double] = [1, 2],
        settings: String = "", options: String = "", isFinished: Bool = true
    ) throws -> ComparedRun {
        let path = folder.file(name)
        try createFolder(path)
        let text = """
            agent = "\(agent)"
            environment = "\(environment)"
            seed = \(seed)
            steps = \(returns.count * 10)
            [environmentOptions]
            \(options)
            [settings]
            learningRate = 0.5
            \(settings)
            """
        try writeAtomically(text, to: joinPath(path, "config.toml"), overwrite: true)
        if exists(joinPath(path, "episodes.csv")) { try removeFile(joinPath(path, "episodes.csv")) }
        let log = try EpisodeLog(creating: joinPath(path, "episodes.csv"))
        for (index, value) in returns.enumerated() {
            try log.append(
                .init(
                    number: index, environment: 0, step: index * 10 + 10, totalReward: value, length: 10,
                    terminated: true, truncated: false))
        }
        try log.synchronize()
        if isFinished {
            let summary = "{\"steps\": \(returns.count * 10)}\n"
            try writeAtomically(summary, to: joinPath(path, "summary.json"), overwrite: true)
        }
        return try ComparedRun(contentsOf: path)
    }

    @Test func runsAreRead() throws {
        let run = try run("a", seed: 3, returns: [1, 5, 3, -2], isFinished: false)
        #expect(run.seed == 3 && run.steps == 40 && run.plannedSteps == 40 && !run.isFinished)
        #expect(run.episodes.map(\.totalReward) == [1, 5, 3, -2] && run.episodes.allSatisfy(\.terminated))
        #expect(run.finalReturn(window: 2) == 0.5 && run.finalReturn(window: 100) == 1.75)
        #expect(run.bestReturn(window: 2) == 4 && run.bestReturn(window: 100) == 1.75)
    }

    @Test(arguments: [
        ("", "expected a finished episode"), ("a,b\n1,2\n", "expected episode,environment,step"),
        ("HEAD\n0,0,10,nan,10,1,0\n", "finite numbers, found nan in episode 0"),
        ("HEAD\n0,0,10,1,10,1,0\n1,0,20,inf,10,1,0\n", "found inf in episode 1"),
        ("HEAD\n0,0,10,x,10,1,0\n", "byte 60: expected the 7 numbers of an episode, found 0,0,10,x"),
        ("HEAD\n0,0,10,1,10,2,0\n", "expected the 7 numbers"), ("HEAD\n0,0,10,1,10,1\n", "expected the 7 numbers"),
        ("HEAD\n", "expected a finished episode"), ("HEAD\n0,0,10,1", "expected a finished episode"),
    ]) func damage(text: String, sentence: String) throws {
        _ = try run("a", seed: 0)
        let head = "episode,environment,step,return,length,terminated,truncated"
        let path = folder.file("a/episodes.csv")
        try writeAtomically(text.replacing("HEAD", with: head), to: path, overwrite: true)
        let error = #expect(throws: FormatError.self) { try ComparedRun(contentsOf: folder.file("a")) }
        #expect(error?.description.contains(sentence) == true, "\(String(describing: error))")
        #expect(error?.file == path)
    }

    @Test func aTornLastLineIsLeftOut() throws {
        _ = try run("a", seed: 0, returns: [4, 5])
        let path = folder.file("a/episodes.csv")
        let text = String(decoding: try folder.bytes("a/episodes.csv"), as: UTF8.self)
        try writeAtomically(text + "2,0,30,7", to: path, overwrite: true)
        #expect(try ComparedRun(contentsOf: folder.file("a")).episodes.map(\.totalReward) == [4, 5])
    }

    private func names(_ runs: [(run: ComparedRun, name: String?)]) -> [String] {
        RunGroups(runs).algorithms.map(\.name)
    }

    @Test func seedsMakeOneAlgorithm() throws {
        let groups = RunGroups(try (0..<3).map { (try run("\($0)", seed: $0), nil) })
        #expect(groups.tasks == ["CartPole-v1"] && groups.algorithms.map(\.name) == ["dqn"])
        #expect(groups.algorithms[0].runs[0].map(\.seed) == [0, 1, 2] && groups.remarks.isEmpty)
    }

    @Test func settingsThatDifferMakeAlgorithms() throws {
        let runs = try ["double = true", "double = false", "double = true\nbatchSize = 3"].enumerated().map {
            (try run("\($0.offset)", seed: 0, settings: $0.element), String?.none)
        }
        #expect(names(Array(runs.prefix(2))) == ["dqn (double=true)", "dqn (double=false)"])
        #expect(names(runs) == ["dqn (double=true)", "dqn (double=false)", "dqn (batchSize=3, double=true)"])
        let named = zip(runs, ["a", "b", "a"]).map { ($0.0, String?.some($1)) }
        #expect(names(named) == ["a", "b"])
        #expect(RunGroups(named).remarks.first?.contains("a on CartPole-v1 has the seed 0 more than once") == true)
    }

    @Test func presetsForEachEnvironmentAreOneAlgorithm() throws {
        let runs = [
            (try run("a", seed: 0, settings: "batchSize = 3"), String?.none),
            (try run("b", seed: 0, environment: "Acrobot-v1", settings: "batchSize = 4"), nil),
            (try run("c", seed: 0, agent: "reinforce"), nil),
        ]
        let groups = RunGroups(runs)
        #expect(
            groups.tasks == ["CartPole-v1", "Acrobot-v1"] && groups.algorithms.map(\.name) == ["dqn", "reinforce"])
        #expect(groups.algorithms[0].runs.map(\.count) == [1, 1] && groups.algorithms[1].runs.map(\.count) == [1, 0])
    }

    @Test func manyDifferencesMakeNumbers() throws {
        let runs = try (0..<2).map { index in
            let settings = (0..<4).map { "s\($0) = \(index)" }.joined(separator: "\n")
            return (try run("\(index)", seed: 0, settings: settings), String?.none)
        }
        let groups = RunGroups(runs)
        #expect(groups.algorithms.map(\.name) == ["dqn 1", "dqn 2"])
        #expect(
            groups.remarks == ["dqn 1 to dqn 2 differ in 4 settings, such as s0, s1, s2; name them with NAME=FOLDER"])
    }

    @Test func optionsMakeTasks() throws {
        let runs = try ["x = 1", "x = 2", "x = 1"].enumerated().map {
            (try run("\($0.offset)", seed: $0.offset, options: $0.element), String?.none)
        }
        let groups = RunGroups(runs)
        #expect(groups.tasks == ["CartPole-v1 (x=1)", "CartPole-v1 (x=2)"] && groups.algorithms.map(\.name) == ["dqn"])
        #expect(groups.algorithms[0].runs.map(\.count) == [2, 1])
    }

    @Test func curvesEndWhereTheShortestRunDoes() throws {
        let runs = [
            try run("a", seed: 0, returns: [0, 10, 20, 30]), try run("b", seed: 1, returns: [2, 12, 22, 32, 42, 52]),
        ]
        let bootstrap = StratifiedBootstrap(resampleCount: 200)
        let curve = LearningCurve(of: runs, count: 8, window: 2, bootstrap: bootstrap)
        #expect(curve.points.map(\.step) == [10, 15, 20, 25, 30, 35, 40])
        #expect(curve.points.map(\.estimate.value) == [1, 1, 6, 6, 16, 16, 26])
        #expect(curve.points.allSatisfy { $0.estimate.lower == $0.estimate.value - 1 })
        #expect(curve.points.allSatisfy { $0.estimate.upper == $0.estimate.value + 1 })
    }

    @Test func comparisonsHaveTheTasksOfBoth() {
        func algorithm(_ name: String, _ tasks: [Int], _ scores: [[Double]]) -> Comparison.Algorithm {
            Comparison.Algorithm(name: name, tasks: tasks, scores: ScoreTable(tasks: scores))
        }
        let comparison = Comparison(
            [
                algorithm("a", [0, 1], [[1, 2], [5, 6]]), algorithm("b", [1], [[5.5, 5.5]]), algorithm("c", [2], [[0]]),
            ], threshold: 2, bootstrap: StratifiedBootstrap(resampleCount: 100))
        let pairs = comparison.improvements
        #expect(pairs.count == 1 && pairs[0].first == 0 && pairs[0].second == 1)
        #expect(pairs[0].probability.value == 0.5)
        #expect(comparison.summaries.map { $0.optimalityGap!.value } == [0.25, 0, 2])
        let percents: [Double] = comparison.thresholds(count: 12).map { ($0 * 100).rounded() }
        #expect(percents == stride(from: -30.0, to: 690, by: 60).map { $0 })
        #expect(comparison.profiles(above: [1.5])[0][0].value == 0.75)
    }

    /// One huge return counts as long as it is in the window, and not a step longer.
    @Test func aHugeReturnIsForgottenWhenItLeavesTheWindow() throws {
        let returns = [1, 2, 1e300, 3, 5, 7, 9, -1e308, -1e308, 4, 6, 8]
        let run = try run("huge", seed: 0, returns: returns)
        for window in [1, 2, 3, 5, 20] {
            let curve = ReturnCurve(run.episodes, window: window)
            for count in 1...returns.count {
                let last = Array(returns[..<count].suffix(window))
                let (mean, expected) = (curve.mean(ofFirst: count), Statistics.mean(last))
                #expect((mean - expected).magnitude <= 1e-12 * expected.magnitude, "\(window) of \(count)")
            }
        }
        #expect(ReturnCurve(run.episodes, window: 3).mean(at: 60) == 5, "(3 + 5 + 7) / 3")
        #expect(run.bestReturn(window: 3) == 1e300 / 3)
        #expect(run.finalReturn(window: 3) == 6)
    }

    @Test func anyFiniteScoresHaveThresholds() {
        let largest = Double.greatestFiniteMagnitude
        for scores in [[-largest, largest], [largest], [1e20, 1e20], [0, 1]] {
            let table = ScoreTable(tasks: [scores])
            let comparison = Comparison(
                [.init(name: "a", tasks: [0], scores: table)], threshold: nil, bootstrap: .init(resampleCount: 10))
            let thresholds = comparison.thresholds()
            #expect(thresholds.allSatisfy(\.isFinite) && thresholds[0] < thresholds[100], "\(scores)")
        }
    }
}
