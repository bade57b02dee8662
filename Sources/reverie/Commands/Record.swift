import ArgumentParser
import Experience
import Graphics
import Rollouts
import Storage
import Training

struct Record: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Record episodes to a file.",
        discussion: """
            Observations, actions, rewards, ends, seeds and the policy are written to an NPZ file, which numpy.load \
            reads; with --video, the first episode is also saved as a GIF. After Ctrl-C, the file holds the episodes \
            that had finished.

            EXAMPLE
              reverie record runs/dqn-CartPole-v1-seed0 --episodes 20 --to rollouts.npz
              reverie record FrozenLake-v1 --episodes 5 --to random.npz --video random.gif
            """)

    @Argument(
        help: ArgumentHelp("A run's folder, or an environment's id for a random agent.", valueName: "run|environment"),
        completion: .directory)
    var subject: String

    @Option(parsing: .unconditional, help: "Episodes to record. (default: 10)", transform: readCount)
    var episodes = 10

    @Option(help: "The file of the rollouts (.npz).", completion: .file(extensions: ["npz"]))
    var to: String

    @Option(
        help: "The file of an animation of the first episode (.gif).", completion: .file(extensions: ["gif"]))
    var video: String?

    @Option(
        parsing: .unconditional, help: "The first episode's seed (default: a million after the run's).",
        transform: readCount)
    var seed: Int?

    @Flag(help: "Use the run's last checkpoint, even if its best evaluation's was kept.")
    var last = false

    @Flag(help: "Act as in training instead of greedily.")
    var stochastic = false

    @OptionGroup var options: EnvironmentOptionFlags

    @OptionGroup var weights: WeightsFlags

    @Flag(help: "Replace files that exist.")
    var force = false

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        try require("--episodes", episodes, in: 1...10_000_000)
        try require("--seed", seed, in: seedRange)
        try require("--to", to, endsIn: ".npz")
        try require("--video", video, endsIn: ".gif")
    }

    func run() throws {
        try requireFree(to, force: force)
        // A spool file may be left by a recording that was killed, or belong to one that is still running.
        try requireFree(RolloutSpool.path(for: to), force: force)
        try requireFree(video, force: force)
        let subject = try Subject(self.subject, options: try options.values(), last: last, weights: weights)
        Interruption.watch()
        let results: [EpisodeSummary]
        do {
            results = try record(subject)
        } catch {
            // The spool is there to rescue a recording that can't be repeated; this one can.
            try? removeFile(RolloutSpool.path(for: to))
            throw error
        }
        guard results.count == episodes else {
            note("stopped: \(to) holds the \(results.count) of \(counted(episodes, "episode")) that had finished")
            throw ExitCode(Interruption.exitCode)
        }
        let steps = results.map(\.length).reduce(0, +)
        let mean = Statistics.mean(results.map(\.return))
        if json {
            let summary: JSON = [
                "rollouts": .string(to), "video": video.map { .string($0) } ?? .null,
                "episodes": .integer(results.count), "steps": .integer(steps), "meanReturn": .number(mean),
            ]
            try output("\(summary)")
        } else {
            try output(
                "\(counted(results.count, "episode")), \(counted(steps, "step")), "
                    + "mean return \(NumberText.readable(mean)): \(to)"
                    + (video.map { " and \($0)" } ?? ""))
        }
    }

    private func record(_ subject: Subject) throws -> [EpisodeSummary] {
        let recorder = try RolloutObserver(
            subject.agent, try subject.makeEnvironment(1, .nextStep), to: to, videoPath: video,
            metadata: [
                .init("agent", .string(subject.name)),
                RolloutLayout.metadata(environmentOptions: subject.environmentOptions),
            ],
            overwrite: force)
        let progress = EvaluationProgress(episodes: episodes, passingTo: recorder)
        let evaluator = Evaluator(
            subject.agent, mode: stochastic ? .explore : .greedy, batchLimit: 1, observer: progress
        ) { try subject.makeEnvironment($0, .nextStep) }
        let results = try evaluator.run(episodes: episodes, seed: subject.evaluationSeed(seed)) {
            Interruption.isRequested
        }
        guard !results.isEmpty else {
            try removeFile(RolloutSpool.path(for: to))
            note("stopped before an episode had finished; nothing was recorded")
            throw ExitCode(Interruption.exitCode)
        }
        try recorder.finish(keeping: results.count, overwrite: force)
        progress.finish()
        return results
    }
}
