import ArgumentParser
import Configuration
import Foundation
import Storage
import Training

struct Resume: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Go on with a run that was stopped.",
        discussion: """
            The run goes on from its last checkpoint and ends as one that was never stopped, bit for bit: parameters, \
            logs and episodes. Stop a run with Ctrl-C (it saves and exits with 130), or kill it.

            EXAMPLE
              reverie resume runs/dqn-CartPole-v1-seed0
            """)

    @Argument(help: ArgumentHelp("A run's folder.", valueName: "run"))
    var folder: String

    @Flag(help: "Print one JSON object at the end.")
    var json = false

    func run() throws {
        guard isFolder(folder) else { throw StorageError(path: folder, operation: "open the run", reason: .missing) }
        let configuration = try RunFolder(opening: folder).configurationPath
        if try TOMLDocument(contentsOf: configuration).top["model"] != nil {
            try SessionCommand.fit(FitSession(resuming: folder), folder: folder, json: json)
        } else {
            try SessionCommand.train(TrainingSession(resuming: folder), folder: folder, json: json)
        }
    }
}

/// What the commands that train have in common: the interruption, the result, the next thing to do.
enum SessionCommand {
    static func train(_ session: TrainingSession, folder: String, json: Bool) throws {
        Interruption.watch()
        guard let summary = try session.train(shouldStop: { Interruption.isRequested }) else { throw stopped(folder) }
        if json {
            print(summary)
        } else {
            print(TrainingSession.report(summary))
            print("Next: reverie evaluate \(folder)   or   reverie watch \(folder)")
        }
    }

    static func fit(_ session: FitSession, folder: String, json: Bool) throws {
        Interruption.watch()
        guard
            let summary = try session.fit(ProgressBar(total: session.epochs), shouldStop: { Interruption.isRequested })
        else { throw stopped(folder) }
        if json {
            print(summary)
        } else {
            let bounds = ["firstBound", "validBound"].map { format(summary[$0]?.double ?? .nan) }
            print("bound on held-back data: \(bounds[0]) before, \(bounds[1]) nats an observation after: \(folder)")
            print("Next: reverie sample \(folder) --count 1000 --to samples.png")
        }
    }

    private static func stopped(_ folder: String) -> ExitCode {
        FileHandle.standardError.write(Data("stopped and saved; go on with: reverie resume \(folder)\n".utf8))
        return ExitCode(Interruption.exitCode)
    }
}
