import Agents
import ArgumentParser
import Environments
import Storage
import Training

/// What counts as a run's score.
struct ScoringFlags: ParsableArguments {
    enum Score: String, ExpressibleByArgument, CaseIterable {
        case final, best
    }

    @Option(
        help: """
            A run's score: the mean return of its last episodes, or the best such mean during training, which \
            flatters noisy runs.
            """)
    var score = Score.final

    @Option(
        parsing: .unconditional, help: "The number of episodes in such a mean. (default: 100)", transform: readCount)
    var window = usualWindow

    private static let usualWindow = 100

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Use the mean return of this many greedy episodes, as in 'reverie evaluate'.", valueName: "episodes"),
        transform: readCount)
    var evaluate: Int?

    @Flag(help: "With --evaluate: use the last checkpoint, even if the best evaluation's was kept.")
    var last = false

    @OptionGroup var limit: StepLimitFlag

    @Option(
        help: ArgumentHelp(
            "Normalise scores: 0 is the first return and 1 the second; one range per environment.",
            valueName: "environment=a..b"))
    var range: [String] = []

    @Flag(
        help:
            "Normalise scores: 0 is a random agent's return, 1 the environment's reward threshold; --range overrides."
    )
    var normalize = false

    func validate() throws {
        try require("--window", window, in: 1...1_000_000)
        try require("--evaluate", evaluate, in: 1...1_000_000)
        if last, evaluate == nil { throw ValidationError("--last needs --evaluate.") }
        if limit.stepLimit != nil, evaluate == nil, !normalize {
            throw ValidationError("--step-limit needs --evaluate or --normalize.")
        }
        _ = try ranges()
    }

    /// Whether all flags have their defaults.
    var isUsual: Bool {
        score == .final && window == Self.usualWindow && evaluate == nil && range.isEmpty && !normalize
    }

    /// The scores of runs.
    ///
    /// - Throws: `UsageError` if a range is missing, and the errors of evaluations.
    func scores(of groups: RunGroups) throws -> Scores {
        let isNormalized = normalize || !range.isEmpty
        let ranges = isNormalized ? try self.ranges(of: groups) : nil
        let progress = evaluate.map { episodes in
            EvaluationProgress(episodes: episodes * groups.algorithms.flatMap { $0.runs.flatMap { $0 } }.count)
        }
        let raw = try groups.algorithms.map { algorithm in
            try algorithm.runs.map { runs in try runs.map { try score(of: $0, progress) } }
        }
        progress?.finish()
        return try Scores(groups, raw: raw, ranges: ranges, description: description, isOverWindow: evaluate == nil)
    }

    /// What a score is, in words.
    private var description: String {
        if let evaluate { return "mean return of \(evaluate) greedy episodes" }
        switch score {
        case .final: return "mean return of the last \(window) episodes"
        case .best: return "best mean return of \(window) episodes"
        }
    }

    private func score(of run: ComparedRun, _ progress: EvaluationProgress?) throws -> Double {
        guard let evaluate else {
            switch score {
            case .final: return run.finalReturn(window: window)
            case .best: return run.bestReturn(window: window)
            }
        }
        let subject = try Subject(run: run.folder.path, last: last)
        let evaluator = Evaluator(subject.agent, stepLimit: limit.stepLimit, observer: progress) {
            try subject.makeEnvironment($0, .sameStep)
        }
        return try EvaluationReport(evaluator.run(episodes: evaluate, seed: subject.evaluationSeed(nil))).mean
    }

    // MARK: Normalisation

    /// The ranges given, by environment.
    private func ranges() throws -> [String: ClosedRange<Double>] {
        var ranges: [String: ClosedRange<Double>] = [:]
        for text in range {
            guard let equals = text.lastIndex(of: "="), equals != text.startIndex else { throw Self.badRange(text) }
            let ends = text[text.index(after: equals)...].split(separator: "..", omittingEmptySubsequences: false)
            let numbers = ends.compactMap { Double($0) }.filter(\.isFinite)
            guard ends.count == 2, numbers.count == 2, numbers[0] < numbers[1] else { throw Self.badRange(text) }
            ranges[String(text[..<equals])] = numbers[0]...numbers[1]
        }
        return ranges
    }

    private static func badRange(_ text: String) -> ValidationError {
        ValidationError("--range takes ENVIRONMENT=low..high, such as CartPole-v1=20..500, not '\(text)'.")
    }

    /// The range of each task.
    private func ranges(of groups: RunGroups) throws -> [ClosedRange<Double>] {
        let given = try ranges()
        for name in given.keys.sorted() where !groups.tasks.contains(where: { Self.isTask($0, of: name) }) {
            let nearest = nearestName(to: name, among: groups.tasks).map { "; did you mean '\($0)'?" } ?? ""
            throw UsageError("--range: no run is in '\(name)'\(nearest)")
        }
        return try groups.tasks.indices.map { index in
            let task = groups.tasks[index]
            if let range = given[task] ?? given.first(where: { Self.isTask(task, of: $0.key) })?.value { return range }
            let run = groups.algorithms.lazy.compactMap { $0.runs[index].first }.first!
            return try knownRange(run, task)
        }
    }

    /// Whether a task is an environment, with options or without.
    private static func isTask(_ task: String, of environment: String) -> Bool {
        task == environment || task.hasPrefix(environment + " (")
    }

    private func knownRange(_ run: ComparedRun, _ task: String) throws -> ClosedRange<Double> {
        let id = run.experiment.environment
        guard normalize, let high = try EnvironmentCatalog.entry(id).rewardThreshold else {
            let reason = normalize ? "\(id) has no reward threshold" : "the other environments have ranges"
            throw UsageError("scores in \(task) have no range: \(reason); give one with --range \(id)=low..high")
        }
        let low = try randomReturn(run)
        guard low < high else {
            throw UsageError(
                "a random agent reaches \(low) in \(task), not less than the threshold \(high); "
                    + "give the range with --range \(id)=low..high")
        }
        return low...high
    }

    /// The mean return of 100 episodes of a random agent.
    private func randomReturn(_ run: ComparedRun) throws -> Double {
        var options: [String: String] = [:]
        for entry in run.experiment.environmentOptions.entries {
            options[entry.name] = entry.value.text ?? entry.value.toml
        }
        let subject = try Subject(
            environment: run.experiment.environment, options: options, from: run.folder.configurationPath)
        let evaluator = Evaluator(subject.agent, mode: .explore, stepLimit: limit.stepLimit) {
            try subject.makeEnvironment($0, .sameStep)
        }
        return try EvaluationReport(evaluator.run(episodes: 100, seed: subject.evaluationSeed(nil))).mean
    }
}

