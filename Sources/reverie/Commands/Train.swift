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

    @Option(
        name: .customLong("set"), help: ArgumentHelp("A setting of the agent; may be repeated.", valueName: "key=value")
    )
    var assignments: [String] = []

    @OptionGroup var options: EnvironmentOptionFlags

    @Flag(help: "Replace the run's folder where it exists.")
    var force = false

    @Flag(help: "Go on with the run in the folder where there is one, by its own settings.")
    var resume = false

    @Flag(help: "Print one JSON object at the end.")
    var json = false

    func run() throws {
        let run = try TrainingRun(agent: agent, environment: environment, layers: try layers(), flags: try flags())
        let path = folder ?? RunFolder.usualPath(agent: agent, environment: environment, seed: UInt64(run.run.seed))
        let session =
            resume
            ? try TrainingSession(continuing: run, folder: path)
            : try TrainingSession(run, folder: path, overwrite: force)
        try SessionCommand.train(session, folder: path, json: json)
    }

    /// The preset and the file, where there are such.
    private func layers() throws -> [Experiment] {
        var layers: [Experiment] = []
        if preset != "none" {
            let library = PresetLibrary(folder: try Assets.path("presets"))
            if let preset {
                layers.append(try checked(try library.preset(named: preset), "The preset '\(preset)'"))
            } else if let usual = try library.preset(agent: agent, environment: environment) {
                layers.append(usual)
            }
        }
        if let config { layers.append(try checked(try Experiment(contentsOf: config), config)) }
        return layers
    }

    private func checked(_ experiment: Experiment, _ name: String) throws -> Experiment {
        guard experiment.agent == agent, experiment.environment == environment else {
            throw ValidationError(
                "\(name) is for \(experiment.agent) in \(experiment.environment), not for \(agent) in \(environment).")
        }
        return experiment
    }

    private func flags() throws -> TrainingRun.Flags {
        var flags = TrainingRun.Flags()
        let numbers = [("steps", steps), ("episodes", episodes), ("seed", seed), ("environments", environments)]
        for (name, value) in numbers { flags.run[name] = value }
        flags.settings = assignments
        flags.environmentOptions = try options.values()
        return flags
    }
}
