import ArgumentParser
import Foundation
import Storage
import Training

struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Play episodes with a trained agent and report their returns.",
        discussion: """
            Each episode is played in an environment of its own, seeded one after another, so that short episodes weigh \
            no more than long ones.

            EXAMPLE
              reverie evaluate runs/dqn-CartPole-v1-seed0 --episodes 100 --require-return 475
            """)

    @Argument(help: "A run's folder.")
    var run: String

    @Option(help: "Episodes to play.")
    var episodes = 100

    @Option(help: "The first episode's seed (default: a million after the run's).")
    var seed: UInt64?

    @Flag(help: "Act as in training instead of greedily.")
    var stochastic = false

    @Option(help: ArgumentHelp("Exit with 1 where the mean return is below this.", valueName: "return"))
    var requireReturn: Double?

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard (1...1_000_000).contains(episodes) else {
            throw ValidationError("--episodes takes a number from 1 to 1000000, not \(episodes).")
        }
    }

    func run() throws {
        guard isFolder(run) else { throw StorageError(path: run, operation: "open the run", reason: .missing) }
        let subject = try Subject(run, options: EnvironmentOptionFlags())
        let evaluator = Evaluator(subject.agent, mode: stochastic ? .explore : .greedy) {
            try subject.makeEnvironment($0, .sameStep)
        }
        let results = try evaluator.run(episodes: episodes, seed: subject.evaluationSeed(seed))
        let report = EvaluationReport(results)
        print(json ? "\(report.json)" : report.text)
        if let requireReturn, report.mean < requireReturn {
            FileHandle.standardError.write(
                Data("reverie: the mean return \(report.mean) is below the required \(requireReturn)\n".utf8))
            throw ExitCode(1)
        }
    }
}
