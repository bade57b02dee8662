import Agents
import ArgumentParser
import Configuration
import Environments
import Storage
import Training

/// Where the settings of an agent in an environment come from: a preset, a file, flags.
struct ExperimentFlags: ParsableArguments {
    @Option(help: "A preset by name, or 'none' for the defaults; 'reverie list presets' shows them.")
    var preset: String?

    @Option(
        help: "A TOML file of some or all settings, like a run's config.toml.", completion: .file(extensions: ["toml"]))
    var config: String?

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "A setting of the agent; may be repeated. 'reverie list agents AGENT' shows them.", valueName: "key=value"))
    var assignments: [String] = []

    /// The preset and the settings file, if there are any.
    ///
    /// - Parameter usual: Whether the preset for the agent and the environment is used if none is named.
    func layers(of agent: String, in environment: String, usual: Bool = true) throws -> [Experiment] {
        var layers: [Experiment] = []
        if preset != "none", usual || preset != nil {
            let library = PresetLibrary(folder: try presetFolder())
            if let preset {
                layers.append(
                    try checked("the preset '\(preset)'", agent, environment) { try library.preset(named: preset) })
            } else if let found = try library.preset(agent: agent, environment: environment) {
                layers.append(try checked("the preset", agent, environment) { found })
            }
        }
        if let config {
            layers.append(
                try checked(config, agent, environment) {
                    try Experiment(partsOf: config, agent: agent, environment: environment)
                })
        }
        return layers
    }

    private func presetFolder() throws -> String {
        do {
            return try Assets.path("presets")
        } catch EnvironmentError.missingAssets(let tried) {
            complain("to start from the defaults instead of a preset, give --preset none")
            throw EnvironmentError.missingAssets(tried: tried)
        }
    }

    /// Reads an experiment and checks its settings while errors can still name the file.
    private func checked(
        _ name: String, _ agent: String, _ environment: String, _ read: () throws -> Experiment
    ) throws -> Experiment {
        let experiment = try read()
        guard experiment.agent == agent, experiment.environment == environment else {
            throw UsageError(
                "\(name) is for \(experiment.agent) in \(experiment.environment), not for \(agent) in \(environment)")
        }
        return try content(of: name) {
            _ = try TrainingRun(agent: agent, environment: environment, layers: [experiment])
            return experiment
        }
    }
}
