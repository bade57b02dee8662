import ArgumentParser
import Environments
import Experience
import Rollouts
import Scenes
import Storage
import Training
import Viewer

struct Watch: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Watch a run's agent or model, a recording, or an environment with a random agent in a window.",
        discussion: """
            Keys: Space pauses, . and , step, - and = change the speed, 0 plays in real time, U at full speed, R \
            starts a new episode, Shift-R repeats the seed, S saves a screenshot, F toggles full screen, F1 or ? \
            shows help, Q quits. For models, the keys from 1 on choose what --show names.

            EXAMPLE
              reverie watch runs/dqn-CartPole-v1-seed0
              reverie watch runs/rbm-mnist-seed0 --show weights
              reverie watch runs/conditional-rbm-mnist-seed0 --class 3
              reverie watch rollouts.npz
              reverie watch grid:four-rooms
            """)

    @Argument(
        help: ArgumentHelp(
            "A run's folder, a rollout (.npz) or an environment's id.", valueName: "run|rollout|environment"),
        completion: .file())
    var subject: String

    @Option(
        parsing: .unconditional, help: "The first episode's seed (default: a million after the run's).",
        transform: readCount)
    var seed: Int?

    @Flag(help: "Use the run's last checkpoint, even if its best evaluation's was kept.")
    var last = false

    @Flag(help: "Act as in training instead of greedily.")
    var stochastic = false

    @Option(help: "For models: what to show (default: the first that the model has).")
    var show: ModelView?

    @OptionGroup var drawing: DrawingFlags

    @OptionGroup var options: EnvironmentOptionFlags

    @OptionGroup var weights: WeightsFlags

    @OptionGroup var trust: TrustFlags

    @Flag(help: "Start paused.")
    var paused = false

    @Option(
        parsing: .unconditional, help: "Close the window after this many refreshes, 60 per second.",
        transform: readCount)
    var frames: Int?

    @Option(
        parsing: .unconditional,
        help: "Save a screenshot in the current folder after this many refreshes, as the S key does.",
        transform: readCount)
    var screenshotAfter: Int?

    func validate() throws {
        try require("--seed", seed, in: seedRange)
        try require("--frames", frames, in: 1...Int.max)
        try require("--screenshot-after", screenshotAfter, in: 1...Int.max)
    }

    func run() throws {
        let scene = try scene()
        var window = ViewerOptions()
        window.startsPaused = paused
        window.maximumFrames = frames
        window.screenshotAfter = screenshotAfter
        // The process's main function runs this on the main thread, which window systems require.
        try MainActor.assumeIsolated { [window] in try ViewerWindow.run(scene, options: window) }
    }

    private func scene() throws -> any ViewerScene {
        if isFolder(subject), try RunFolder.open(subject).maker == .fitting { return try model() }
        guard show == nil, drawing.label == nil, drawing.assignments.isEmpty else {
            throw UsageError("--show, --class and --set are for models from 'reverie fit'; \(subject) is not one")
        }
        return try !isFolder(subject) && subject.hasSuffix(".npz") ? recording() : agent()
    }

    private func model() throws -> any ViewerScene {
        guard !stochastic, weights.weights == nil, try options.values().isEmpty else {
            throw UsageError("--stochastic, --option and --weights are for agents, but \(subject) holds a model")
        }
        let model = try fittedModel(subject, last: last, assignments: drawing.assignments)
        let asked = show ?? (drawing.label == nil ? nil : .samples)
        let view = try ModelView.choice(asked, of: model.model, named: model.configuration.model)
        let watched = WatchedModel(model)
        try drawing.apply(to: watched, showing: view)
        return try ModelScene(
            watched, view: view, seed: seed.map { UInt64($0) } ?? UInt64(model.configuration.seed) &+ 1_000_000,
            history: FitHistory(of: RunFolder(opening: subject), scoreTitle: model.model.scoreTitle))
    }

    private func recording() throws -> any ViewerScene {
        guard seed == nil, !stochastic, weights.weights == nil, try options.values().isEmpty else {
            throw UsageError(
                "--seed, --stochastic, --option and --weights don't apply to a recording, which is replayed as it is")
        }
        let rollout = try Rollout(contentsOf: subject)
        let environment = try content(of: subject) {
            try EnvironmentCatalog.make(
                rollout.layout.environment, autoreset: .disabled, options: rollout.layout.environmentOptions,
                from: self.subject)
        }
        return try RolloutScene(rollout, path: subject, environment: environment)
    }

    private func agent() throws -> any ViewerScene {
        let subject = try Subject(subject, options: try options.values(), last: last, weights: weights)
        return try AgentScene(
            title: "\(subject.name) in \(subject.environmentID)", agent: subject.agent,
            environment: try subject.makeEnvironment(1, .disabled), mode: stochastic ? .explore : .greedy,
            seed: subject.evaluationSeed(seed))
    }
}
