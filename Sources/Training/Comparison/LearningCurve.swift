/// How the returns of an algorithm's runs on one task rose: at some steps the interquartile mean over the runs of the mean
/// return of the last episodes that had ended by then, with its interval.
public struct LearningCurve: Sendable {
    /// One point.
    public struct Point: Sendable {
        /// Environment steps.
        public var step: Int
        /// Over the runs.
        public var estimate: StratifiedBootstrap.Estimate
    }

    /// The points by step, up to the end of the shortest run; none before each run has ended an episode.
    public let points: [Point]

    /// Of runs on one task.
    ///
    /// - Parameters:
    ///   - count: How many points there are at most.
    ///   - window: Of how many episodes a mean is.
    public init(of runs: [ComparedRun], count: Int = 100, window: Int, bootstrap: StratifiedBootstrap) {
        let curves = runs.map { ReturnCurve($0.episodes, window: window) }
        let last = runs.map(\.steps).min() ?? 0
        points = (1...count).compactMap { index in
            let step = last * index / count
            let values = curves.compactMap { $0.mean(at: step) }
            guard !values.isEmpty, values.count == curves.count else { return nil }
            let estimate = bootstrap.estimate(of: ScoreTable(tasks: [values]), \.interquartileMean)
            return Point(step: step, estimate: estimate)
        }
    }
}
