import Configuration
import Foundation
import Graphics
import Storage

/// What a search has come to: a row for each trial, the best first.
public struct TuningReport {
    /// A trial with what it reached in the last rung where it has a score, or where it failed.
    public struct Row {
        public let trial: Int
        /// The length of its runs, in steps or epochs.
        public let length: Int
        /// The scores of its runs, in the order of the seeds; incomplete if one failed.
        public let scores: [Double]
        public let values: SettingsTable
        /// Why it failed; nil if it didn't.
        public let failure: String?

        /// The mean score; nil if a run failed.
        public var score: Double? { failure == nil ? Statistics.mean(scores) : nil }
    }

    public let rows: [Row]
    private let tuning: Tuning
    /// The best trial of the longest runs; nil if all have failed.
    public var best: Row? { rows.first { $0.failure == nil && $0.length == tuning.lengths.last } }

    public init(_ session: TuningSession) {
        tuning = session.tuning
        let rows = (0..<tuning.settings.trials).compactMap { Self.row($0, session) }
        let lengths = tuning.lengths
        self.rows = rows.sorted { first, second in
            // Trials without a score come last, in the order of their numbers.
            guard first.score != nil, second.score != nil else {
                return (first.score == nil ? 1 : 0, first.trial) < (second.score == nil ? 1 : 0, second.trial)
            }
            if first.length != second.length { return first.length > second.length }
            return session.schedule.isBetter(
                first.trial, than: second.trial, in: lengths.firstIndex(of: first.length)!)
        }
    }

    private static func row(_ trial: Int, _ session: TuningSession) -> Row? {
        let tuning = session.tuning
        for rung in tuning.lengths.indices.reversed() {
            let results = session.results(of: TrialSchedule.Entry(trial: trial, rung: rung))
            guard !results.isEmpty else { continue }
            let failures = results.compactMap { if case .failure(let sentence) = $0 { sentence } else { nil } }
            return Row(
                trial: trial, length: tuning.lengths[rung], scores: results.compactMap(\.score),
                values: tuning.values(ofTrial: trial), failure: failures.first)
        }
        return nil
    }

    /// learner, in, unit, score (its name), seeds, lengths, trials (trial, length, settings, scores, score, error),
    /// best (a trial's number; null if all failed).
    public var json: JSON {
        let trials = rows.map { row -> JSON in
            [
                "trial": .integer(row.trial), "length": .integer(row.length),
                "settings": .object(row.values.entries.map { .init($0.name, $0.value.json) }),
                "scores": .array(row.scores.map(JSON.number)), "score": row.score.map(JSON.number) ?? .null,
                "error": row.failure.map(JSON.string) ?? .null,
            ]
        }
        return [
            "learner": .string(tuning.subject.learner), "in": .string(tuning.subject.place),
            "unit": .string(tuning.subject.unit), "score": .string(tuning.subject.scoreName),
            "seeds": .array(tuning.settings.seeds.map(JSON.integer)),
            "lengths": .array(tuning.lengths.map(JSON.integer)), "trials": .array(trials),
            "best": best.map { .integer($0.trial) } ?? .null,
        ]
    }

    /// The table: its columns, and a text for each trial and column.
    public var table: (columns: [String], rows: [[String]]) {
        let hasFailures = rows.contains { $0.failure != nil }
        let hasSpread = tuning.settings.seeds.count > 1
        let columns =
            ["trial", tuning.subject.unit, tuning.subject.scoreName] + (hasSpread ? ["±"] : [])
            + tuning.ranges.map(\.name) + (hasFailures ? ["error"] : [])
        let texts = rows.map { row in
            let score = row.score.map(NumberText.readable) ?? "-"
            let spread = row.score.map { _ in NumberText.readable(Statistics.sampleStandardDeviation(row.scores)) }
            return [row.trial == 0 ? "given" : "\(row.trial)", "\(row.length)", score]
                + (hasSpread ? [spread ?? "-"] : []) + row.values.entries.map { Self.text($0.value) }
                + (hasFailures ? [row.failure ?? ""] : [])
        }
        return (columns, texts)
    }

    fileprivate static func text(_ value: SettingValue) -> String {
        switch value {
        case .text(let text): text
        case .integers(let numbers): numbers.isEmpty ? "[]" : numbers.map(String.init).joined(separator: ",")
        default: value.toml
        }
    }

