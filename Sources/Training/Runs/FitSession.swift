import Dispatch
import Environments
import GenerativeModels
import NeuralNetworks
import Random
import Storage
import TensorCore

/// A generative model, its data and its run folder: fits the one to the other.
public final class FitSession {
    private let configuration: FitConfiguration
    private let folder: RunFolder
    private let data: ObservationDataset
    private let model: VariationalAutoencoder
    private let scaling: Standardizer
    private let metrics: JSONLinesWriter
    private var state: FitState

    /// Checkpoints written over a run.
    private static let checkpointCount = 10

    /// Reads the data, makes the model and the run's folder.
    ///
    /// - Throws: `StorageError`, `FormatError`, or ``FitError`` for data that don't suit the likelihood.
    public convenience init(_ configuration: FitConfiguration, folder path: String, overwrite: Bool) throws {
        let data = try ObservationDataset(rollout: configuration.dataset, seed: UInt64(configuration.seed))
        let scaling = try Self.scaling(configuration.settings.likelihood, data)
        let folder = try RunFolder(creating: path, force: overwrite)
        try writeAtomically(configuration.tomlText, to: folder.configurationPath, overwrite: false)
        try self.init(starting: configuration, folder, data, scaling)
    }

    /// Goes on with a fit from its last checkpoint; one that was stopped before its first starts anew. It ends as one
    /// that was never stopped, bit for bit.
    ///
    /// - Throws: as ``init(_:folder:overwrite:)``, and `FormatError` for a damaged checkpoint or log.
    public convenience init(resuming path: String) throws {
        let folder = try RunFolder(opening: path)
        let configuration = try FitConfiguration(contentsOf: folder.configurationPath)
        let data = try ObservationDataset(rollout: configuration.dataset, seed: UInt64(configuration.seed))
        let scaling = try Self.scaling(configuration.settings.likelihood, data)
        guard let step = try folder.checkpointSteps().last else {
            try folder.removeLogs()
            try self.init(starting: configuration, folder, data, scaling)
            return
        }
        let checkpoint = try Checkpoint.open(folder.checkpointPath(step: step))
        var state = FitState()
        let bytes = try Checkpoint.bytes(named: Checkpoint.trainingState, in: checkpoint)
        try Checkpoint.locating(Checkpoint.trainingState, in: checkpoint) { () throws(EnvironmentError) in
            try state.restoreState(from: bytes)
        }
        let model = try Self.model(configuration, data)
        try Checkpoint.read(checkpoint, into: model.variables)
        model.randomStates = state.random.map { ($0.key, $0.position) }
        let metrics = try JSONLinesWriter(resuming: folder.metricsPath, at: state.metricsLength)
        self.init(configuration, folder, data, scaling, model, metrics, state)
    }

    /// Goes on with the fit in a folder if there is one, and starts it otherwise.
    ///
    /// - Throws: as the other two.
    public convenience init(continuing configuration: FitConfiguration, folder path: String) throws {
        if exists(joinPath(path, "config.toml")) {
            try self.init(resuming: path)
        } else {
            try self.init(configuration, folder: path, overwrite: true)
        }
    }

    private convenience init(
        starting configuration: FitConfiguration, _ folder: RunFolder, _ data: ObservationDataset,
        _ scaling: Standardizer
    ) throws {
        let model = try Self.model(configuration, data)
        let metrics = try JSONLinesWriter(creating: folder.metricsPath)
        self.init(configuration, folder, data, scaling, model, metrics, FitState())
        state.firstBound = try bound(scaling.apply(data.validation))
        state.validBound = state.firstBound
        try writeCheckpoint()
    }

    private init(
        _ configuration: FitConfiguration, _ folder: RunFolder, _ data: ObservationDataset, _ scaling: Standardizer,
        _ model: VariationalAutoencoder, _ metrics: JSONLinesWriter, _ state: FitState
    ) {
        (self.configuration, self.folder, self.data, self.scaling) = (configuration, folder, data, scaling)
        (self.model, self.metrics, self.state) = (model, metrics, state)
    }

    private static func model(_ configuration: FitConfiguration, _ data: ObservationDataset) throws
        -> VariationalAutoencoder
    {
        try VariationalAutoencoder(configuration.settings, width: data.width, seed: UInt64(configuration.seed))
    }

