import ArgumentParser
import Training

struct Resume: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Continue a run that was stopped.",
        discussion: """
            The run continues from its last checkpoint and ends like one that was never stopped, bit for bit: \
            parameters, logs and episodes. Stop a run with Ctrl-C (it saves and exits with 130), or kill it.

            EXAMPLE
              reverie resume runs/dqn-CartPole-v1-seed0
            """)

    @Argument(help: ArgumentHelp("A run's folder.", valueName: "run"), completion: .directory)
    var folder: String

    @OptionGroup var checks: CheckFlags

    @OptionGroup var trust: TrustFlags

    @Flag(help: "Print one JSON object at the end.")
    var json = false

    func validate() throws { try checks.validate(json: json) }

    func run() throws { try checks.running(resume) }

    private func resume() throws {
        let maker = try RunFolder.open(folder).maker
        note("resuming \(folder)")
        switch maker {
        case .training:
            let session = try content(of: folder) { try TrainingSession(resuming: folder) }
            try SessionCommand.train(session, folder: folder, json: json)
        case .fitting:
            let session = try content(of: folder) { try FitSession(resuming: folder) }
            try SessionCommand.fit(session, folder: folder, json: json)
        }
    }
}
