import Graphics
import Storage
import Training

/// A comparison as text and as JSON.
struct ComparisonReport {
    let groups: RunGroups
    let scores: Scores
    let comparison: Comparison
    /// The number of episodes that the means of a learning curve are over.
    let window: Int

    /// With fewer runs than this, intervals are too narrow.
    private static let manyRuns = 10

    // MARK: Remarks

    /// What a reader of the numbers has to know.
    var remarks: [String] {
        var remarks = groups.remarks
        for run in groups.algorithms.flatMap({ $0.runs.flatMap { $0 } }) where !run.isFinished {
            remarks.append(
                "\(run.folder.path) is unfinished: its score is that after \(run.steps) of \(run.plannedSteps) steps")
        }
        if scores.isOverWindow {
            for run in groups.algorithms.flatMap({ $0.runs.flatMap { $0 } }) where run.episodes.count < window {
                let episodes = counted(run.episodes.count, "episode")
                remarks.append("\(run.folder.path) has only \(episodes): its score is their mean return")
            }
        }
        let fewest = comparison.algorithms.flatMap { $0.scores.tasks.map(\.count) }.min() ?? 0
        if fewest == 1 {
            remarks.append("a single run doesn't show how much runs vary: its interval has no width")
        } else if fewest < Self.manyRuns {
            remarks.append(
                "with \(fewest) runs intervals are too narrow, since the bootstrap only resamples these; "
                    + "train \(Self.manyRuns) or more")
        }
        if groups.tasks.count > 1 {
            if !scores.isNormalized {
                remarks.append(
                    "returns of different environments are averaged without normalisation; see --normalize and --range")
            }
            for algorithm in comparison.algorithms where algorithm.tasks.count < groups.tasks.count {
                remarks.append(
                    "\(algorithm.name) was run on \(algorithm.tasks.count) of \(groups.tasks.count) environments: "
                        + "its summary covers only those")
            }
        }
        return remarks
    }

    // MARK: Text

    /// Tables: the summaries, the environments if there are several, and the pairs.
    var text: String {
        var sections = ["score: \(scores.description)\(scaleText)", summaryTable]
        if groups.tasks.count > 1 { sections.append(taskTable) }
        let improvements = comparison.improvements
        if !improvements.isEmpty {
            let rows = improvements.map { pair in
                let names = [pair.first, pair.second].map { comparison.algorithms[$0].name }
                return ["\(names[0]) > \(names[1])", Self.text(pair.probability)]
            }
            sections.append(table(["pair", "probability of improvement"], rows))
        }
        return sections.joined(separator: "\n\n")
    }

    private var scaleText: String {
        guard let ranges = scores.ranges else { return "" }
        return zip(groups.tasks, ranges).map { task, range in
            "\n  0 to 1 is \(NumberText.readable(range.lowerBound)) to "
                + "\(NumberText.readable(range.upperBound)) in \(task)"
        }.joined()
    }

    private var summaryTable: String {
        let rows = zip(comparison.algorithms, comparison.summaries).map { algorithm, summary in
            let runs = algorithm.scores.tasks.reduce(0) { $0 + $1.count }
            return [algorithm.name, "\(algorithm.tasks.count)", "\(runs)"]
                + [summary.mean, summary.median, summary.interquartileMean].map(Self.text)
                + (summary.optimalityGap.map { [Self.text($0)] } ?? [])
        }
        let gap = comparison.threshold.map { ["optimality gap to \(NumberText.readable($0))"] } ?? []
        return table(["algorithm", "tasks", "runs", "mean", "median", "IQM"] + gap, rows)
    }

    private var taskTable: String {
        let rows = groups.tasks.indices.map { task in
            [groups.tasks[task]]
                + scores.raw.map { scores in
                    let scores = scores[task]
                    guard !scores.isEmpty else { return "-" }
                    let deviation =
                        scores.count > 1 ? " ± \(NumberText.readable(Statistics.sampleStandardDeviation(scores)))" : ""
                    return NumberText.readable(Statistics.mean(scores)) + deviation
                }
        }
        return table(["mean return"] + comparison.algorithms.map(\.name), rows)
    }

    private static func text(_ estimate: Comparison.Estimate) -> String {
        let (lower, upper) = (NumberText.readable(estimate.lower), NumberText.readable(estimate.upper))
        return "\(NumberText.readable(estimate.value)) [\(lower), \(upper)]"
    }

    // MARK: JSON

