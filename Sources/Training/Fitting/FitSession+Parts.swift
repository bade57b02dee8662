import Environments
import GenerativeModels
import Storage
import TensorCore

/// What a fit is put together from.
extension FitSession {
    /// Restores the state of a fit, and continues its log where the checkpoint was written.
    static func restore(
        _ folder: RunFolder, _ checkpoint: TensorFileReader, _ model: any GenerativeModel
    ) throws -> (state: FitState, metrics: JSONLinesWriter) {
        var state = FitState(randomStates: model.randomStates)
        try folder.readingCheckpoint(checkpoint.path) {
            let bytes = try Checkpoint.bytes(named: Checkpoint.trainingState, in: checkpoint)
            try Checkpoint.locating(Checkpoint.trainingState, in: checkpoint) { () throws(EnvironmentError) in
                try state.restoreState(from: bytes)
            }
        }
        let (length, checksum) = (state.metricsLength, state.metricsChecksum)
        try RunFolder.requireContent(of: folder.metricsPath, length: length, checksum: checksum)
        return (state, try JSONLinesWriter(resuming: folder.metricsPath, at: length, checksum: checksum))
    }

    /// The model, if it suits the data and the settings of fitting.
    static func model(_ configuration: FitConfiguration, _ data: FitData) throws -> any GenerativeModel {
        let model = try configuration.settings.makeModel(for: data.description, seed: UInt64(configuration.seed))
        let fitting = configuration.fitting
        guard fitting.patience == 0 || fitting.keepBest else {
            throw ModelError.setting(
                "patience", value: "\(fitting.patience)",
                expected: "0 with keepBest = false, which keeps the last parameters")
        }
        let kind = (model as? any ScoredModel)?.scoreKind
        guard fitting.patience == 0 || kind?.selects == true else {
            let reason = kind.map { "'s score (\($0.title)) doesn't tell which is best" } ?? " has no score"
            throw ModelError.setting(
                "patience", value: "\(fitting.patience)", expected: "0, since \(configuration.model)\(reason)")
        }
        // Checked before the folder is made.
        _ = try fitting.learningRates(of: model.optimizerNames)
        return model
    }
}
