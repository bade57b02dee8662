import ArgumentParser
import Configuration
import Environments
import Storage
import Training

/// Options of an environment, as `--option name=value`.
struct EnvironmentOptionFlags: ParsableArguments {
    @Option(
        name: .customLong("option"),
        help: ArgumentHelp("An option of the environment; may be repeated.", valueName: "name=value"))
    var assignments: [String] = []

    func values() throws -> [String: String] {
        var result: [String: String] = [:]
        for text in assignments {
            guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
                throw ValidationError("--option takes name=value, such as is_slippery=false, not '\(text)'.")
            }
            result[String(text[..<equals])] = String(text[text.index(after: equals)...])
        }
        return result
    }
}

/// An agent that can act: a trained one out of a run, or a random one in an environment.
struct Subject {
    var agent: any Agent
    var name: String
    var environmentID: String
    var seed: UInt64
    var makeEnvironment: (Int, AutoresetMode) throws -> any BatchedEnvironment

    /// Opens a run folder, or an environment by its id.
    init(_ name: String, options: EnvironmentOptionFlags) throws {
        if isFolder(name) {
            let folder = try RunFolder(opening: name)
            let run = try TrainingRun(try Experiment(contentsOf: folder.configurationPath))
            let environment = try run.makeEnvironment(count: 1)
            agent = try run.makeAgent(for: environment)
            let checkpoint = try folder.latestCheckpoint()
            try Checkpoint.read(checkpoint, into: agent.variables)
            (self.name, environmentID, seed) = (run.experiment.agent, run.experiment.environment, UInt64(run.run.seed))
            makeEnvironment = { try run.makeEnvironment(count: $0, autoreset: $1) }
            guard options.assignments.isEmpty else {
                throw ValidationError("--option applies to an environment; the run \(folder.path) has its own options.")
            }
        } else if name.contains("/"), !exists(name) {
            throw StorageError(path: name, operation: "open the run", reason: .missing)
        } else {
            let values = try options.values()
            let environment = try EnvironmentCatalog.make(name, options: values)
            agent = try RandomSettings().makeAgent(for: EnvironmentDescription(environment), seed: 0)
            (self.name, environmentID, seed) = ("random", name, 0)
            makeEnvironment = { try EnvironmentCatalog.make(name, count: $0, autoreset: $1, options: values) }
        }
    }

    /// The seed of episodes that aren't the training's: a million after the run's own, unless one is given.
    func evaluationSeed(_ given: UInt64?) -> UInt64 { given ?? seed + 1_000_000 }
}

import Agents
