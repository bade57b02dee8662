import Storage

/// Why a run can't be trained.
public enum TrainingError: Error, Hashable, Sendable {
    /// The run's environments can't be saved, so it can't be resumed.
    case notResumable(folder: String, environment: String, checkpoint: String)
    /// A learned parameter has become infinite or NaN.
    case diverged(reason: String, step: Int, checkpoint: String)
}

extension TrainingError: CustomStringConvertible {
    /// A sentence for the user: what is wrong and what to try next.
    public var description: String {
        switch self {
        case .notResumable(let folder, let environment, let checkpoint):
            "\(folder) can't be resumed: \(environment) can't save its state. "
                + "The agent can still be evaluated and watched; "
                + "a new run can start from its parameters with --weights \(shellQuoted(checkpoint)) --ignore-extra"
        case .diverged(let reason, let step, let checkpoint):
            "\(reason) That was at step \(step); the last checkpoint before it is \(checkpoint). "
                + "Resuming would diverge in the same way; "
                + "start a new run with other settings."
        }
    }
}
