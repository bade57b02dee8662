import Datasets
import GenerativeModels
import NeuralNetworks
import Storage
import TensorCore

/// A fitted model, read from its run folder, with the best parameters if the fit kept them, else with the last.
public struct FittedModel {
    /// What the run was made from.
    public let configuration: FitConfiguration
    public let model: any GenerativeModel
    private let scaling: Standardizer
    /// The data, if they have been read.
    private let read: FitData?
    /// The checksum of the data that a run was fitted to, if it says so.
    private var checksum: String?
    private var run = ""

    /// The group of a checkpoint's entries that holds the best parameters.
    static let best = "best"

    /// Opens a run.
    ///
    /// - Parameters:
    ///   - last: Whether to use the last parameters in any case.
    ///   - assignments: Settings to change, as `name=value`, such as how a likelihood is estimated.
    /// - Throws: `StorageError`, `FormatError`, ``Configuration/ConfigurationError``, ``GenerativeModels/ModelError``
    ///   or ``TensorCore/TensorError``.
    public init(run path: String, last: Bool = false, assignments: [String] = []) throws {
        let folder = try RunFolder(opening: path)
        var configuration = try FitConfiguration(contentsOf: folder.configurationPath)
        let newest = try folder.lastCheckpointPath()
        let checkpoint = try folder.readingCheckpoint(newest) { try Checkpoint.open(newest) }
        (checksum, run) = (try configuration.requireIdentity(of: checkpoint.metadata, in: path), path)
        try configuration.apply(assignments: assignments)
        let data = try Dataset.Description(json: checkpoint.metadata["data"] ?? "", file: checkpoint.path)
        let model = try configuration.settings.makeModel(for: data, seed: UInt64(configuration.seed))
        let scale = Standardizer.identity(width: data.width).variables
        try Checkpoint.read(checkpoint, into: ["scaling": scale])
        try Checkpoint.read(checkpoint, into: model.variables)
        let best = [Self.best: model.parameters] as Parameters
        if !last, let first = best.entries.first, checkpoint.entry(named: first.path) != nil {
            try Checkpoint.read(checkpoint, into: best)
        }
        guard let scaling = Standardizer(scale) else {
            throw FormatError(
                .safetensors, file: checkpoint.path, offset: 0, expected: "standard deviations above 0",
                found: "\(scale.variables[1].values.min() ?? 0)")
        }
        (self.configuration, self.model, self.scaling, read) = (configuration, model, scaling, nil)
    }

    /// Wraps a model that is being fitted.
    init(fitting configuration: FitConfiguration, _ model: any GenerativeModel, to data: FitData) {
        (self.configuration, self.model, scaling, read) = (configuration, model, data.scaling, data)
    }

    /// Makes a new model for data that have been read.
    init(unfitted configuration: FitConfiguration, to data: FitData) throws {
        model = try configuration.settings.makeModel(for: data.description, seed: UInt64(configuration.seed))
        (self.configuration, scaling, read) = (configuration, data.scaling, data)
    }

    /// What a row is.
    public var data: Dataset.Description { model.data }

    /// Sampled rows, (count, width) row-major, in the units of the prepared data.
    ///
    /// - Parameter label: The class to sample; nil for any.
    /// - Throws: ``GenerativeModels/ModelError`` if the model can't sample, or there is no such class.
    public func sample(_ count: Int, class label: Int? = nil, seed: UInt64) throws -> [Float] {
        scaling.undo(try model.sample(count, class: label, name: configuration.model, seed: seed))
    }

    /// The model as one with a certain ability.
    ///
    /// - Throws: ``GenerativeModels/ModelError`` if it lacks the ability.
    public func ability<Ability>(_ type: Ability.Type, _ name: String) throws -> Ability {
        try model.ability(type, name, name: configuration.model)
    }

    /// The rows of a part of the data, as the model sees them.
    ///
    /// - Throws: as reading the data does, and ``TrainingError/otherIdentity(folder:differences:)`` if they are not
    ///   those that the run was fitted to.
    public func rows(_ part: Dataset.Part) throws -> DataRows { rows(part, of: try allData()) }

    private func allData() throws -> FitData {
        if let read { return read }
        let data = try FitData(configuration, of: run)
        try data.require(checksum: checksum, in: run)
        return data
    }

    private func rows(_ part: Dataset.Part, of data: FitData) -> DataRows {
        switch part {
        case .training: data.batch(0..<data.trainingCount, random: .init(seed: UInt64(configuration.seed)))
        case .validation: data.validation
        case .test: data.test
        }
    }

    /// The model's rows, (count, width), in the units of the prepared data.
    public func unscaled(_ rows: [Float]) -> [Float] { scaling.undo(rows) }

    /// The run, and the score and log p of the rows of a part as in `summary.json`; also the share of rows classified
    /// correctly, by a model that predicts classes or by a classifier of the codes.
    ///
    /// - Throws: as reading the data does, and ``GenerativeModels/ModelError`` if there are no codes or no labels.
    public func evaluation(
        _ part: Dataset.Part, limit: Int?, classifier: CodeClassifier? = nil, seed: UInt64
    ) throws -> JSON {
        let data = try allData()
        let rows = rows(part, of: data)
        let chosen = limit.map(rows.prefix) ?? rows
        let classes = try classifier.map { try told($0, chosen, data, seed: seed) } ?? told(chosen)
        let likelihood = try FitSummary.likelihood(of: model, chosen, seed: seed)
        let scored = model as? any ScoredModel
        let kind = scored?.scoreKind(of: chosen)
        let score = try scored.map { try $0.score(chosen) }.map { kind!.loss($0, logVolume: data.logVolume) }
        let members: [JSON.Member] = [
            .init("model", .string(configuration.model)), .init("dataset", .string(configuration.dataset)),
            .init("part", .string(part.rawValue)), .init("rows", .integer(chosen.count)),
            .init("score", .string(kind?.rawValue ?? "none")),
            .init("scoreUnit", kind.map { .string($0.unit(of: data.description)) } ?? .null),
            .init("\(part.rawValue)", score.map(JSON.number) ?? .null),
        ]
        let nats = FitSummary.members(
            part.rawValue, likelihood, chosen, data.description, logVolume: data.logVolume)
        return .object(members + nats + classes)
    }

    /// The share of labelled rows whose class the model predicts, if it predicts classes.
    private func told(_ rows: DataRows) throws -> [JSON.Member] {
        guard let model = model as? any ClassifyingModel, rows.labels.count == rows.count, !rows.isEmpty else {
            return []
        }
        let accuracy = rows.accuracy(of: try model.classLogProbabilities(rows), classes: model.data.classCount)
        return [.init("accuracy", .number(accuracy))]
    }

    private func told(
        _ classifier: CodeClassifier, _ judged: DataRows, _ data: FitData, seed: UInt64
    ) throws -> [JSON.Member] {
        let split = CodeClassifier.Split(
            training: rows(.training, of: data), validation: data.validation, judged: judged)
        let model = try ability((any EncodingModel).self, "encode rows")
        let result = try classifier.judge(model, split, seed: seed)
        return [
            .init("labels", .integer(result.labels)), .init("codeWidth", .integer(model.codeWidth)),
            .init("codeAccuracy", .number(result.codes)), .init("rowAccuracy", .number(result.rows)),
        ]
    }
}
