import Datasets
import Environments
import GenerativeModels
import NeuralNetworks
import Random
import Storage
import TensorCore

/// Fits a generative model to a dataset, and writes the run folder.
public final class FitSession {
    let configuration: FitConfiguration
    /// The run's files.
    public let folder: RunFolder
    /// Held until the fit has ended.
    private let lock: FolderLock
    let data: FitData
    /// What was left out of the data, in sentences.
    public var notes: [String] { data.notes }
    let model: any GenerativeModel
    private let metrics: JSONLinesWriter
    private(set) var state: FitState
    /// The parameters with the best validation score.
    let best: Parameters
    let average: ExponentialMovingAverage?
    private var clock: FitClock
    /// Receives the progress and the learned parameters, which changes nothing.
    public var feed: FitFeed?
    /// Called after each epoch, and at the end with the parameters that the model is judged by. It must not change the
    /// model.
    public var observer: ((_ model: FittedModel, _ isLast: Bool) throws -> Void)?
    /// Called when all but the result is on disk, before the likelihood of the test rows, which may take long.
    public var didSave: (() -> Void)?
    private var scores: [Double] = []
    /// The model, if it has a score.
    let scored: (any ScoredModel)?
    /// The maximum learning rate of single optimisers, by name.
    private let learningRates: [String: Double]

    /// Reads the data, and makes the model and the run's folder.
    ///
    /// - Throws: `StorageError`, `FormatError`, ``Datasets/DatasetError`` for data that don't suit the model, or
    ///   ``GenerativeModels/ModelError`` for settings that don't.
    public convenience init(_ configuration: FitConfiguration, folder path: String, overwrite: Bool) throws {
        try RunFolder.requireFree(path, force: overwrite)
        let configuration = configuration.located()
        let data = try FitData(configuration)
        let model = try Self.model(configuration, data)
        let claim = try RunFolder.claim(creating: path, force: overwrite)
        try writeAtomically(configuration.tomlText, to: claim.folder.configurationPath, overwrite: false)
        try self.init(starting: configuration, claim, data, model)
    }

    /// Continues a fit from its last checkpoint; one that was stopped before its first starts from the beginning. It
    /// ends like one that was never stopped, bit for bit.
    ///
    /// - Parameter changes: What is changed on purpose. The changes are recorded in `metrics.jsonl`.
    /// - Throws: as ``init(_:folder:overwrite:)``, `FormatError` for a damaged checkpoint or log, or one of another
    ///   run, and ``TrainingError``.
    public convenience init(resuming path: String, changes: RunChanges = RunChanges()) throws {
        let claim = try RunFolder.claim(resuming: path)
        let saved = try FitConfiguration(contentsOf: claim.folder.configurationPath)
        try self.init(resuming: claim, saved, changes)
    }

    /// Continues a fit whose configuration has been read.
    convenience init(
        resuming claim: RunFolder.Claim, _ saved: FitConfiguration, _ changes: RunChanges = RunChanges()
    ) throws {
        let folder = claim.folder
        var configuration = saved
        try configuration.apply(assignments: changes.settings)
        let data = try FitData(configuration, of: folder.path)
        let model = try Self.model(configuration, data)
        guard let step = try folder.checkpointSteps().last else {
            try folder.removeLogs()
            try writeAtomically(configuration.tomlText, to: folder.configurationPath, overwrite: true)
            try self.init(starting: configuration, claim, data, model)
            return
        }
        let path = folder.checkpointPath(step: step)
        let checkpoint = try folder.readingCheckpoint(path) { try Checkpoint.open(path) }
        let earlier = try Checkpoint.identity(in: checkpoint.metadata, of: checkpoint.path)
        let differences = configuration.identity(data).differences(from: earlier)
        try changes.require(differences, in: folder.path)
        let members = configuration.changes(from: saved, differences)
        do {
            let (state, metrics) = try Self.restore(folder, checkpoint, model)
            if !members.isEmpty {
                try metrics.append(
                    [
                        "epoch": .integer(state.epoch), "updates": .integer(state.updates),
                        "changed": .object(members),
                    ])
            }
            try self.init(configuration, claim, data, model, metrics, state)
            // An average's variables exist from the start, the best parameters from the end of the first epoch.
            try folder.readingCheckpoint(path) { try Checkpoint.read(checkpoint, into: variables) }
            model.randomStates = state.randomStates
        } catch  where !differences.isEmpty {
            throw TrainingError.unsuitableChange(
                folder: folder.path, settings: differences.map(\.name), reason: "\(error).")
        }
        guard !members.isEmpty else { return }
        // A process that ends between these leaves a configuration that its checkpoint doesn't know, which is told.
        try removeFile(folder.summaryPath)
        try writeAtomically(configuration.tomlText, to: folder.configurationPath, overwrite: true)
        try writeCheckpoint(again: true)
    }