    private static func scaling(
        _ likelihood: VariationalAutoencoderSettings.Likelihood, _ data: ObservationDataset
    ) throws -> Standardizer {
        if likelihood == .gaussian { return Standardizer(data.training, width: data.width) }
        if let bad = (data.training + data.validation).first(where: { !(0...1).contains($0) }) {
            throw FitError(
                "a Bernoulli likelihood needs data from 0 to 1, and the data hold \(bad); use --set likelihood=gaussian"
            )
        }
        return .identity(width: data.width)
    }

    /// Times that the data is gone through.
    public var epochs: Int { configuration.settings.epochs }

    /// Goes through the data as often as the settings say, and writes metrics, checkpoints and `summary.json`; or until
    /// `shouldStop` says so, and writes a checkpoint.
    ///
    /// - Returns: run, model, dataset, seed, epochs, updates, seconds (of this process), and the bound in nats an
    ///   observation on the validation rows before and after; nil where it was stopped.
    public func fit(_ progress: ProgressBar, shouldStop: () -> Bool = { false }) throws -> JSON? {
        let start = DispatchTime.now().uptimeNanoseconds
        let (training, validation) = (scaling.apply(data.training), scaling.apply(data.validation))
        while state.epoch < epochs {
            guard try fitEpoch(training, shouldStop) else {
                try writeCheckpoint()
                return nil
            }
            try finishEpoch(rows: training.count / data.width, validation)
            progress.update(step: state.epoch, metrics: [("bound", state.validBound)])
            if state.epoch % max(1, epochs / Self.checkpointCount) == 0 { try writeCheckpoint() }
        }
        progress.finish(step: epochs, metrics: [("bound", state.validBound)])
        try metrics.synchronize()
        try writeCheckpoint()
        let seconds = Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9
        let summary: JSON = [
            "run": .string(folder.path), "model": .string(configuration.model),
            "dataset": .string(configuration.dataset), "seed": .integer(configuration.seed), "epochs": .integer(epochs),
            "updates": .integer(state.updates), "seconds": .number(seconds), "firstBound": .number(state.firstBound),
            "validBound": .number(state.validBound),
        ]
        try writeAtomically("\(summary)\n", to: folder.summaryPath, overwrite: true)
        return summary
    }

    /// Fits what is left of the epoch; false where it was stopped.
    private func fitEpoch(_ training: [Float], _ shouldStop: () -> Bool) throws -> Bool {
        var batches = Minibatches(
            rows: training.count / data.width, size: configuration.settings.batchSize,
            stream: RandomStream(seed: UInt64(configuration.seed)).split("batches"),
            from: .init(epoch: state.epoch, batch: state.batch))
        while batches.position.epoch == state.epoch {
            if shouldStop() { return false }
            let batch = batches.next()
            state.total += try model.fit(gather(training, batch)).nats * Double(batch.count)
            try RunFaults.throwIfFound()
            state.batch += 1
            state.updates += 1
        }
        return true
    }

    private func finishEpoch(rows: Int, _ validation: [Float]) throws {
        state.validBound = try bound(validation)
        state.epoch += 1
        let mean = state.total / Double(rows) - scaling.logVolume
        (state.batch, state.total) = (0, 0)
        try metrics.append([
            "epoch": .integer(state.epoch), "updates": .integer(state.updates), "trainBound": .number(mean),
            "validBound": .number(state.validBound),
        ])
    }

    /// All whole batches of an order, and the rest.
    private func batches(_ order: [Int]) -> [ArraySlice<Int>] {
        let size = configuration.settings.batchSize
        return stride(from: 0, to: order.count, by: size).map { order[$0..<min($0 + size, order.count)] }
    }

    private func gather(_ rows: [Float], _ indices: ArraySlice<Int>) -> [Float] {
        indices.flatMap { rows[$0 * data.width..<($0 + 1) * data.width] }
    }

    /// The mean bound of scaled rows, in nats an observation of the data as they were.
    private func bound(_ rows: [Float]) throws -> Double {
        let order = Array(0..<rows.count / data.width)
        var total = 0.0
        for batch in batches(order) { total += try model.bound(gather(rows, batch)).nats * Double(batch.count) }
        return total / Double(order.count) - scaling.logVolume
    }

