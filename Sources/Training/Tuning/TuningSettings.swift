import Configuration

/// How a tuner searches.
public struct TuningSettings: Configurable, Hashable {
    /// How trials are chosen to run on.
    public enum Method: String, SettingChoice {
        /// The best of every few go on, several times as long; see ``TrialSchedule``.
        case halving
        /// All trials run to the end.
        case random
    }

    @Setting("search: successive halving, or random") public var method = Method.halving
    /// The first trial has the settings that the search starts from.
    @Setting(1...100_000, "settings to try, the given ones among them") public var trials = 27
    @Setting(2...1000, "trials of which one goes on") public var reduction = 3
    /// Each but the last is 1 / ``reduction`` as long as the next.
    @Setting(0...20, "lengths of runs in successive halving; 0: up to 3, as there are trials for")
    public var rungs = 0
    /// Steps of an agent or epochs of a model.
    @Setting(0...1_000_000_000_000, "length of the longest runs; 0: as in the settings") public var length = 0
    /// From 1,000 up: presets are judged on the seeds below, on which nothing is tuned.
    @Setting(1000...Int.max, "seeds of each trial's runs") public var seeds = [1000, 1001, 1002]
    @Setting(1...100_000, "greedy episodes of a run that its score is the mean return of") public var episodes = 20
    @Setting(0...Int.max, "seed of the settings that are tried") public var seed = 0

    public init() {}

    /// The number of rungs.
    var rungCount: Int {
        guard method == .halving else { return 1 }
        let most = TrialSchedule.mostRungs(trials: trials, reduction: reduction)
        return rungs == 0 ? min(3, most) : min(rungs, most)
    }
}
