import GenerativeModels
import Graphics
import Scenes
import Storage
import Training

/// Fits of generative models compared: their likelihoods of the test rows, scores and times.
struct FitComparison {
    struct Fit {
        var name: String
        var path: String
        var configuration: FitConfiguration
        var history: FitHistory
        /// What the validation score is; nil for a model without one.
        var kind: ScoreKind?
        /// The validation score of the kept parameters, lower is better; nil before the end of the first epoch.
        var score: Double?
        /// Seconds; nil for an unfinished fit.
        var seconds: Double?

        /// Reads a run's folder.
        ///
        /// - Throws: the errors of ``Training/FittedModel`` if the fit is unfinished.
        init(_ folder: RunFolder, name: String?) throws {
            (path, self.name) = (folder.path, name ?? splitPath(folder.path).name)
            configuration = try FitConfiguration(contentsOf: folder.configurationPath)
            let summary = try folder.summary()
            kind = (summary?["score"]?.string).flatMap { ScoreKind(rawValue: $0) }
            let title: String
            if let kind, let unit = summary?["scoreUnit"]?.string {
                title = kind.label(unit: unit)
            } else {
                let model = try FittedModel(run: folder.path, last: true).model
                kind = (model as? any ScoredModel)?.scoreKind
                title = model.scoreTitle
            }
            history = try FitHistory(of: folder, scoreTitle: title)
            score = summary?["validation"]?.double ?? history.scores.last
            seconds = summary?["seconds"]?.double
        }

        var json: JSON {
            [
                "name": .string(name), "run": .string(path), "model": .string(configuration.model),
                "dataset": .string(configuration.dataset), "seed": .integer(configuration.seed),
                "isFinished": .boolean(seconds != nil), "testNats": history.test.map { .number($0.nats) } ?? .null,
                "unit": history.test.map { .string($0.unit) } ?? .null,
                "likelihood": history.test.map { .string($0.kind) } ?? .null,
                "score": .string(kind?.rawValue ?? "none"), "scoreTitle": .string(history.scoreTitle),
                "validation": score.map(JSON.number) ?? .null, "scores": .array(history.scores.map(JSON.number)),
                "epochs": .integer(history.epochs ?? 0), "seconds": seconds.map(JSON.number) ?? .null,
            ]
        }

        /// Whether both fits are scored on the same rows, so that their nats can be compared.
        func hasData(of other: Fit) -> Bool {
            configuration.dataset == other.configuration.dataset && configuration.data == other.configuration.data
        }
    }

    let fits: [Fit]

    /// What a reader of the numbers has to know.
    var remarks: [String] {
        var remarks = fits.filter { $0.seconds == nil }.map {
            "\($0.path) is unfinished: \($0.history.epochs ?? 0) of \($0.configuration.fitting.epochs) epochs"
        }
        if let other = fits.first(where: { !$0.hasData(of: fits[0]) }) {
            remarks.append(
                "\(fits[0].name) and \(other.name) were fitted to different data, or to data prepared differently: "
                    + "their nats can't be compared"
            )
        }
        let kinds = Set(fits.compactMap(\.history.test?.kind)).sorted().compactMap { ScoreKind(rawValue: $0) }
        if kinds.count > 1 || kinds.contains(.unnormalized) {
            for kind in kinds { if let relation = kind.relation { remarks.append("\(kind.rawValue): \(relation)") } }
        }
        return remarks
    }

    /// A row for each fit.
    var text: String {
        table(
            ["run", "model", "data", "test", "likelihood", "validation", "epochs", "seconds"],
            fits.map { fit in
                let history = fit.history
                return [
                    fit.name, fit.configuration.model, splitPath(fit.configuration.dataset).name,
                    history.test.map { "\(NumberText.readable($0.nats)) \($0.unit)" } ?? "-", history.test?.kind ?? "-",
                    fit.score.map { "\(NumberText.readable($0)) \(history.scoreTitle)" } ?? "-",
                    "\(history.epochs ?? 0)",
                    fit.seconds.map { NumberText.fixed($0, decimals: 0) } ?? "-",
                ]
            })
    }

    /// remarks, fits.
    var json: JSON {
        ["remarks": .array(remarks.map(JSON.string)), "fits": .array(fits.map(\.json))]
    }

    /// The scores by epoch. The y range leaves out the scores of each fit's first tenth of epochs that lie beyond the
    /// others.
    ///
    /// - Throws: `UsageError` if the scores are of several kinds.
    func curves() throws -> LinePlot {
        let kinds = Set(fits.map(\.history.scoreTitle)).sorted()
        guard kinds.count == 1 else {
            throw UsageError("--to draws scores of one kind, but these have several: \(kinds.joined(separator: ", "))")
        }
        let all = fits.map(\.history.scores)
        let late = all.flatMap { $0.dropFirst($0.count / 10) }
        let (low, high) = (late.min() ?? 0, late.max() ?? 1)
        return LinePlot(
            xLabel: "epochs", yLabel: "validation rows: \(kinds[0])",
            series: zip(fits, all).map { fit, scores in
                .init(name: fit.name, points: scores.enumerated().map { Point(x: Double($0 + 1), y: $1) })
            }, yRange: low - (high - low) * 0.06...high + (high - low) * 0.06, style: .light)
    }
}
