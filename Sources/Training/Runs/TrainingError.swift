import Storage

/// Why a run can't be trained.
public enum TrainingError: Error, Hashable, Sendable {
    /// The run's environments can't be saved, so it can't be resumed.
    case notResumable(folder: String, environment: String, checkpoint: String)
    /// A run is to be continued or used with something else than it was run with so far.
    case otherIdentity(folder: String, differences: [RunDifference])
    /// A checkpoint was written by a version that didn't say what it depends on.
    case noIdentity(checkpoint: String)
    /// The data of a fit are no longer where they were.
    case missingData(folder: String, reason: String)
    /// A run can't be continued with changed settings.
    case unsuitableChange(folder: String, settings: [String], reason: String)
    /// A learned parameter has become infinite or NaN.
    case diverged(reason: String, step: Int, checkpoint: String)
    /// The rewards of an evaluated episode add up to an infinity or to NaN.
    case infiniteReturn(episode: Int, seed: UInt64?, value: Double)
    /// A tuner was given no ranges, and the settings name none themselves.
    case nothingToTune(learner: String)
    /// A model has no score by which settings could be told apart.
    case noScoreToTune(learner: String)
}

extension TrainingError: CustomStringConvertible {
    /// A sentence for the user: what is wrong and what to try next.
    public var description: String {
        switch self {
        case .notResumable(let folder, let environment, let checkpoint):
            "\(folder) can't be resumed: \(environment) can't save its state. "
                + "The agent can still be evaluated and watched; "
                + "a new run can start from its parameters with --weights \(shellQuoted(checkpoint)) --ignore-extra"
        case .otherIdentity(let folder, let differences):
            "\(folder) is not what its checkpoint was trained with: "
                + differences.map(\.description).joined(separator: "; ") + Self.advice(folder, differences)
        case .noIdentity(let checkpoint):
            "\(checkpoint) was written by an earlier version, so its run can't be resumed. It can still be evaluated "
                + "and watched; a new run can start from its parameters with --weights \(shellQuoted(checkpoint)) "
                + "--ignore-extra"
        case .missingData(let folder, let reason):
            "the data of the run in \(folder) can't be found: \(reason). "
                + "If they have moved, write their new path into its config.toml (dataset, and folder for a name)."
        case .unsuitableChange(let folder, let settings, let reason):
            "the run in \(folder) can't go on with \(settings.joined(separator: ", ")): \(reason) "
                + "Start a new run with these settings instead."
        case .diverged(let reason, let step, let checkpoint):
            "\(reason) That was at step \(step); the last checkpoint before it is \(checkpoint). "
                + "Resuming would diverge in the same way; "
                + "start a new run with other settings."
        case .infiniteReturn(let episode, let seed, let value):
            "episode \(episode)\(seed.map { ", of seed \($0)," } ?? "") has the return \(value), and there is no mean "
                + "with it. Look at the rewards of the environment: 'reverie trace' prints them."
        case .noScoreToTune(let learner):
            "\(learner) has no score, so there is nothing to tune it by; 'reverie list models' shows the others"
        case .nothingToTune(let learner):
            "\(learner) names no ranges to tune; give some with --range, such as --range 'learningRate=1e-4..1e-1 log'"
        }
    }

    /// What to do about the differences.
    private static func advice(_ folder: String, _ differences: [RunDifference]) -> String {
        if differences.allSatisfy(\.isSetting) {
            let flags = differences.compactMap(\.flag).map { " " + $0 }
            return ". Restore config.toml, or continue with the change and have it recorded: "
                + "reverie resume \(shellQuoted(folder))" + flags.joined()
        }
        return ". Restore what has changed, or start a new run in another folder."
    }
}
