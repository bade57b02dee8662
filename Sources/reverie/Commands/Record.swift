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
            reads. With --video, the first episode is saved as a GIF, or those that --video-episodes chooses. After \
            Ctrl-C, the file holds the episodes that had finished. A recording that is killed leaves what it had \
            written in a file ending in .npz.spool, which 'record' makes a recording too.

            EXAMPLE
              reverie record runs/dqn-CartPole-v1-seed0 --episodes 20 --to rollouts.npz
              reverie record FrozenLake-v1 --episodes 5 --to random.npz --video random.gif
              reverie record Taxi-v4 --video a.gif --video-episodes 0..2 --captions
              reverie record rollouts.npz.spool --to rescued.npz
            """)

    @Argument(
        help: ArgumentHelp(
            "A run's folder, an environment's id for a random agent, or a spool that a killed recording left.",
            valueName: "run|environment|spool"),
        completion: .directory)
    var subject: String

    @Option(
        parsing: .unconditional,
        help: "Episodes to play (default: 10; without --to, as many as the film needs).", transform: readCount)
    var episodes: Int?

    @Option(help: "The file of the rollouts (.npz).", completion: .file(extensions: ["npz"]))
    var to: String?

    @Option(help: "The file of a film of episodes (.gif).", completion: .file(extensions: ["gif"]))
    var video: String?

    @Option(
        help: ArgumentHelp(
            "The episodes in the film, from 0: such as 0..4, 0,3,7 or all (default: 0).", valueName: "numbers"))
    var videoEpisodes: FilmChoice?

    @Flag(help: "Draw the episode, the step and the return so far below each frame of the film.")
    var captions = false

    @Option(
        parsing: .unconditional, help: "The first episode's seed (default: a million after the run's).",
        transform: readCount)
    var seed: Int?

    @Flag(help: "Use the run's last checkpoint, even if its best evaluation's was kept.")
    var last = false

    @Flag(help: "Act as in training instead of greedily.")
    var stochastic = false

    @OptionGroup var limit: StepLimitFlag

    @OptionGroup var options: EnvironmentOptionFlags

    @OptionGroup var weights: WeightsFlags

    @OptionGroup var trust: TrustFlags

    @Flag(help: "Replace files that exist.")
    var force = false

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        try require("--episodes", episodes, in: 1...10_000_000)
        try require("--seed", seed, in: seedRange)
        try require("--to", to, endsIn: ".npz")
        try require("--video", video, endsIn: ".gif")
        guard to != nil || video != nil else {
            throw ValidationError("Give --to x.npz for the rollouts, --video x.gif for a film, or both.")
        }
        guard video != nil || videoEpisodes == nil && !captions else {
            throw ValidationError("--video-episodes and --captions are for a film; give --video x.gif too.")
        }
        if let last = choice.last, last >= count {
            throw ValidationError(
                "--video-episodes chooses episode \(last), but the \(count) episodes are 0 to \(count - 1).")
        }
    }

    private var choice: FilmChoice { videoEpisodes ?? .some([0]) }

    /// The number of episodes to play.
    private var count: Int { episodes ?? (to == nil ? choice.last.map { $0 + 1 } : nil) ?? 10 }

    func run() throws {
        try requireFree(to, force: force)
        try requireFree(video, force: force)
        if subject.hasSuffix(RolloutSpool.ending), exists(subject) { return try rescue() }
        let subject = try Subject(self.subject, options: try options.values(), last: last, weights: weights)
        Interruption.watch()
        let results = try record(subject)
        guard results.count == count else {
            note("stopped: \(files) holds the \(results.count) of \(counted(count, "episode")) that had finished")
            throw ExitCode(Interruption.exitCode)
        }
        let steps = results.map(\.length).reduce(0, +)
        let report = try EvaluationReport(results)
        if json {
            let summary: [JSON.Member] = [
                .init("rollouts", to.map { .string($0) } ?? .null), .init("video", video.map { .string($0) } ?? .null),
                .init("episodes", .integer(results.count)), .init("steps", .integer(steps)),
                .init("meanReturn", .number(report.mean)), .init("cutEpisodes", .integer(report.cutEpisodes)),
            ]
            try output("\(JSON.object(summary + report.wrappedMember))")
        } else {
            try output(
                "\(counted(results.count, "episode")), \(counted(steps, "step")), mean return "
                    + "\(NumberText.readable(report.mean)): \(files)" + report.additions)
        }
    }

    /// The files that are written, for sentences.
    private var files: String { [to, video].compactMap { $0 }.joined(separator: " and ") }

    private func record(_ subject: Subject) throws -> [EpisodeSummary] {
        let world = try subject.makeEnvironment(1, .nextStep)
        let recording = try Recording(
            rollouts: to.map { path in
                try naming(path) {
                    try RolloutObserver(
                        subject.agent, world, to: path,
                        metadata: [
                            .init("agent", .string(subject.name)),
                            RolloutLayout.metadata(environmentOptions: subject.environmentOptions),
                        ], overwrite: force)
                }
            },
            film: {
                try video.map { path in
                    try FilmObserver(
                        of: world, to: path, episodes: choice.numbers, captions: captions, overwrite: force)
                }
            })
        do {
            let progress = EvaluationProgress(episodes: count, passingTo: recording)
            let evaluator = Evaluator(
                subject.agent, mode: stochastic ? .explore : .greedy, batchLimit: 1, stepLimit: limit.stepLimit,
                observer: progress
            ) { try subject.makeEnvironment($0, .nextStep) }
            let results = try evaluator.run(episodes: count, seed: subject.evaluationSeed(seed)) {
                Interruption.isRequested
            }
            guard !results.isEmpty else {
                note("stopped before an episode had finished; nothing was recorded")
                throw ExitCode(Interruption.exitCode)
            }
            try recording.finish(keeping: results.count)
            progress.finish()
            return results
        } catch {
            // The spool is there to rescue a recording that can't be repeated; this one can.
            recording.discard()
            throw error
        }
    }

    /// Explains the spool that is in a recording's way.
    private func naming<Result>(_ path: String, _ start: () throws -> Result) throws -> Result {
        do {
            return try start()
        } catch let error as StorageError
            where error.path == RolloutSpool.path(for: path) && error.reason == .wouldOverwrite
        {
            throw LeftRecording(spool: error.path)
        }
    }

    /// Makes a recording of what one that was killed had written.
    private func rescue() throws {
        guard let to, video == nil else {
            throw UsageError("\(subject) holds rollouts, not pictures; give --to x.npz alone")
        }
        guard episodes == nil, seed == nil, !stochastic, !last, weights.weights == nil, try options.values().isEmpty
        else {
            throw UsageError("\(subject) has been recorded already: give it --to, --force and --json alone")
        }
        let rescued = try RolloutSpool.rescue(subject, to: to, overwrite: force)
        let summary: JSON = [
            "rollouts": .string(to), "episodes": .integer(rescued.episodeCount), "steps": .integer(rescued.stepCount),
            "lostBytes": .integer(rescued.lostByteCount),
        ]
        let lost = rescued.lostByteCount > 0 ? "; \(rescued.lostByteCount) bytes of an unfinished step are lost" : ""
        try output(
            json ? "\(summary)" : "\(rescued.episodeCount) episodes, \(rescued.stepCount) steps rescued: \(to)\(lost)")
    }
}

/// A spool that a killed recording left where another one is to begin.
struct LeftRecording: Error, CustomStringConvertible {
    var spool: String

    var description: String {
        "\(spool) was left by a recording that was killed. To keep its episodes, give "
            + "'reverie record \(spool) --to rescued.npz'; to lose them and record anew, repeat the command "
            + "with --force"
    }
}

/// The episodes that go into a film.
struct FilmChoice: ExpressibleByArgument, Hashable {
    /// Their numbers; nil for all.
    let numbers: Set<Int>?

    static func some(_ numbers: Set<Int>) -> FilmChoice { FilmChoice(numbers: numbers) }

    private init(numbers: Set<Int>?) { self.numbers = numbers }

    init?(argument: String) {
        if argument == "all" {
            numbers = nil
        } else {
            guard let set = SeedSet(argument: argument) else { return nil }
            numbers = Set(set.seeds)
        }
    }

    /// The last of them; nil for all.
    var last: Int? { numbers?.max() }
}
