import ArgumentParser
import Datasets
import Storage
import Training

struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Play episodes with a trained agent, or ask a fitted model for its likelihood of test data.",
        discussion: """
            For agents: mean return, interval and interquartile mean. For models: nats per row, and whether they are \
            exact, a bound or an estimate.

            Each episode is played in its own environment, with consecutive seeds, so that short episodes weigh no \
            more than long ones. For a run that was evaluated during training, the parameters of its best evaluation \
            are used. The runs in a folder, such as those of several seeds, are evaluated one by one.

            EXAMPLE
              reverie evaluate runs/dqn-CartPole-v1-seed0 --require-return 475
              reverie evaluate runs/deep-nade-mnist-seed0 --set orders=16 --rows 1000
              reverie evaluate runs/dbm-mnist-seed0 --classifier --labels 1000
            """)

    @Argument(help: ArgumentHelp("A run's folder, or a folder of runs.", valueName: "run"), completion: .directory)
    var folder: String

    @Option(parsing: .unconditional, help: "Episodes to play. (default: 100)", transform: readCount)
    var episodes = 100

    @Option(
        parsing: .unconditional, help: "The first episode's seed (default: a million after the run's).",
        transform: readCount)
    var seed: Int?

    @Option(help: "For models: the rows to evaluate on.")
    var part = Dataset.Part.test

    @Option(parsing: .unconditional, help: "For models: use only the first rows.", transform: readCount)
    var rows: Int?

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "For models: a setting to change, such as how the likelihood is estimated.", valueName: "key=value"))
    var assignments: [String] = []

    @Flag(help: "For models with codes: the accuracy of a perceptron on the codes, and on the rows.")
    var classifier = false

    @Option(
        parsing: .unconditional, help: "With --classifier: the number of labelled training rows (default: all).",
        transform: readCount)
    var labels: Int?

    @Flag(help: "Use the run's last checkpoint, even if its best evaluation's was kept.")
    var last = false

    @Flag(help: "Act as in training instead of greedily.")
    var stochastic = false

    @OptionGroup var limit: StepLimitFlag

    @OptionGroup var weights: WeightsFlags

    @OptionGroup var trust: TrustFlags

    @OptionGroup var threads: ThreadsOption

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Exit with 1 if the mean return is below this.", valueName: "return"))
    var requireReturn: Double?

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        try require("--episodes", episodes, in: 1...1_000_000)
        try require("--seed", seed, in: seedRange)
        try require("--rows", rows, in: 1...Int.max)
        try require("--labels", labels, in: 1...Int.max)
        guard classifier || labels == nil else { throw ValidationError("--labels needs --classifier.") }
        if let requireReturn, !requireReturn.isFinite {
            throw ValidationError("--require-return takes a finite number, not \(requireReturn).")
        }
    }

    func run() throws {
        threads.apply()
        guard let runs = try RunFolder.runs(within: folder) else { return try evaluate(folder) }
        var results: [JSON] = []
        for (index, run) in runs.enumerated() {
            if !json { try output((index > 0 ? "\n" : "") + run) }
            results.append(try result(of: run))
        }
        try finish(results, of: runs)
    }

    /// The runs of several seeds: their results, and the mean over them.
    private func finish(_ results: [JSON], of runs: [String]) throws {
        let means = results.compactMap { $0["meanReturn"]?.double }
        if json {
            let all = zip(runs, results).map { run, result in
                guard case .object(let members) = result else { return result }
                return JSON.object([.init("run", .string(run))] + members)
            }
            try output("\(JSON.object([.init("runs", .array(all))] + SeedReport.members(means)))")
        } else if means.count > 1 {
            try output("\n" + SeedReport.line(means, over: "run"))
        }
        for (run, mean) in zip(runs, means) { try checkReturn(mean, of: run) }
    }

    private func evaluate(_ run: String) throws {
        let result = try result(of: run)
        if json { try output("\(result)") }
        if let mean = result["meanReturn"]?.double { try checkReturn(mean, of: run) }
    }

    private func checkReturn(_ mean: Double, of run: String) throws {
        guard let requireReturn, mean < requireReturn else { return }
        note("reverie: the mean return \(mean) is below the required \(requireReturn): \(run)")
        throw ExitCode(ExitStatus.failure.rawValue)
    }

    /// Evaluates a run, and prints the result as text unless JSON is wanted.
    private func result(of run: String) throws -> JSON {
        switch try RunFolder.open(run).maker {
        case .training: try evaluateAgent(run)
        case .fitting: try evaluateModel(run)
        }
    }

    private func evaluateModel(_ folder: String) throws -> JSON {
        guard !stochastic, requireReturn == nil, weights.weights == nil, episodes == 100, limit.stepLimit == nil else {
            throw UsageError(
                "--stochastic, --require-return, --weights, --episodes and --step-limit are for agents, but \(folder) "
                    + "holds a model")
        }
        let model = try fittedModel(folder, last: last, assignments: assignments)
        var codes = CodeClassifier()
        codes.labels = labels
        let result = try model.evaluation(
            part, limit: rows, classifier: classifier ? codes : nil,
            seed: UInt64(seed ?? model.configuration.seed))
        if !json { try output(result.sheet) }
        return result
    }

    private func evaluateAgent(_ folder: String) throws -> JSON {
        guard assignments.isEmpty, rows == nil, part == .test, !classifier else {
            throw UsageError("--part, --rows, --set and --classifier are for models, but \(folder) holds an agent")
        }
        let subject = try Subject(run: folder, last: last, weights: weights)
        let progress = EvaluationProgress(episodes: episodes)
        let evaluator = Evaluator(
            subject.agent, mode: stochastic ? .explore : .greedy, stepLimit: limit.stepLimit, observer: progress
        ) {
            try subject.makeEnvironment($0, .sameStep)
        }
        let results = try evaluator.run(episodes: episodes, seed: subject.evaluationSeed(seed))
        progress.finish()
        let report = try EvaluationReport(results)
        if !json { try output(report.text) }
        return report.json
    }
}

extension Dataset.Part: ExpressibleByArgument {}
