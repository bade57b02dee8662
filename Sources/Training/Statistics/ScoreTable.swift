/// The scores of one algorithm: those of its runs on each task.
///
/// The summaries are those of Agarwal et al. 2021 ("Deep Reinforcement Learning at the Edge of the Statistical
/// Precipice") and of their library rliable. Its score matrices have equally many runs of each task; here the number
/// may differ between tasks.
public struct ScoreTable: Hashable, Sendable {
    /// One list per task, one score per run.
    public let tasks: [[Double]]

    /// A table of scores.
    ///
    /// - Precondition: there is at least one task, each task has a run, and scores are finite.
    public init(tasks: [[Double]]) {
        precondition(
            !tasks.isEmpty && tasks.allSatisfy { !$0.isEmpty },
            "a table of scores needs at least one task, and each task at least one score")
        precondition(tasks.allSatisfy { $0.allSatisfy(\.isFinite) }, "a score is not finite")
        self.tasks = tasks
    }

    /// The scores of all tasks.
    public var scores: [Double] { tasks.flatMap { $0 } }

    /// The mean score of each task.
    public var taskMeans: [Double] { tasks.map(Statistics.mean) }

    /// The mean over tasks of the mean over runs.
    public var mean: Double { Statistics.mean(taskMeans) }

    /// The median over tasks of the mean over runs.
    public var median: Double { Statistics.median(taskMeans) }

    /// The mean of the middle half of all scores; see ``Statistics/interquartileMean(_:)``.
    public var interquartileMean: Double { Statistics.interquartileMean(scores) }

    /// The average amount by which scores miss `threshold` (γ), where those above it count as γ: 0 is best.
    public func optimalityGap(threshold: Double) -> Double {
        threshold - Statistics.mean(scores.map { min($0, threshold) })
    }

    /// The share of all scores that are above `threshold` (τ): a point of the performance profile.
    public func shareOfRuns(above threshold: Double) -> Double { Self.share(of: scores, above: threshold) }

    /// The share of tasks whose mean score is above `threshold` (τ): a point of the profile of average scores.
    public func shareOfTasks(above threshold: Double) -> Double { Self.share(of: taskMeans, above: threshold) }

    private static func share(of values: [Double], above threshold: Double) -> Double {
        Double(values.count { $0 > threshold }) / Double(values.count)
    }

    /// The probability that a run of this algorithm scores higher than one of `other` on the same task, a tie counting
    /// half, averaged over the tasks: Mann and Whitney's U divided by the number of pairs.
    ///
    /// - Precondition: both have the same tasks, in the same order.
    public func probabilityOfImprovement(over other: ScoreTable) -> Double {
        precondition(
            tasks.count == other.tasks.count,
            "tables of \(tasks.count) and of \(other.tasks.count) tasks can't be compared")
        return Statistics.mean(
            zip(tasks, other.tasks).map { ours, theirs in
                var wins = 0.0
                for score in ours { for rival in theirs { wins += score > rival ? 1 : score == rival ? 0.5 : 0 } }
                return wins / Double(ours.count * theirs.count)
            })
    }

    /// The table of resampled scores: for each task, as many indices of its runs as it has runs.
    func resampled(_ indices: [[Int]]) -> ScoreTable {
        ScoreTable(tasks: zip(tasks, indices).map { scores, places in places.map { scores[$0] } })
    }
}