/// The scores of runs, before and after normalisation.
struct Scores {
    /// The returns of each algorithm's runs on each task.
    let raw: [[[Double]]]
    /// The returns that become 0 and 1 on each task; nil if scores are returns.
    let ranges: [ClosedRange<Double>]?
    /// What a score is, in words.
    let description: String
    /// Whether a score is a mean over a window of training episodes.
    let isOverWindow: Bool
    /// The algorithms with their (normalised) scores.
    let algorithms: [Comparison.Algorithm]

    var isNormalized: Bool { ranges != nil }

    /// - Throws: ``UsageError`` for a score that is not a finite number.
    init(
        _ groups: RunGroups, raw: [[[Double]]], ranges: [ClosedRange<Double>]?, description: String, isOverWindow: Bool
    )
        throws
    {
        (self.raw, self.ranges, self.description, self.isOverWindow) = (raw, ranges, description, isOverWindow)
        algorithms = try zip(groups.algorithms, raw).map { algorithm, scores in
            let tasks = groups.tasks.indices.filter { !scores[$0].isEmpty }
            let table = ScoreTable(
                tasks: try tasks.map { task in
                    try zip(algorithm.runs[task], scores[task]).map { run, score in
                        let normalized = Self.normalized(score, ranges?[task])
                        guard normalized.isFinite else {
                            throw UsageError(
                                "\(run.folder.path) has the score \(normalized), from the return \(score), which is "
                                    + "beyond the range of numbers; compare without it, or give a wider --range")
                        }
                        return normalized
                    }
                })
            return Comparison.Algorithm(name: algorithm.name, tasks: tasks, scores: table)
        }
    }

    private static func normalized(_ score: Double, _ range: ClosedRange<Double>?) -> Double {
        range.map { (score - $0.lowerBound) / ($0.upperBound - $0.lowerBound) } ?? score
    }
}
