/// Why a run can't be trained.
public enum TrainingError: Error, Hashable, Sendable {
    /// The run's environments can't be saved, so that there is nothing to go on from.
    case notResumable(folder: String, environment: String, checkpoint: String)
    /// What is learned has become numbers that are none, or infinite.
    case diverged(reason: String, step: Int, checkpoint: String)
}

extension TrainingError: CustomStringConvertible {
    /// A sentence for the user: what is wrong and what to try next.
    public var description: String {
        switch self {
        case .notResumable(let folder, let environment, let checkpoint):
            "\(folder) can't go on: \(environment) can't save its state. What was learned is there to evaluate and to watch; "
                + "a new run can start from it with --weights \(checkpoint) --ignore-extra"
        case .diverged(let reason, let step, let checkpoint):
            "\(reason) That was at step \(step); the last checkpoint, from before, is \(checkpoint). Resumed, the run would go "
                + "the same way again: start another with other settings."
        }
    }
}
