import ArgumentParser
import CReverie
import Foundation
import GymnasiumBridge
import Storage
import TensorCore

/// The command line; `Commands/` has one file per command.
@main struct Reverie: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reverie",
        abstract: "Worlds, agents that learn in them, and generative models that learn from them.",
        discussion: """
            EXAMPLE
              reverie train dqn CartPole-v1        train an agent, headless
              reverie evaluate runs/dqn-CartPole-v1-seed0
              reverie watch runs/dqn-CartPole-v1-seed0

            Exit codes: 0; 1 a required return was missed or a rule broken; 64 usage; 65 bad data; 66 no such input; \
            69 no display or no Python; 73 would overwrite; 74 input or output failed; 130 interrupted.
            """,
        version: REVERIE_VERSION,
        subcommands: [
            Train.self, Resume.self, Evaluate.self, Compare.self, Watch.self, Play.self, Record.self, Trace.self,
            Check.self,
            Fit.self,
            Sample.self, Tune.self, List.self, Bench.self,
        ])

    static func main() {
        do {
            prepareProcess()
            Gymnasium.register(remark: TrustFlags.remark)
            try requireSupportedProcessor()
            try requireThreads()
            MemoryBudget.endProgram { Foundation.exit(finish($0)) }
            try requireKnownCommand(processArguments[...])
            var command = try parseAsRoot(processArguments)
            try command.run()
        } catch {
            Foundation.exit(finish(error))
        }
    }

    /// The arguments after the program's name, in which names of files are as the system has them.
    private static let processArguments = (1..<Int(CommandLine.argc)).compactMap { index in
        CommandLine.unsafeArgv[index].map { String(pathPointer: $0) }
    }

    /// Prints an error or the help that was asked for, and returns the exit code.
    private static func finish(_ error: any Error) -> Int32 {
        if OutputLines.isWithoutReader(error) { endWithoutReader() }
        if let status = ExitStatus(error) {
            let canBeForced = (error as? StorageError)?.reason == .wouldOverwrite
            complain("\(error)" + (canBeForced ? " with --force" : ""))
            return status.rawValue
        }
        let code = exitCode(for: error)
        let message = fullMessage(for: error)
        guard !message.isEmpty else { return code.rawValue }
        guard code.isSuccess else {
            complain(message.hasPrefix("Error: ") ? String(message.dropFirst(7)) : message)
            return code.rawValue
        }
        do {
            try output(message)
            return code.rawValue
        } catch {
            return finish(error)
        }
    }

    /// The library ignores a variable that it can't read, as it has nobody to tell.
    private static func requireThreads() throws {
        guard let text = Threads.unusableVariable else { return }
        throw UsageError(
            "the variable \(Threads.variable) takes a whole number from 1 to \(Threads.limit), not '\(text)'; "
                + "change it or unset it")
    }

    /// The argument parser calls a misspelt command an unexpected argument, or prints the general help instead.
    private static func requireKnownCommand(_ arguments: ArraySlice<String>) throws {
        let names = configuration.subcommands.map { $0._commandName }
        let word = arguments.first == "help" ? arguments.dropFirst().first : arguments.first
        guard let word, !word.hasPrefix("-"), !(names + ["help"]).contains(word) else { return }
        throw UsageError(
            "there is no command '\(word)'"
                + (nearestName(to: word, among: names).map { "; did you mean '\($0)'?" } ?? "")
                + "; 'reverie --help' lists all commands")
    }
}
