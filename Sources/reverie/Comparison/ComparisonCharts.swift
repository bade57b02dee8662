import Graphics
import Storage
import Training

/// The charts of a comparison.
enum ComparisonCharts {
    /// The learning curves on each task: the interquartile mean over runs by step, with its interval as a band.
    static func curves(_ report: ComparisonReport) -> PlotGrid {
        PlotGrid(report.groups.tasks.indices.map { curves(report, task: $0) })
    }

    private static func curves(_ report: ComparisonReport, task: Int) -> LinePlot {
        let algorithms = report.comparison.algorithms
        let series = algorithms.indices.filter { algorithms[$0].tasks.contains(task) }.flatMap { index in
            let name = algorithms[index].name
            let greedy = report.evaluations(algorithm: index, task: task)
            return [line(name, report.curve(algorithm: index, task: task))]
                + (greedy.map { [line("\(name), greedy evaluations", $0)] } ?? [])
        }
        return LinePlot(
            title: report.groups.tasks[task], xLabel: "environment steps",
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
    func write(to path: String, overwrite: Bool) throws { try PlotGrid([self]).write(to: path, overwrite: overwrite) }
}

extension PlotGrid {
    /// Writes the plots as PNG or SVG, as the path's ending says.
    ///
    /// - Throws: `StorageError`.
    func write(
        to path: String, overwrite: Bool, plotSize size: FrameSize = FrameSize(width: 720, height: 440)
    ) throws {
        let bytes = path.hasSuffix(".svg") ? Array(svg(plotSize: size).utf8) : PNG.encode(frame(plotSize: size))
        try writeAtomically(bytes, to: path, overwrite: overwrite)
    }
}
