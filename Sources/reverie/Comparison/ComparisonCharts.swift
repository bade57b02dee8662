import Graphics
import Storage
import Training

/// The charts of a comparison.
enum ComparisonCharts {
    /// The learning curves on the only task: the interquartile mean over runs by step, with its interval as a band.
    ///
    /// - Precondition: there is one task.
    static func curves(_ report: ComparisonReport) -> LinePlot {
        precondition(report.groups.tasks.count == 1, "learning curves need one task, not \(report.groups.tasks.count)")
        let series = report.comparison.algorithms.indices.flatMap { index in
            let name = report.comparison.algorithms[index].name
            let greedy = report.evaluations(algorithm: index, task: 0)
            return [line(name, report.curve(algorithm: index, task: 0))]
                + (greedy.map { [line("\(name), greedy evaluations", $0)] } ?? [])
        }
        return LinePlot(
            title: report.groups.tasks[0], xLabel: "environment steps",
            yLabel: "mean return of \(report.window) episodes: IQM of runs", series: series, style: .light)
    }

    private static func line(_ name: String, _ curve: LearningCurve) -> LinePlot.Series {
        LinePlot.Series(
            name: name, points: curve.points.map { Point(x: Double($0.step), y: $0.estimate.value) },
            band: curve.points.map { $0.estimate.lower...$0.estimate.upper })
    }

    /// The performance profile: the share of runs above each score, with its interval as a band.
    static func profile(_ report: ComparisonReport) -> LinePlot {
        let comparison = report.comparison
        let thresholds = comparison.thresholds()
        let series = zip(comparison.algorithms, comparison.profiles(above: thresholds)).map { algorithm, profile in
            LinePlot.Series(
                name: algorithm.name, points: zip(thresholds, profile).map { Point(x: $0, y: $1.value) },
                band: profile.map { $0.lower...$0.upper })
        }
        return LinePlot(
            title: "performance profile", xLabel: report.scores.isNormalized ? "normalised score" : "return",
            yLabel: "share of runs above", series: series, yRange: 0...1.02, style: .light)
    }
}

extension LinePlot {
    /// Writes the plot as PNG or SVG, as the path's ending says.
    ///
    /// - Throws: `StorageError`.
    func write(to path: String, overwrite: Bool) throws {
        let size = FrameSize(width: 720, height: 440)
        let bytes = path.hasSuffix(".svg") ? Array(svg(size).utf8) : PNG.encode(frame(size))
        try writeAtomically(bytes, to: path, overwrite: overwrite)
    }
}
