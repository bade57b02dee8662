import ArgumentParser
import Environments
import Rollouts
import Storage
import Training

struct Record: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Record episodes to a file.",
        discussion: """
            Observation, action, reward, end, seed and policy of every step go to an NPZ file, which numpy.load reads; \
            with --video the first episode also becomes a GIF.

            EXAMPLE
              reverie record runs/dqn-CartPole-v1-seed0 --episodes 20 --to rollouts.npz
              reverie record FrozenLake-v1 --episodes 5 --to random.npz --video random.gif
            """)

    @Argument(
        help: ArgumentHelp("A run's folder, or an environment's id for a random agent.", valueName: "run|environment"))
    var subject: String

    @Option(help: "Episodes to record.")
    var episodes = 10

    @Option(help: "Where the rollouts go (.npz).")
    var to: String

    @Option(help: "Where a moving picture of the first episode goes (.gif).")
    var video: String?

    @Option(help: "The first episode's seed (default: a million after the run's).")
    var seed: UInt64?

    @Flag(help: "Act as in training instead of greedily.")
    var stochastic = false

    @OptionGroup var options: EnvironmentOptionFlags

    @Flag(help: "Replace files that exist.")
    var force = false

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard (1...10_000_000).contains(episodes) else {
            throw ValidationError("--episodes takes a number from 1 to 10000000, not \(episodes).")
        }
        guard to.hasSuffix(".npz") else {
            throw ValidationError("--to takes a file name that ends in .npz, not '\(to)'.")
        }
        guard video?.hasSuffix(".gif") ?? true else {
            throw ValidationError("--video takes a file name that ends in .gif, not '\(video!)'.")
        }
    }

    func run() throws {
        let subject = try Subject(self.subject, options: try options.values())
        let observer = try RolloutObserver(
            subject.agent, try subject.makeEnvironment(1, .nextStep), to: to, videoPath: video,
            metadata: [.init("agent", .string(subject.name)), RolloutOptions.metadata(subject.environmentOptions)],
            overwrite: force)
        let evaluator = Evaluator(
            subject.agent, mode: stochastic ? .explore : .greedy, batchLimit: 1, observer: observer
        ) { try subject.makeEnvironment($0, .nextStep) }
        let results = try evaluator.run(episodes: episodes, seed: subject.evaluationSeed(seed))
        try observer.finish(overwrite: force)
        let steps = results.map(\.length).reduce(0, +)
        let mean = results.map(\.return).reduce(0, +) / Double(results.count)
        if json {
            print(
                JSON.object([
                    .init("rollouts", .string(to)), .init("video", video.map { .string($0) } ?? .null),
                    .init("episodes", .integer(results.count)), .init("steps", .integer(steps)),
                    .init("meanReturn", .number(mean)),
                ]))
        } else {
            print(
                "\(results.count) episodes, \(steps) steps, mean return \(format(mean)): \(to)"
                    + (video.map { " and \($0)" } ?? ""))
        }
    }
}

/// The environment's options within a rollout's metadata, so that a recording can be replayed.
enum RolloutOptions {
    static let name = "environmentOptions"

    static func metadata(_ options: [String: String]) -> JSON.Member {
        .init(name, .object(options.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) }))
    }

    static func environmentOptions(_ rollout: Rollout) -> [String: String] {
        guard case .object(let members)? = rollout.layout.metadata.first(where: { $0.name == name })?.value else {
            return [:]
        }
        return Dictionary(members.compactMap { member in member.value.string.map { (member.name, $0) } }) { $1 }
    }
}