    /// Writes the state after the last update; nothing where that is written already.
    private func writeCheckpoint() throws {
        let path = folder.checkpointPath(step: state.updates)
        guard !exists(path) else { return }
        try metrics.synchronize()
        state.metricsLength = metrics.length
        state.random = model.randomStates.map { RandomStream(key: $0.key, position: $0.counter) }
        let variables = Parameters(model.variables.entries + (["scaling": scaling.variables] as Parameters).entries)
        let shape = data.shape.map(String.init).joined(separator: ",")
        try Checkpoint.write(
            variables, states: [Checkpoint.trainingState: state.stateBytes()],
            metadata: ["shape": shape, "updates": "\(state.updates)"], to: path)
        try folder.removeCheckpoints(keeping: 2)
    }
}

/// Where a fit was at a checkpoint, besides the model's numbers.
private struct FitState: StateCodable {
    /// Epochs finished, and batches and the sum of bounds of the one under way.
    var epoch = 0, batch = 0, total = 0.0
    var updates = 0
    var firstBound = 0.0, validBound = 0.0
    var metricsLength = 0
    /// The random streams of fitting and of the bound.
    var random = [RandomStream](repeating: RandomStream(seed: 0), count: 2)

    mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(mark: "reverie.fit.1")
        try coder.code(&epoch, in: 0...1 << 62)
        try coder.code(&batch, in: 0...1 << 62)
        try coder.code(&total)
        try coder.code(&updates, in: 0...1 << 62)
        try coder.code(&firstBound)
        try coder.code(&validBound)
        try coder.code(&metricsLength, in: 0...1 << 62)
        for index in random.indices { try coder.code(&random[index]) }
    }
}

/// A fitted model, read back from its run folder.
public struct FittedModel {
    /// What the run was made from.
    public let configuration: FitConfiguration
    /// The number of elements of a row.
    public let width: Int
    /// The shape of one row's observation.
    public let shape: [Int]
    private let model: VariationalAutoencoder
    private let scaling: Standardizer

    /// Opens a run.
    ///
    /// - Throws: `StorageError`, `FormatError`, ``Configuration/ConfigurationError`` or ``TensorCore/TensorError``.
    public init(run path: String) throws {
        let folder = try RunFolder(opening: path)
        configuration = try FitConfiguration(contentsOf: folder.configurationPath)
        let checkpoint = try Checkpoint.open(folder.lastCheckpointPath())
        guard let entry = checkpoint.entry(named: "scaling.means"), entry.shape.count == 1, entry.shape[0] > 0 else {
            throw TensorError.missingVariable(name: "scaling.means", file: checkpoint.path)
        }
        let width = entry.shape[0]
        let shape = (checkpoint.metadata["shape"] ?? "").split(separator: ",").compactMap { Int($0) }
        guard shape.allSatisfy({ 1...width ~= $0 }), shape.reduce(1.0, { $0 * Double($1) }) == Double(width) else {
            throw FormatError(
                .safetensors, file: checkpoint.path, offset: 8, expected: "a shape of \(width) elements",
                found: "\(shape)")
        }
        (self.width, self.shape) = (width, shape)
        model = try VariationalAutoencoder(configuration.settings, width: width, seed: UInt64(configuration.seed))
        let scale = Standardizer.identity(width: width).variables
        try Checkpoint.read(
            checkpoint, into: Parameters(model.variables.entries + (["scaling": scale] as Parameters).entries))
        guard let scaling = Standardizer(scale) else {
            throw FormatError(
                .safetensors, file: checkpoint.path, offset: 0, expected: "deviations above 0",
                found: "\(scale.variables[1].values.min() ?? 0)")
        }
        self.scaling = scaling
    }

    /// New rows, (count, width) row-major, in the units of the data.
    public func sample(_ count: Int, seed: UInt64) throws -> [Float] {
        scaling.undo(try model.sample(count, seed: seed))
    }
}

/// Data that a model can't be fitted to.
public struct FitError: Error, Hashable, CustomStringConvertible {
    /// A sentence with the next thing to try.
    public let description: String

    init(_ description: String) { self.description = description }
}
