import ArgumentParser
import Configuration
import Storage
import Training

struct Resume: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Continue a run that was stopped.",
        discussion: """
            The run continues from its last checkpoint and ends like one that was never stopped, bit for bit: \
            parameters, logs and episodes. Stop a run with Ctrl-C (it saves and exits with 130), or kill it. Of a \
            folder of runs, such as that of several seeds, all that haven't finished are continued, side by side.

            --steps, --episodes and --set change the run on purpose: its config.toml has the new values from then on, \
            and its metrics.jsonl a line that says so.

            EXAMPLE
              reverie resume runs/dqn-CartPole-v1-seed0
              reverie resume runs/dqn-CartPole-v1-seed0 --steps 200000
              reverie resume runs/vae-rollouts-seed0 --set epochs=50
            """)

    @Argument(help: ArgumentHelp("A run's folder, or a folder of runs.", valueName: "run"), completion: .directory)
    var folder: String

    @Option(parsing: .unconditional, help: "Go on to this many environment steps.", transform: readCount)
    var steps: Int?

    @Option(parsing: .unconditional, help: "Go on to this many episodes; 0 for no limit.", transform: readCount)
    var episodes: Int?

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "A setting of the agent, of the model or of fitting to change; may be repeated.", valueName: "key=value"))
    var assignments: [String] = []

    @OptionGroup var checks: CheckFlags

    @OptionGroup var trust: TrustFlags

    @Flag(help: "Print one JSON object at the end.")
    var json = false

    @Flag(help: .hidden)
    var worker = false

    func validate() throws { try checks.validate(json: json) }

    func run() throws {
        if worker { Worker.followParent() }
        let runs = try RunFolder.runs(within: folder) ?? []
        if runs.isEmpty { try checks.running(resume) } else { try resume(runs) }
    }

    private var changes: RunChanges {
        var changes = RunChanges()
        (changes.steps, changes.episodes, changes.settings) = (steps, episodes, assignments)
        return changes
    }

    private func resume() throws {
        let run = try RunFolder.open(folder)
        let file = run.folder.configurationPath
        switch run.maker {
        case .training:
            let saved = try content(of: file) { try TrainingRun(contentsOf: file) }
            // Wrong flags are wrong usage; anything wrong after that is the folder's content.
            _ = try saved.changed(by: changes)
            try changes.announce(folder, saved)
            let watchers = worker ? [Worker.Reporter()] : []
            let session = try content(of: folder) {
                try TrainingSession(resuming: folder, changes: changes, watchers: watchers)
            }
            note("resuming \(folder)")
            try SessionCommand.train(session, folder: folder, json: json)
        case .fitting:
            guard steps == nil, episodes == nil else {
                throw UsageError(
                    "--steps and --episodes are for agents, but \(folder) holds a model; try --set epochs=N")
            }
            var saved = try content(of: file) { try FitConfiguration(contentsOf: file) }
            try saved.apply(assignments: assignments)
            let session = try content(of: folder) { try FitSession(resuming: folder, changes: changes) }
            note("resuming \(folder)")
            try SessionCommand.fit(session, folder: folder, json: json)
        }
    }

    /// Continues runs of one agent in one environment, side by side.
    private func resume(_ folders: [String]) throws {
        guard !checks.plan, !checks.shadow else {
            throw UsageError(
                "--plan and --shadow work with a single run, but \(folder) holds several; name one of them")
        }
        let runs = try folders.map { path in
            guard try RunFolder.open(path).maker == .training else { throw mixed(folders) }
            let file = RunFolder.configurationPath(of: path)
            return (path: path, run: try content(of: file) { try TrainingRun(contentsOf: file) })
        }
        let (agent, environment) = (runs[0].run.agent, runs[0].run.environment)
        let isOne = runs.allSatisfy { $0.run.agent == agent && $0.run.environment == environment }
        guard isOne, Set(runs.map(\.run.run.seed)).count == runs.count else { throw mixed(folders) }
        for (path, run) in runs {
            _ = try run.changed(by: changes)
            try changes.announce(path, run)
        }
        let seeds = try runs.map {
            try SeedRun(seed: $0.run.run.seed, folder: $0.path, isDone: changes.isEmpty)
        }
        note("resuming \(runs.count) runs of \(agent) in \(environment): \(folder)")
        var words = changes.settings.flatMap { ["--set", $0] } + (checks.checkFinite ? ["--check-finite"] : [])
        if let steps { words += ["--steps", "\(steps)"] }
        if let episodes { words += ["--episodes", "\(episodes)"] }
        if trust.trust { words.append("--trust") }
        let most = steps ?? runs.map(\.run.run.steps).max() ?? 1
        let all = SeedRuns(seeds, steps: most, jobs: nil, threads: checks.threads.threads) { run in
            ["resume", run.folder, "--worker", "--json"] + words
        }
        let isInterrupted = try all.run()
        try SeedReport(agent: agent, environment: environment, runs: seeds).finish(json: json, isInterrupted)
    }

    private func mixed(_ folders: [String]) -> UsageError {
        let names = folders.prefix(5).joined(separator: ", ") + (folders.count > 5 ? " and others" : "")
        return UsageError(
            "\(folder) holds several runs that are not one agent's with several seeds: \(names); "
                + "name the one to resume, such as: reverie resume \(folders[0])")
    }
}