    /// score, normalized, tasks, threshold, confidence, resamples, seed, remarks, algorithms, improvements, profiles,
    /// curves.
    var json: JSON {
        let bootstrap = comparison.bootstrap
        return [
            "score": .string(scores.description), "normalized": .boolean(scores.isNormalized), "tasks": taskJSON,
            "threshold": comparison.threshold.map(JSON.number) ?? .null, "confidence": .number(bootstrap.confidence),
            "resamples": .integer(bootstrap.resampleCount), "seed": .integer(Int(bootstrap.seed)),
            "remarks": .array(remarks.map(JSON.string)), "algorithms": algorithmJSON,
            "improvements": .array(
                comparison.improvements.map { pair in
                    [
                        "first": .string(comparison.algorithms[pair.first].name),
                        "second": .string(comparison.algorithms[pair.second].name),
                        "probability": Self.json(pair.probability),
                    ]
                }), "profiles": profileJSON, "curves": curveJSON,
        ]
    }

    private var taskJSON: JSON {
        .array(
            groups.tasks.indices.map { task in
                let range = scores.ranges?[task]
                return [
                    "name": .string(groups.tasks[task]),
                    "range": range.map { [.number($0.lowerBound), .number($0.upperBound)] } ?? .null,
                ]
            })
    }

    private var algorithmJSON: JSON {
        let summaries = comparison.summaries
        return .array(
            comparison.algorithms.indices.map { index in
                let (algorithm, summary) = (comparison.algorithms[index], summaries[index])
                let runs = algorithm.tasks.enumerated().flatMap { place, task in
                    groups.algorithms[index].runs[task].enumerated().map { number, run -> JSON in
                        [
                            "run": .string(run.folder.path), "task": .string(groups.tasks[task]),
                            "seed": .integer(run.seed), "steps": .integer(run.steps),
                            "isFinished": .boolean(run.isFinished),
                            "return": .number(scores.raw[index][task][number]),
                            "score": .number(algorithm.scores.tasks[place][number]),
                        ]
                    }
                }
                return [
                    "name": .string(algorithm.name), "mean": Self.json(summary.mean),
                    "median": Self.json(summary.median), "interquartileMean": Self.json(summary.interquartileMean),
                    "optimalityGap": summary.optimalityGap.map(Self.json) ?? .null, "runs": .array(runs),
                ]
            })
    }

    private var profileJSON: JSON {
        let thresholds = comparison.thresholds()
        let (runs, tasks) = (comparison.profiles(above: thresholds), comparison.averageProfiles(above: thresholds))
        return [
            "thresholds": .array(thresholds.map(JSON.number)),
            "algorithms": .array(
                comparison.algorithms.indices.map { index in
                    [
                        "name": .string(comparison.algorithms[index].name), "shareOfRuns": Self.json(runs[index]),
                        "shareOfTasks": Self.json(tasks[index]),
                    ]
                }),
        ]
    }

    private var curveJSON: JSON {
        .array(
            comparison.algorithms.indices.flatMap { index in
                comparison.algorithms[index].tasks.flatMap { task in
                    let greedy = evaluations(algorithm: index, task: task)
                    return [json(curve(algorithm: index, task: task), "training", index, task)]
                        + (greedy.map { [json($0, "evaluation", index, task)] } ?? [])
                }
            })
    }

    private func json(_ curve: LearningCurve, _ kind: String, _ algorithm: Int, _ task: Int) -> JSON {
        guard case .object(let members) = Self.json(curve.points.map(\.estimate)) else { return .null }
        return .object(
            [
                .init("name", .string(comparison.algorithms[algorithm].name)),
                .init("task", .string(groups.tasks[task])), .init("episodes", .string(kind)),
                .init("steps", .array(curve.points.map { .integer($0.step) })),
            ] + members)
    }

    /// The curve of an algorithm's greedy evaluations on a task; nil if its runs were not evaluated.
    func evaluations(algorithm: Int, task: Int) -> LearningCurve? {
        LearningCurve(evaluationsOf: groups.algorithms[algorithm].runs[task], bootstrap: comparison.bootstrap)
    }

    /// The learning curve of an algorithm on a task.
    func curve(algorithm: Int, task: Int) -> LearningCurve {
        LearningCurve(of: groups.algorithms[algorithm].runs[task], window: window, bootstrap: comparison.bootstrap)
    }

    private static func json(_ estimate: Comparison.Estimate) -> JSON {
        ["value": .number(estimate.value), "interval": [.number(estimate.lower), .number(estimate.upper)]]
    }

    private static func json(_ estimates: [Comparison.Estimate]) -> JSON {
        [
            "values": .array(estimates.map { .number($0.value) }),
            "lower": .array(estimates.map { .number($0.lower) }),
            "upper": .array(estimates.map { .number($0.upper) }),
        ]
    }
}
