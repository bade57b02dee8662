import ArgumentParser
import Foundation
import TensorCore

/// The command line: one file a command in `Commands/`.
@main struct Reverie: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reverie",
        abstract: "Worlds, agents that learn in them, and generative models that learn from them.",
        discussion: """
            EXAMPLE
              reverie train dqn CartPole-v1        train an agent, headless
              reverie evaluate runs/dqn-CartPole-v1-seed0
              reverie watch runs/dqn-CartPole-v1-seed0
            """,
        version: "0.1.0",
        subcommands: [
            Train.self, Resume.self, Evaluate.self, Watch.self, Record.self, Trace.self, Fit.self, Sample.self,
            List.self,
            Bench.self,
        ])

    static func main() {
        do {
            try requireSupportedProcessor()
            var command = try parseAsRoot()
            try command.run()
        } catch {
            guard let status = ExitStatus(error) else { exit(withError: error) }
            FileHandle.standardError.write(Data("reverie: \(error)\n".utf8))
            Foundation.exit(status.rawValue)
        }
    }
}
