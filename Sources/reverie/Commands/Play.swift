import ArgumentParser
import Environments
import Experience
import Scenes
import Viewer

struct Play: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Play an environment yourself, in the window.",
        discussion: """
            Arrow keys, Space and Enter play the actions with matching names, digits any action; the panel shows \
            which. Turn-based environments wait for a key; P pauses the others. F1 shows the keys of the window.

            EXAMPLE
              reverie play MinAtar/SpaceInvaders-v0
              reverie play Taxi-v4 --seed 3
            """)

    @Argument(
        help: "An environment's id; 'reverie list environments' shows them.", completion: Completions.environments)
    var environment: String

    @Option(parsing: .unconditional, help: "The first episode's seed. (default: 0)", transform: readCount)
    var seed = 0

    @OptionGroup var options: EnvironmentOptionFlags

    @Flag(help: "Start paused.")
    var paused = false

    @Option(
        parsing: .unconditional, help: "Close the window after this many refreshes, 60 per second.",
        transform: readCount)
    var frames: Int?

    mutating func validate() throws {
        environment = EnvironmentCatalog.canonical(environment)
        try require("--seed", seed, in: seedRange)
        try require("--frames", frames, in: 1...Int.max)
    }

    func run() throws {
        var settings = try options.values()
        // An agent learns faster with few actions; a person with a joystick wants all of its directions.
        let joystick = "full_action_space"
        let known = try EnvironmentCatalog.entry(environment).options
        if settings[joystick] == nil, known.contains(where: { $0.name == joystick }) { settings[joystick] = "true" }
        let world = try EnvironmentCatalog.make(environment, autoreset: .disabled, options: settings)
        warnOfMap(environment, settings)
        guard let controls = ActionControls(of: world) else {
            throw UsageError("the actions of \(environment), \(world.actionSpace), can't be played from a keyboard")
        }
        let scene = try AgentScene(
            title: environment, agent: Person(controls), environment: world, mode: .greedy, seed: UInt64(seed))
        var window = ViewerOptions()
        window.startsPaused = paused
        window.maximumFrames = frames
        // The process's main function runs this on the main thread, which window systems require.
        try MainActor.assumeIsolated { [window] in try ViewerWindow.run(scene, options: window) }
    }
}