    /// The scores against each setting: a dot for each trial, in the colour of its length; logarithmic settings by
    /// their logarithms, choices side by side.
    public var plots: PlotGrid {
        PlotGrid(tuning.ranges.map(plot))
    }

    private func plot(_ range: SearchRange) -> LinePlot {
        let axis = SettingAxis(range)
        let series = tuning.lengths.enumerated().map { rung, length in
            let dots = rows.filter { $0.length == length }.flatMap { row -> [Point] in
                guard let score = row.score, let value = row.values[range.name], let place = axis.place(of: value)
                else {
                    return []
                }
                return [Point(x: place, y: score)]
            }
            let name = tuning.lengths.count > 1 ? "\(length) \(tuning.subject.unit)" : ""
            return LinePlot.Series(name: name, points: dots, isJoined: false)
        }
        var plot = LinePlot(
            title: range.name, yLabel: tuning.subject.scoreName, series: series,
            xRange: axis.range(around: series.flatMap(\.points)), lineWidth: 6, style: .light)
        plot.xTicks = axis.ticks
        return plot
    }

    /// The preset of the best trial of an agent, or a model's configuration; nil if all trials failed.
    ///
    /// - Parameter seconds: The mean duration of the best trial's runs.
    /// - Throws: ``Configuration/ConfigurationError``.
    public func preset(seconds: Double) throws -> String? {
        guard let best else { return nil }
        let subject = try tuning.subject(ofTrial: best.trial)
        let seeds = tuning.settings.seeds
        let scores = PresetScores(
            method: "greedy, final parameters, on the seeds it was tuned on", seeds: seeds, returns: best.scores,
            episodes: tuning.settings.episodes, steps: best.length, seconds: seconds, settings: "")
        let description = "found by 'reverie tune', the best of \(counted(tuning.settings.trials, "trial"))"
        guard case .agent = subject else {
            let score = NumberText.readable(Statistics.mean(best.scores))
            return try subject.file(
                description: "\(description): \(tuning.subject.scoreName) \(score)", length: best.length)
        }
        return try subject.file(description: description, length: best.length, scores: scores)
    }
}

/// The places of a setting's values along the axis of a plot.
private struct SettingAxis {
    private let values: SearchRange.Values

    init(_ range: SearchRange) { values = range.values }

    /// A value's place; nil for one that has none, such as a given value that is no choice.
    func place(of value: SettingValue) -> Double? {
        switch values {
        case .choices(let choices):
            return choices.firstIndex { $0 == value || ($0.number != nil && $0.number == value.number) }.map(
                Double.init)
        case .numbers(_, let isLogarithmic, _):
            guard let number = value.number, !isLogarithmic || number > 0 else { return nil }
            return isLogarithmic ? log10(number) : number
        }
    }

    /// The part of the axis that is shown: all values that can be drawn, and the dots, with a margin.
    func range(around dots: [Point]) -> ClosedRange<Double> {
        switch values {
        case .choices(let choices): return -0.5...Double(choices.count) - 0.5
        case .numbers(let range, let isLogarithmic, _):
            let ends = [range.lowerBound, range.upperBound].map { isLogarithmic ? log10($0) : $0 }
            let all = ends + dots.map(\.x)
            let margin = 0.04 * (all.max()! - all.min()!)
            return all.min()! - margin...all.max()! + margin
        }
    }

    /// Names of places; nil for numbers.
    var ticks: [LinePlot.Tick]? {
        switch values {
        case .choices(let choices):
            return choices.enumerated().map { .init(at: Double($0), TuningReport.text($1)) }
        case .numbers(let range, let isLogarithmic, _):
            guard isLogarithmic else { return nil }
            let decades = Int(log10(range.lowerBound).rounded(.down))...Int(log10(range.upperBound).rounded(.up))
            guard decades.count > 3 else {
                return Self.numbers(decades).filter { range.contains($0.value) }.map(\.tick)
            }
            return decades.map {
                .init(at: Double($0), abs($0) < 4 ? NumberText.readable(pow(10, Double($0))) : "1e\($0)")
            }
        }
    }

    /// 1, 2 and 5 times the powers of ten, for axes with few of them.
    private static func numbers(_ decades: ClosedRange<Int>) -> [(value: Double, tick: LinePlot.Tick)] {
        decades.flatMap { decade in
            [1, 2, 5].map { digit in
                let value = digit * pow(10, Double(decade))
                return (value, .init(at: log10(value), NumberText.readable(value)))
            }
        }
    }
}
