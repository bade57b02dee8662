/// Why a run can't be trained.
public enum TrainingError: Error, Hashable, Sendable {
    /// The run's environments can't be saved, so it can't be resumed.
    case notResumable(folder: String, environment: String, checkpoint: String)
    /// A learned parameter has become infinite or NaN.
    case diverged(reason: String, step: Int, checkpoint: String)
    /// The rewards of an evaluated episode add up to an infinity or to NaN.
    case infiniteReturn(episode: Int, seed: UInt64?, value: Double)
}

extension TrainingError: CustomStringConvertible {
    /// A sentence for the user: what is wrong and what to try next.
    public var description: String {
        switch self {
        case .notResumable(let folder, let environment, let checkpoint):
            "\(folder) can't be resumed: \(environment) can't save its state. "
                + "The agent can still be evaluated and watched; "
                + "a new run can start from its parameters with --weights \(checkpoint) --ignore-extra"
        case .diverged(let reason, let step, let checkpoint):
            "\(reason) That was at step \(step); the last checkpoint before it is \(checkpoint). "
                + "Resuming would diverge in the same way; "
                + "start a new run with other settings, such as a lower learning rate."
        case .infiniteReturn(let episode, let seed, let value):
            "episode \(episode)\(seed.map { ", of seed \($0)," } ?? "") has the return \(value), and there is no mean "
                + "with it. Look at the rewards of the environment: 'reverie trace' prints them."
        }
    }
}
