import Agents
import ArgumentParser
import Configuration
import Environments
import Foundation
import Storage
import Training

struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train an agent, headless.",
        discussion: """
            Settings come from the preset of the agent and environment where there is one, then from a file, then from \
            flags. Everything that the run makes is in its folder: config.toml, metrics.jsonl, episodes.csv, \
            TensorBoard events, checkpoints and summary.json.

            EXAMPLE
              reverie train dqn CartPole-v1 --seed 3 --set learningRate=0.001
              reverie train reinforce CartPole-v1 --episodes 1000 --json
            """)

    @Argument(help: "An agent's name; 'reverie list agents' shows them.")
    var agent: String

    @Argument(help: "An environment's id; 'reverie list environments' shows them.")
    var environment: String

    @Option(help: "Environment steps to train for.")
    var steps: Int?

    @Option(help: "Episodes after which training ends earlier.")
    var episodes: Int?

    @Option(help: "The seed of every random stream.")
    var seed: Int?

    @Option(help: "Environments stepped side by side.")
    var environments: Int?

    @Option(name: .customLong("run"), help: "The run's folder (default: runs/AGENT-ENVIRONMENT-seedN).")
    var folder: String?

    @Option(help: "A preset by name, or 'none' for the defaults; 'reverie list presets' shows them.")
    var preset: String?

    @Option(help: "A TOML file of settings, like a run's config.toml.")
    var config: String?

    @Option(name: .customLong("set"), help: ArgumentHelp("A setting of the agent; may be repeated.", valueName: "key=value"))
    var assignments: [String] = []

    @OptionGroup var options: EnvironmentOptionFlags

    @Flag(help: "Replace the run's folder where it exists.")
    var force = false

    @Flag(help: "Print one JSON object at the end.")
    var json = false

    func run() throws {
        let run = try TrainingRun(try experiment())
        let name = "\(run.experiment.agent)-\(run.experiment.environment)-seed\(run.run.seed)"
        let path = folder ?? joinPath("runs", name.replacing("/", with: "-").replacing(":", with: "-"))
        let session = try TrainingSession(run, folder: path, overwrite: force)
        let summary = try session.train()
        if json {
            print(summary)
        } else {
            print(session.report(summary))
            print("Next: reverie evaluate \(path)   or   reverie watch \(path)")
        }
    }

    /// Defaults, preset, file and flags, in this order.
    private func experiment() throws -> Experiment {
        var experiment = try base()
        experiment.agent = agent
        experiment.environment = environment
        if let config {
            let file = try Experiment(contentsOf: config)
            experiment = experiment.overlaid(with: file)
            guard file.agent == agent, file.environment == environment else {
                throw ValidationError("\(config) is for \(file.agent) in \(file.environment), not for \(agent) in \(environment).")
            }
        }
        for (name, value) in [("steps", steps), ("episodes", episodes), ("seed", seed), ("environments", environments)] {
            if let value { experiment.run.set(name, .integer(value), source: "--\(name)") }
        }
        for text in assignments {
            let (name, value) = try SettingValue.assignment(text)
            experiment.settings.set(name, value, source: "--set \(text)")
        }
        for (name, value) in try options.values() { experiment.environmentOptions.set(name, .text(value), source: "--option") }
        return experiment
    }

    private func base() throws -> Experiment {
        if preset == "none" { return Experiment(agent: agent, environment: environment) }
        let library = PresetLibrary(folder: try Assets.path("presets"))
        if let preset {
            let found = try library.preset(named: preset)
            guard found.agent == agent, found.environment == environment else {
                throw ValidationError(
                    "The preset '\(preset)' is for \(found.agent) in \(found.environment), not for \(agent) in \(environment).")
            }
            return found
        }
        return try library.preset(agent: agent, environment: environment) ?? Experiment(agent: agent, environment: environment)
    }
}
