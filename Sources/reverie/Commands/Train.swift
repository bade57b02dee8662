import Agents
import ArgumentParser
import Configuration
import Environments
import Scenes
import Storage
import Training
import Viewer

struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train an agent, headless.",
        discussion: """
            Settings come from the preset for the agent and the environment if there is one, then from a file, then \
            from flags. The run's folder holds everything that it makes: config.toml, metrics.jsonl, episodes.csv, \
            TensorBoard events, checkpoints and summary.json.

            A network can start from one that PyTorch saved with safetensors.torch.save_file(net.state_dict(), path); \
            if the names differ, map them with --rename.

            With --seeds, several runs train side by side, each in its own process and folder, with the same bits as \
            a run on its own. Ctrl-C saves them all; --resume continues those that haven't finished. With a larger \
            --steps, it continues those that have finished, too.

            EXAMPLE
              reverie train dqn CartPole-v1 --seed 3 --set learningRate=0.001
              reverie train reinforce CartPole-v1 --episodes 1000 --json
              reverie train dqn CartPole-v1 --seeds 0..9
              reverie train dqn CartPole-v1 --weights net.safetensors --rename layers.0=0
            """)

    @Argument(help: "An agent's name; 'reverie list agents' shows them.", completion: Completions.agents)
    var agent: String

    @Argument(
        help: "An environment's id; 'reverie list environments' shows them.", completion: Completions.environments)
    var environment: String

    @Option(parsing: .unconditional, help: "Environment steps to train for.", transform: readCount)
    var steps: Int?

    @Option(parsing: .unconditional, help: "End training early after this many episodes.", transform: readCount)
    var episodes: Int?

    @Option(parsing: .unconditional, help: "The seed of every random stream.", transform: readCount)
    var seed: Int?

    @Option(
        help: ArgumentHelp(
            "Train one run per seed, side by side: 0..9 (both ends included), 0,3,7 or both.", valueName: "seeds"))
    var seeds: SeedSet?

    @Option(
        parsing: .unconditional, help: "With --seeds: runs at a time. (default: the number of processors)",
        transform: readCount)
    var jobs: Int?

    @Option(parsing: .unconditional, help: "Environments stepped side by side.", transform: readCount)
    var environments: Int?

    @Option(
        name: .customLong("run"),
        help:
            "The run's folder (default: runs/AGENT-ENVIRONMENT-seedN); with --seeds, that of seed-0, seed-1 and so on.",
        completion: .directory)
    var folder: String?

    @Option(
        parsing: .unconditional, help: "Checkpoints in the run, evenly over its steps. (default: 20)",
        transform: readCount)
    var checkpoints = TrainingSession.usualCheckpoints

    @OptionGroup var experiment: ExperimentFlags

    @OptionGroup var options: EnvironmentOptionFlags

    @OptionGroup var weights: WeightsFlags

    @OptionGroup var launch: LaunchFlags

    @OptionGroup var trust: TrustFlags

    @OptionGroup var checks: CheckFlags

    @Flag(help: "Print one JSON object at the end.")
    var json = false

    @Flag(help: .hidden)
    var worker = false

    mutating func validate() throws {
        agent = (try? AgentCatalog.entry(agent).name) ?? agent
        environment = EnvironmentCatalog.canonical(environment)
        try require("--checkpoints", checkpoints, in: 1...1_000_000)
        try validateSeeds()
        try checks.validate(json: json, live: launch.live)
    }

    private func validateSeeds() throws {
        try require("--jobs", jobs, in: 1...1024)
        guard seeds != nil else {
            if jobs != nil { throw ValidationError("--jobs needs --seeds.") }
            return
        }
        if seed != nil { throw ValidationError("--seed is for one run and --seeds for several; give only one.") }
        if launch.live || checks.plan || checks.shadow {
            throw ValidationError("--live, --plan and --shadow work with a single run; leave out --seeds.")
        }
    }

    func run() throws {
        if worker { Worker.followParent() }
        if let seeds { try train(seeds.seeds) } else { try checks.running(train) }
    }

    private func train() throws {
        let run = try resolved()
        let path = try folder ?? usualPath(seed: run.run.seed)
        let continued = launch.resume ? try continuation(of: path, seed: seed) : nil
        let steps = continued?.steps ?? run.run.steps
        let changes = continued?.changes ?? RunChanges()
        guard launch.live else {
            let session = try session(run, path, changes, watchers: worker ? [Worker.Reporter()] : [])
            announce(steps, ", seed \(run.run.seed): \(path)")
            try SessionCommand.train(session, folder: path, json: json)
            return
        }
        let summary = try MainActor.assumeIsolated { [self] in
            let feed = AgentFeed()
            let training = LiveTraining.ofCommand {
                let session = try session(run, path, changes, watchers: [feed])
                announce(steps, ", seed \(run.run.seed): \(path)")
                return try session.train { Interruption.isRequested }
            }
            return try training.show(LiveAgentScene(run, feed: feed, training: training), in: launch.window)
        }
        try SessionCommand.report(summary, folder: path, json: json)
    }

    /// The folder of a run that isn't given one. Its name tells the options that were given, apart from the preset's.
    private func usualPath(seed: Int) throws -> String {
        RunFolder.usualPath(
            agent, environment, options: try options.values(), files: ["map"], seed: UInt64(seed))
    }

    /// Says what begins, once everything that can be wrong has been checked.
    private func announce(_ steps: Int, _ rest: String) {
        note("training \(agent) in \(environment) for \(counted(steps, "step"))\(rest)")
    }

    /// Trains with several seeds side by side.
    private func train(_ seeds: [Int]) throws {
        let run = try resolved()
        _ = try weights.file()
        var most = run.run.steps
        let runs = try seeds.map { seed in
            let path = try folder.map { joinPath($0, "seed-\(seed)") } ?? usualPath(seed: seed)
            guard launch.resume else {
                try RunFolder.requireFree(path, force: launch.force)
                return try SeedRun(seed: seed, folder: path, isDone: false)
            }
            let continued = try continuation(of: path, seed: seed)
            most = max(most, continued?.steps ?? 0)
            return try SeedRun(seed: seed, folder: path, isDone: continued?.changes.isEmpty ?? true)
        }
        // What is wrong with all runs is said once, and before anything begins.
        _ = try run.makeAgent(for: run.makeEnvironment(count: run.run.environments))
        announce(most, " with \(counted(seeds.count, "seed"))")
        let words = SeedRuns.common(Array(CommandLine.arguments.dropFirst(2)))
        let all = SeedRuns(runs, steps: most, jobs: jobs, threads: checks.threads.threads) { run in
            ["train", "--worker", "--json", "--seed", "\(run.seed)", "--run", run.folder] + words
        }
        let isInterrupted = try all.run()
        try SeedReport(agent: agent, environment: environment, runs: runs).finish(json: json, isInterrupted)
    }

    /// What a run that --resume is to continue is continued with: flags may lengthen it, but not change its settings.
    ///
    /// - Returns: the changes, and the number of steps with them; nil if there is no run.
    private func continuation(of path: String, seed: Int?) throws -> (changes: RunChanges, steps: Int)? {
        guard case .run = try RunFolder.content(of: path) else { return nil }
        try RunFolder.requireSame(path, [("agent", agent), ("environment", environment)])
        let file = RunFolder.configurationPath(of: path)
        let saved = try content(of: file) { try TrainingRun(contentsOf: file) }
        var flags = try flags()
        flags.run["seed"] = seed
        let asked = try TrainingRun(
            agent: agent, environment: environment,
            layers: [saved.experiment] + experiment.layers(of: agent, in: environment, usual: false), flags: flags)
        try RunFolder.requireSettings(path, try asked.differences(from: saved))
        var changes = RunChanges()
        if asked.run.steps != saved.run.steps { changes.steps = asked.run.steps }
        if asked.run.episodes != saved.run.episodes { changes.episodes = asked.run.episodes }
        try changes.announce(path, saved)
        return (changes, asked.run.steps)
    }

    /// The run with all settings resolved.
    private func resolved() throws -> TrainingRun {
        _ = try AgentCatalog.entry(agent)
        _ = try EnvironmentCatalog.entry(environment)
        return try TrainingRun(
            agent: agent, environment: environment, layers: try experiment.layers(of: agent, in: environment),
            flags: try flags())
    }

    private func session(
        _ run: TrainingRun, _ path: String, _ changes: RunChanges, watchers: [any TrainingObserver] = []
    ) throws -> TrainingSession {
        try weights.naming {
            let weights = try weights.file()
            let session =
                try launch.resume
                ? TrainingSession(
                    continuing: run, folder: path, changes: changes, weights: weights, checkpoints: checkpoints,
                    watchers: watchers)
                : TrainingSession(
                    run, folder: path, overwrite: launch.force, weights: weights, checkpoints: checkpoints,
                    watchers: watchers)
            if let memory = session.replayMemory { note("\(memory)") }
            warnOfMap(environment, run.environmentOptions)
            return session
        }
    }

    private func flags() throws -> TrainingRun.Flags {
        var flags = TrainingRun.Flags()
        let numbers = [("steps", steps), ("episodes", episodes), ("seed", seed), ("environments", environments)]
        for (name, value) in numbers { flags.run[name] = value }
        flags.settings = experiment.assignments
        flags.environmentOptions = try options.values()
        return flags
    }
}
