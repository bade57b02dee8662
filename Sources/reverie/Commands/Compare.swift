import ArgumentParser
import Storage
import Training

struct Compare: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compare runs of agents, or of models: scores with intervals, profiles, learning curves.",
        discussion: """
            Runs that differ in nothing but their seeds are grouped. Agents, named by the settings in which their \
            runs in the same environment differ, are compared over the environments. NAME=FOLDER gives the runs in a \
            folder a name.

            The summaries are rliable's (Agarwal et al. 2021): the mean and the median over environments of the mean \
            over runs, the interquartile mean of all runs, the optimality gap (by how much scores fall short of γ, \
            with higher scores counting as γ), and the probability that a run of one agent scores higher than a run \
            of another. The intervals are 95 % intervals of the stratified bootstrap over runs.

            For fitted models, a table compares the nats of the test rows run by run, and --to plots the validation \
            scores over epochs.

            EXAMPLE
              reverie compare runs/dqn-CartPole-v1-seed* --to curves.png
              reverie compare double=runs/a plain=runs/b --profile profile.svg
              reverie compare runs --range Acrobot-v1=-500..-63 --json
              reverie compare runs/nade-mnist-seed0 runs/made-mnist-seed0 --to fits.svg
            """)

    @Argument(
        help: ArgumentHelp("A run's folder or a folder of runs; NAME=FOLDER names the runs in it.", valueName: "run"),
        completion: .directory)
    var folders: [String]

    @OptionGroup var scoring: ScoringFlags

    @OptionGroup var trust: TrustFlags

    @Option(help: ArgumentHelp("Compare only the runs in this environment.", valueName: "environment"))
    var task: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "γ of the optimality gap. (default: 1 for normalised scores, none for others)", valueName: "score"))
    var threshold: Double?

    @Option(parsing: .unconditional, help: "The number of bootstrap resamples. (default: 2000)", transform: readCount)
    var resamples = usualResamples

    private static let usualResamples = 2_000

    @Option(parsing: .unconditional, help: "The seed of the bootstrap. (default: 0)", transform: readCount)
    var seed = 0

    @Option(
        name: .customLong("to"),
        help: "Plot the learning curves to a .png or .svg file; for agents, a plot for each environment.",
        completion: .file(extensions: ["png", "svg"]))
    var curvePath: String?

    @Option(
        name: .customLong("profile"), help: "Plot the share of runs above each score to a .png or .svg file.",
        completion: .file(extensions: ["png", "svg"]))
    var profilePath: String?

    @Flag(help: "Replace files that exist.")
    var force = false

    @Flag(help: "Print one JSON object, profiles and curves included.")
    var json = false

    func validate() throws {
        try require("--resamples", resamples, in: 100...1_000_000)
        try require("--seed", seed, in: seedRange)
        try require("--to", curvePath, endsIn: ".png", ".svg")
        try require("--profile", profilePath, endsIn: ".png", ".svg")
        if let threshold, !threshold.isFinite { throw ValidationError("--threshold takes a finite number.") }
        if let curvePath, curvePath == profilePath {
            throw ValidationError("--to and --profile need two different files.")
        }
    }

    func run() throws {
        for path in [curvePath, profilePath] { try requireFree(path, force: force) }
        switch try RunSource.runs(folders) {
        case .agents(let runs): try compare(runs)
        case .fits(let fits): try compare(FitComparison(fits: fits))
        }
    }

    private func compare(_ fits: FitComparison) throws {
        let isUsual = scoring.isUsual && resamples == Self.usualResamples && seed == 0
        guard isUsual, task == nil, threshold == nil, profilePath == nil else {
            throw UsageError("runs of models take only --to, --force and --json; the other flags are for agents")
        }
        let plot = curvePath == nil ? nil : try fits.curves()
        for remark in fits.remarks { note("remark: \(remark)") }
        if let curvePath { try plot?.write(to: curvePath, overwrite: force) }
        try output(json ? "\(fits.json)" : fits.text)
    }

    private func compare(_ runs: [RunSource.NamedRun]) throws {
        let groups = RunGroups(try task.map { try RunSource.inEnvironment($0, runs) } ?? runs)
        let scores = try scoring.scores(of: groups)
        let bootstrap = StratifiedBootstrap(resampleCount: resamples, seed: UInt64(seed))
        let comparison = Comparison(
            scores.algorithms, threshold: threshold ?? (scores.isNormalized ? 1 : nil), bootstrap: bootstrap)
        let report = ComparisonReport(groups: groups, scores: scores, comparison: comparison, window: scoring.window)
        for remark in report.remarks { note("remark: \(remark)") }
        if let curvePath { try ComparisonCharts.curves(report).write(to: curvePath, overwrite: force) }
        if let profilePath { try ComparisonCharts.profile(report).write(to: profilePath, overwrite: force) }
        try output(json ? "\(report.json)" : report.text)
    }
}
