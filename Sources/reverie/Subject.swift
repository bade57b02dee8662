import Agents
import Configuration
import Environments
import Storage
import Training

/// An agent that can act: a trained one from a run, or a random one in an environment.
struct Subject {
    var agent: any Learner
    var name: String
    var environmentID: String
    var seed: UInt64
    var environmentOptions: [String: String]
    var makeEnvironment: (Int, AutoresetMode) throws -> any BatchedEnvironment

    /// The agent of a run: the one of its best evaluation if it was evaluated, otherwise that of its last checkpoint.
    ///
    /// - Parameters:
    ///   - last: whether to use the last checkpoint in any case.
    ///   - weights: a file with parameters that the agent acts by instead.
    /// - Throws: `StorageError` for a missing folder, ``DataError`` and others for damaged files.
    init(run path: String, last: Bool = false, weights: WeightsFlags? = nil) throws {
        let folder = try RunFolder.open(path, of: .training)
        let run = try content(of: folder.configurationPath) { try TrainingRun(contentsOf: folder.configurationPath) }
        agent = try content(of: folder.configurationPath) { try run.makeAgent(for: run.makeEnvironment(count: 1)) }
        let checkpoint =
            try !last && exists(folder.bestCheckpointPath)
            ? folder.bestCheckpointPath : folder.lastCheckpointPath()
        try content(of: checkpoint) { [agent] in
            try folder.readingCheckpoint(checkpoint) {
                try run.requireIdentity(of: checkpoint, in: path)
                try Checkpoint.read(checkpoint, into: agent)
            }
        }
        try weights?.naming { [agent] in try weights?.file()?.load(into: agent) }
        (name, environmentID, seed) = (run.agent, run.environment, UInt64(run.run.seed))
        environmentOptions = run.environmentOptions
        let statistics = try content(of: checkpoint) { try Checkpoint.statistics(in: checkpoint) }
        makeEnvironment = { count, autoreset in
            try content(of: checkpoint) {
                try run.makeEnvironment(count: count, autoreset: autoreset, statistics: statistics)
            }
        }
    }

    /// A random agent in an environment.
    ///
    /// - Parameter file: the file that names the environment; nil if the user does.
    init(environment id: String, options: [String: String], from file: String? = nil) throws {
        let id = EnvironmentCatalog.canonical(id)
        let environment = try EnvironmentCatalog.make(id, options: options, from: file)
        warnOfMap(id, options)
        agent = try RandomSettings().makeAgent(for: EnvironmentDescription(environment), seed: 0)
        (name, environmentID, seed) = ("random", id, 0)
        // A recording must find its files from any folder.
        environmentOptions = try EnvironmentCatalog.located(
            EnvironmentCatalog.storedOptions(options, of: id), of: id)
        makeEnvironment = { try EnvironmentCatalog.make(id, count: $0, autoreset: $1, options: options, from: file) }
    }

    /// A run by its folder, or an environment by its id.
    init(_ name: String, options: [String: String], last: Bool = false, weights: WeightsFlags? = nil) throws {
        let isEnvironment = (try? EnvironmentCatalog.entry(name)) != nil
        guard exists(name) || name.contains("/") && !isEnvironment else {
            guard weights?.weights == nil else {
                throw UsageError("--weights needs the agent of a run, but in \(name) a random agent acts")
            }
            try self.init(environment: name, options: options)
            return
        }
        guard options.isEmpty else {
            throw UsageError("--option is for environments, but \(name) is a run, which has its own options")
        }
        try self.init(run: name, last: last, weights: weights)
    }

    /// The seed of evaluation episodes, apart from the training's: a million after the run's, unless one is given.
    func evaluationSeed(_ given: Int?) -> UInt64 { given.map { UInt64($0) } ?? seed &+ 1_000_000 }
}
