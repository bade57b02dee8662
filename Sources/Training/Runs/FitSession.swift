import Dispatch
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
    private let scaling: Standardization
    private let metrics: JSONLinesWriter

    /// Reads the data, makes the model and the run's folder.
    ///
    /// - Throws: `StorageError`, `FormatError`, or ``FitError`` for data that don't suit the likelihood.
    public init(_ configuration: FitConfiguration, folder path: String, overwrite: Bool) throws {
        self.configuration = configuration
        let data = try ObservationDataset(rollout: configuration.dataset, seed: UInt64(configuration.seed))
        self.data = data
        scaling = try Self.scaling(configuration.settings.likelihood, data)
        model = VariationalAutoencoder(configuration.settings, width: data.width, seed: UInt64(configuration.seed))
        folder = try RunFolder(creating: path, force: overwrite)
        try writeAtomically(configuration.tomlText, to: folder.configurationPath, overwrite: false)
        metrics = try JSONLinesWriter(creating: folder.metricsPath)
    }

    private static func scaling(
        _ likelihood: VariationalAutoencoderSettings.Likelihood, _ data: ObservationDataset
    ) throws -> Standardization {
        if likelihood == .gaussian { return Standardization(data.training, width: data.width) }
        if let bad = (data.training + data.validation).first(where: { !(0...1).contains($0) }) {
            throw FitError(
                "a Bernoulli likelihood needs data from 0 to 1, and the data hold \(bad); use --set likelihood=gaussian"
            )
        }
        let zeros = [Float](repeating: 0, count: data.width)
        return Standardization(means: zeros, deviations: zeros.map { _ in 1 })
    }

    /// Goes through the data as often as the settings say; writes metrics, the checkpoint and `summary.json`.
    ///
    /// - Returns: run, model, dataset, seed, epochs, updates, seconds, and the bound in nats an observation on the
    ///   validation rows before and after.
    public func fit(_ progress: ProgressBar) throws -> JSON {
        let start = DispatchTime.now().uptimeNanoseconds
        let settings = configuration.settings
        let training = scaling.apply(data.training)
        let validation = scaling.apply(data.validation)
        let first = try bound(validation)
        var last = first
        var order = Array(0..<training.count / data.width)
        var random = RandomStream(seed: UInt64(configuration.seed)).split("batches")
        var updates = 0
        for epoch in 1...settings.epochs {
            random.shuffle(&order)
            var total = 0.0
            for batch in batches(order, size: settings.batchSize) {
                total += try model.fit(gather(training, batch)).nats * Double(batch.count)
                updates += 1
            }
            last = try bound(validation)
            let mean = total / Double(order.count) - scaling.logVolume
            try metrics.append(
                [
                    "epoch": .integer(epoch), "updates": .integer(updates), "trainBound": .number(mean),
                    "validBound": .number(last),
                ])
            progress.update(step: epoch, metrics: [("bound", last)])
        }
        progress.finish(step: settings.epochs, metrics: [("bound", last)])
        try metrics.synchronize()
        try write(updates: updates)
        let seconds = Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9
        let summary: JSON = [
            "run": .string(folder.path), "model": .string(configuration.model),
            "dataset": .string(configuration.dataset),
            "seed": .integer(configuration.seed), "epochs": .integer(settings.epochs), "updates": .integer(updates),
            "seconds": .number(seconds), "firstBound": .number(first), "validBound": .number(last),
        ]
        try writeAtomically("\(summary)\n", to: folder.summaryPath, overwrite: true)
        return summary
    }

    /// All whole batches of an order, and the rest.
    private func batches(_ order: [Int], size: Int) -> [ArraySlice<Int>] {
        stride(from: 0, to: order.count, by: size).map { order[$0..<min($0 + size, order.count)] }
    }

    private func gather(_ rows: [Float], _ indices: ArraySlice<Int>) -> [Float] {
        indices.flatMap { rows[$0 * data.width..<($0 + 1) * data.width] }
    }

    /// The mean bound of scaled rows, in nats an observation of the data as they were.
    private func bound(_ rows: [Float]) throws -> Double {
        let order = Array(0..<rows.count / data.width)
        var total = 0.0
        for batch in batches(order, size: configuration.settings.batchSize) {
            total += try model.bound(gather(rows, batch)).nats * Double(batch.count)
        }
        return total / Double(order.count) - scaling.logVolume
    }

    private func write(updates: Int) throws {
        let scale: [(String, Variable)] = [
            ("scaling.means", Variable(scaling.means, shape: [data.width], name: "means")),
            ("scaling.deviations", Variable(scaling.deviations, shape: [data.width], name: "deviations")),
        ]
        let variables = Parameters(model.variables.entries + scale)
        let shape = data.shape.map(String.init).joined(separator: ",")
        try Checkpoint.write(
            variables, metadata: ["shape": shape, "updates": "\(updates)"], to: folder.checkpointPath(step: updates))
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
    private let scaling: Standardization

    /// Opens a run.
    ///
    /// - Throws: `StorageError`, `FormatError`, ``Configuration/ConfigurationError`` or ``TensorCore/TensorError``.
    public init(run path: String) throws {
        let folder = try RunFolder(opening: path)
        configuration = try FitConfiguration(contentsOf: folder.configurationPath)
        let checkpoint = try folder.lastCheckpointPath()
        let reader = try TensorFileReader(path: checkpoint)
        guard let entry = reader.entry(named: "scaling.means"), entry.shape.count == 1, entry.shape[0] > 0 else {
            throw TensorError.missingVariable(name: "scaling.means", file: checkpoint)
        }
        width = entry.shape[0]
        shape = (reader.metadata["shape"] ?? "").split(separator: ",").compactMap { Int($0) }
        model = VariationalAutoencoder(configuration.settings, width: width, seed: UInt64(configuration.seed))
        let means = Variable(zeros: [width], name: "means"), deviations = Variable(zeros: [width], name: "deviations")
        let scale: [(String, Variable)] = [("scaling.means", means), ("scaling.deviations", deviations)]
        try Checkpoint.read(checkpoint, into: Parameters(model.variables.entries + scale))
        scaling = Standardization(means: means.values, deviations: deviations.values)
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
