/// Compares algorithms on tasks: the summaries of ``ScoreTable`` with intervals from ``StratifiedBootstrap``.
public struct Comparison: Sendable {
    /// A value with its interval.
    public typealias Estimate = StratifiedBootstrap.Estimate

    /// An algorithm with its scores on the tasks that it was run on.
    public struct Algorithm: Sendable {
        public var name: String
        /// The numbers of its tasks, ascending.
        public var tasks: [Int]
        /// The scores on these tasks, in the same order.
        public var scores: ScoreTable

        /// - Precondition: there are scores for every task.
        public init(name: String, tasks: [Int], scores: ScoreTable) {
            precondition(
                tasks.count == scores.tasks.count, "\(scores.tasks.count) lists of scores for \(tasks.count) tasks")
            (self.name, self.tasks, self.scores) = (name, tasks, scores)
        }

        /// Its scores on some of its tasks.
        fileprivate func scores(on chosen: [Int]) -> ScoreTable {
            ScoreTable(tasks: chosen.map { task in scores.tasks[tasks.firstIndex(of: task)!] })
        }
    }

    /// The results of one algorithm.
    public struct Summary: Sendable {
        /// The mean over tasks of the mean over runs.
        public var mean: Estimate
        /// The median over tasks of the mean over runs.
        public var median: Estimate
        /// The interquartile mean of all scores.
        public var interquartileMean: Estimate
        /// Nil without a threshold.
        public var optimalityGap: Estimate?
    }

    /// The probability that a run of the first algorithm scores higher than a run of the second.
    public struct Improvement: Sendable {
        /// The number of the first algorithm.
        public var first: Int
        /// The number of the second algorithm.
        public var second: Int
        /// The probability over the tasks that both were run on.
        public var probability: Estimate
    }

    public let algorithms: [Algorithm]
    /// γ of the optimality gap; nil for none.
    public let threshold: Double?
    /// How the intervals are made.
    public let bootstrap: StratifiedBootstrap

    public init(_ algorithms: [Algorithm], threshold: Double?, bootstrap: StratifiedBootstrap) {
        (self.algorithms, self.threshold, self.bootstrap) = (algorithms, threshold, bootstrap)
    }

    /// A summary for each algorithm.
    public var summaries: [Summary] {
        algorithms.map { algorithm in
            let estimates = bootstrap.estimates(of: [algorithm.scores]) { [threshold] tables in
                let table = tables[0]
                return [table.mean, table.median, table.interquartileMean]
                    + (threshold.map { [table.optimalityGap(threshold: $0)] } ?? [])
            }
            return Summary(
                mean: estimates[0], median: estimates[1], interquartileMean: estimates[2],
                optimalityGap: estimates.count > 3 ? estimates[3] : nil)
        }
    }

    /// One for each pair of algorithms that share a task, in order.
    public var improvements: [Improvement] {
        algorithms.indices.flatMap { first in
            algorithms.indices.dropFirst(first + 1).compactMap { second in
                let (ours, theirs) = (algorithms[first], algorithms[second])
                let shared = ours.tasks.filter(theirs.tasks.contains)
                guard !shared.isEmpty else { return nil }
                let estimates = bootstrap.estimates(of: [ours.scores(on: shared), theirs.scores(on: shared)]) {
                    [$0[0].probabilityOfImprovement(over: $0[1])]
                }
                return Improvement(first: first, second: second, probability: estimates[0])
            }
        }
    }

    /// Performance profiles: for each algorithm, the share of runs that score above each threshold.
    public func profiles(above thresholds: [Double]) -> [[Estimate]] {
        algorithms.map { algorithm in
            bootstrap.estimates(of: [algorithm.scores]) { tables in
                thresholds.map { tables[0].shareOfRuns(above: $0) }
            }
        }
    }

    /// For each algorithm, the share of tasks whose mean score is above each threshold.
    public func averageProfiles(above thresholds: [Double]) -> [[Estimate]] {
        algorithms.map { algorithm in
            bootstrap.estimates(of: [algorithm.scores]) { tables in
                thresholds.map { tables[0].shareOfTasks(above: $0) }
            }
        }
    }

    /// Evenly spaced thresholds for profiles, from below the lowest score to above the highest, so that profiles begin
    /// with 1 and end with 0.
    public func thresholds(count: Int = 101) -> [Double] {
        let scores = algorithms.flatMap(\.scores.scores)
        let (least, most) = (scores.min() ?? 0, scores.max() ?? 1)
        let distance = most - least
        let margin =
            least == most ? max(0.5, abs(least) / 1e6) : distance.isFinite ? distance / 20 : most / 20 - least / 20
        let (low, high) = (max(least - margin, -.greatestFiniteMagnitude), min(most + margin, .greatestFiniteMagnitude))
        return (0..<count).map { index in
            let part = Double(index) / Double(count - 1)
            return (high - low).isFinite ? low + (high - low) * part : low * (1 - part) + high * part
        }
    }
}