    /// Continues the fit in a folder if there is one, and starts it otherwise.
    ///
    /// - Parameter changes: What is changed in a fit that is continued.
    /// - Throws: as the other two initialisers.
    public convenience init(
        continuing configuration: FitConfiguration, folder path: String, changes: RunChanges = RunChanges()
    ) throws {
        switch try RunFolder.content(of: path) {
        case .run: try self.init(resuming: path, changes: changes)
        case .nothing: try self.init(configuration, folder: path, overwrite: false)
        }
    }

    private convenience init(
        starting configuration: FitConfiguration, _ claim: RunFolder.Claim, _ data: FitData,
        _ model: any GenerativeModel
    ) throws {
        let metrics = try JSONLinesWriter(creating: claim.folder.metricsPath)
        try self.init(
            configuration, claim, data, model, metrics, FitState(randomStates: model.randomStates))
        if let score = try score() { (state.firstScore, state.score) = (score, score) }
        try writeCheckpoint()
    }

    private init(
        _ configuration: FitConfiguration, _ claim: RunFolder.Claim, _ data: FitData, _ model: any GenerativeModel,
        _ metrics: JSONLinesWriter, _ state: FitState
    ) throws {
        (self.configuration, folder, lock, self.data) = (configuration, claim.folder, claim.lock, data)
        (self.model, self.metrics, self.state) = (model, metrics, state)
        clock = FitClock(folder, interval: configuration.fitting.checkpointSeconds)
        scored = model as? any ScoredModel
        learningRates = try configuration.fitting.learningRates(of: model.optimizerNames)
        best = model.parameters.copied()
        let decay = configuration.fitting.averaging
        average = decay > 0 ? ExponentialMovingAverage(of: model.parameters, decay: decay, biasCorrected: true) : nil
    }

    /// Fits the model for as many epochs as the settings say, and writes metrics, checkpoints and `summary.json`. If
    /// `shouldStop` returns true, it writes a checkpoint and stops. Then the folder is free for others.
    ///
    /// - Returns: the run's summary, see ``FitSummary``; nil if it was stopped.
    public func fit(_ progress: ProgressBar, shouldStop: () -> Bool = { false }) throws -> JSON? {
        defer { lock.release() }
        scores = scored == nil ? [] : [state.score]
        feed?.publish(model.variables, status)
        while state.epoch < epochs && !patienceIsOver && !updatesAreOver {
            guard try fitEpoch(progress, shouldStop) else {
                try writeCheckpoint()
                return nil
            }
            try finishEpoch()
            if scored != nil { scores.append(state.score) }
            progress.update(step: state.updates, metrics: progressMetrics)
            if clock.checkpointIsDue { try writeCheckpoint() }
            try withAverages { try observer?(FittedModel(fitting: configuration, model, to: data), false) }
        }
        progress.finish(step: state.updates, metrics: progressMetrics)
        try writeCheckpoint()
        useBest()
        feed?.publish(model.variables, status)
        try observer?(FittedModel(fitting: configuration, model, to: data), true)
        didSave?()
        if shouldStop() { return nil }
        let limit = configuration.fitting.testRows
        let test = limit > 0 ? data.test.prefix(limit) : data.test
        let likelihood = try FitSummary.likelihood(of: model, test, seed: UInt64(configuration.seed))
        let summary = FitSummary(
            configuration, run: folder.path, data, test: test, model, scoreKind, state, clock, likelihood
        ).json
        try writeAtomically("\(summary)\n", to: folder.summaryPath, overwrite: true)
        return summary
    }

    private var status: FitStatus {
        FitStatus(
            epochs: state.epoch, updates: state.updates, scoreTitle: scoreTitle, scores: scores,
            source: (configuration, data))
    }

