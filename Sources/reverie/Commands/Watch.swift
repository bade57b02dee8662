import Agents
import ArgumentParser
import Environments
import Rollouts
import Storage
import Viewer

struct Watch: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Watch a run's agent, a recording, or an environment with a random agent in a window.",
        discussion: """
            Keys: Space pauses, . and , step, - and = change the speed, 0 is real time, U unlimited, R a new episode, \
            Shift-R the same seed again, S a screenshot, F full screen, F1 or ? help, Q quits.

            EXAMPLE
              reverie watch runs/dqn-CartPole-v1-seed0
              reverie watch rollouts.npz
              reverie watch grid:four-rooms
            """)

    @Argument(
        help: ArgumentHelp(
            "A run's folder, a rollout (.npz) or an environment's id.", valueName: "run|rollout|environment"))
    var subject: String

    @Option(help: "The first episode's seed.")
    var seed: UInt64?

    @Flag(help: "Act as in training instead of greedily.")
    var stochastic = false

    @OptionGroup var options: EnvironmentOptionFlags

    @Flag(help: "Start paused.")
    var paused = false

    @Option(help: "Close the window after so many refreshes, 60 a second.")
    var frames: Int?

    @Option(help: "Take a screenshot after so many refreshes, as the S key does.")
    var screenshotAfter: Int?

    func run() throws {
        let scene = try scene()
        var window = ViewerOptions()
        window.startsPaused = paused
        window.maximumFrames = frames
        window.screenshotAfter = screenshotAfter
        // The process's main function runs this on the main thread, where window systems want to be spoken to.
        try MainActor.assumeIsolated { [window] in try ViewerWindow.run(scene, options: window) }
    }

    private func scene() throws -> any ViewerScene {
        if !isFolder(subject), subject.hasSuffix(".npz") {
            let rollout = try Rollout(contentsOf: subject)
            let options = RolloutOptions.environmentOptions(rollout)
            let environment = try EnvironmentCatalog.make(
                rollout.layout.environment, autoreset: .disabled, options: options)
            return try RolloutScene(rollout, path: subject, environment: environment)
        }
        let subject = try Subject(subject, options: try options.values())
        return try AgentScene(
            title: "\(subject.name) in \(subject.environmentID)", agent: subject.agent,
            environment: try subject.makeEnvironment(1, .disabled), mode: stochastic ? .explore : .greedy,
            seed: subject.evaluationSeed(seed))
    }
}
