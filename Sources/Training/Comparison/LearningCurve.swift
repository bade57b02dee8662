/// The learning curve of an algorithm's runs on one task: at some steps, the interquartile mean over the runs of the
/// mean return of the last episodes that had ended by then, with its interval.
public struct LearningCurve: Sendable {
    public struct Point: Sendable {
        /// Environment steps.
        public var step: Int
        /// Over the runs.
        public var estimate: StratifiedBootstrap.Estimate
    }

    /// The points by step, up to the end of the shortest run, from when each run has finished an episode.
    public let points: [Point]

    /// The curve of runs on one task.
    ///
    /// - Parameters:
    ///   - count: The maximum number of points.
    ///   - window: The number of episodes that a mean is over.
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

    /// The curve of the greedy evaluations of runs on one task: at each step at which all of them were evaluated, the
    /// interquartile mean over the runs. Nil if there is no such step.
    public init?(evaluationsOf runs: [ComparedRun], bootstrap: StratifiedBootstrap) {
        let results = runs.map { run in
            Dictionary(run.evaluations.map { ($0.step, $0.meanReturn) }, uniquingKeysWith: { $1 })
        }
        let steps = results.first.map { $0.keys.sorted() } ?? []
        points = steps.compactMap { step in
            let values = results.compactMap { $0[step] }
            guard values.count == results.count else { return nil }
            return Point(
                step: step, estimate: bootstrap.estimate(of: ScoreTable(tasks: [values]), \.interquartileMean))
        }
        if points.isEmpty { return nil }
    }
}