    /// Fits the rest of an epoch; false if it was stopped.
    private func fitEpoch(_ progress: ProgressBar, _ shouldStop: () -> Bool) throws -> Bool {
        let stream = RandomStream(seed: UInt64(configuration.seed))
        var batches = Minibatches(
            rows: data.trainingCount, size: configuration.fitting.batchSize, stream: stream.split("batches"),
            from: .init(epoch: state.epoch, batch: state.batch))
        let draws = stream.split("draws")
        while batches.position.epoch == state.epoch && !updatesAreOver {
            if shouldStop() { return false }
            let rows = batches.next()
            try fit(data.batch(rows, random: draws.split(state.updates)), batches: batches.batchesPerEpoch)
            feed?.publishIfDue(model.variables, status)
            progress.update(step: state.updates, metrics: progressMetrics)
        }
        return true
    }

    private var progressMetrics: [Metric] {
        [("epoch", Double(state.epoch))] + (scored == nil ? [] : [("validation, \(scoreTitle):", state.score)])
    }

    private func fit(_ batch: DataRows, batches: Int) throws {
        var step = FitStep()
        (step.epoch, step.epochs, step.batch, step.batches) = (state.epoch, epochs, state.batch, batches)
        step.update = state.updates
        let fitting = configuration.fitting
        step.learningRate = fitting.learningRate(update: state.updates, of: updates)
        step.learningRates = learningRates.mapValues {
            fitting.learningRate(update: state.updates, of: updates, greatest: $0)
        }
        let measured = try model.fit(batch, step)
        try RunFaults.throwIfFound()
        guard measured.allSatisfy(\.value.isFinite) else { throw diverged(measured) }
        try average?.update()
        if state.batch == 0 { (state.totals, state.rows) = (measured.map { _ in 0 }, 0) }
        for (index, metric) in measured.enumerated() { state.totals[index] += metric.value * Double(batch.count) }
        metricNames = measured.map(\.name)
        state.rows += batch.count
        state.batch += 1
        state.updates += 1
    }

    private var metricNames: [String] = []

    func diverged(_ metrics: [Metric]) -> any Error {
        let wrong = metrics.first { !$0.value.isFinite }!
        return TrainingError.diverged(
            reason: "\(configuration.model) has diverged: its \(wrong.name) is \(wrong.value).", step: state.updates,
            checkpoint: (try? folder.lastCheckpointPath()) ?? folder.checkpointFolder)
    }

    private func finishEpoch() throws {
        let score = try score()
        state.score = score ?? 0
        state.epoch += 1
        if isBest(score) ?? (average != nil) {
            (state.bestScore, state.bestEpoch) = (state.score, state.epoch)
            try withAverages { best.copy(from: model.parameters) }
        }
        let means = zip(metricNames, state.totals).map { ($0, $1 / Double(state.rows)) }
        state.batch = 0
        let own = means.map { JSON.Member($0, .number($1)) }
        try metrics.append(
            .object(
                [.init("epoch", .integer(state.epoch)), .init("updates", .integer(state.updates))] + own
                    + (score.map { [.init("validation", .number($0))] } ?? [])))
    }

    /// Everything that a checkpoint holds: the parameters, their averages, the best ones, and the scale of the data.
    private var variables: Parameters {
        let groups: [(String, Parameters)] = [
            ("average", average?.state ?? [:]), (FittedModel.best, state.bestEpoch > 0 ? best : [:]),
            ("scaling", data.scaling.variables),
        ]
        return Parameters(
            model.variables.entries
                + groups.flatMap { name, group in group.entries.map { ("\(name).\($0.path)", $0.variable) } })
    }

    /// Writes the state after the last update, unless it has been written already.
    ///
    /// - Parameter again: Whether to replace a checkpoint of this update.
    private func writeCheckpoint(again: Bool = false) throws {
        let path = folder.checkpointPath(step: state.updates)
        try lock.requireHeld()
        guard again || !exists(path) else { return }
        try metrics.synchronize()
        (state.metricsLength, state.metricsChecksum) = (metrics.length, metrics.checksum)
        state.randomStates = model.randomStates
        try clock.writing {
            try Checkpoint.write(
                variables, states: [Checkpoint.trainingState: state.stateBytes()],
                metadata: [
                    "data": "\(data.description.json)", "updates": "\(state.updates)",
                    RunIdentity.metadataName: configuration.identity(data).text,
                ], to: path)
        }
        try folder.removeCheckpoints(keeping: 2)
    }
}
