import ArgumentParser
import GenerativeModels
import Graphics
import Storage
import Training

/// What the training commands have in common: interruption, result, and the next command to try.
enum SessionCommand {
    static func train(_ session: TrainingSession, folder: String, json: Bool) throws {
        Interruption.watch()
        let summary = try session.train(shouldStop: { Interruption.isRequested })
        try report(summary, folder: folder, json: json, isResumable: session.isResumable)
    }

    /// Prints a training run's summary; nil means that the run was stopped.
    static func report(_ summary: JSON?, folder: String, json: Bool, isResumable: Bool = true) throws {
        guard let summary else { throw stopped(folder, isResumable: isResumable) }
        if json {
            try output("\(summary)")
        } else {
            try output(TrainingSummary.text(summary))
            let path = shellQuoted(folder)
            note("Next: reverie evaluate \(path)   or   reverie watch \(path)")
        }
    }

    static func fit(_ session: FitSession, folder: String, json: Bool) throws {
        Interruption.watch()
        try report(fit: fitted(session), folder: folder, json: json)
    }

    /// Fits a model until it is finished or interrupted.
    static func fitted(_ session: FitSession) throws -> JSON? {
        let progress = ProgressBar(total: max(1, session.updates), from: session.updatesDone)
        let sheet = SampleSheet(session.folder)
        session.didSave = { Interruption.endsAtOnce() }
        session.observer = { try sheet.update($0, isLast: $1) }
        return try session.fit(progress, shouldStop: { Interruption.isRequested })
    }

    /// Prints a fit's summary; nil means that the fit was stopped.
    static func report(fit summary: JSON?, folder: String, json: Bool) throws {
        guard let summary else { throw stopped(folder) }
        if json {
            try output("\(summary)")
        } else {
            if let first = summary["firstValidation"]?.double, let last = summary["validation"]?.double {
                let unit = summary["scoreUnit"]?.string ?? "score"
                let scores = "\(NumberText.readable(first)) \(unit) before, \(NumberText.readable(last)) after"
                try output("validation: \(scores)\(remark(on: summary["score"])): \(folder)")
            } else {
                let model = summary["model"]?.string ?? "the model"
                try output("\(model) has no score, so the last parameters are kept: \(folder)")
            }
            if let nats = summary["testNats"]?.double, let unit = summary["unit"]?.string {
                let bits = summary["bitsPerDimension"]?.double.map {
                    ", \(NumberText.readable($0)) bits per dimension"
                }
                try output(
                    "test: \(NumberText.readable(nats)) \(unit)\(bits ?? "")\(remark(on: summary["likelihood"]))")
            }
            if let remark = summary["remark"]?.string { note(remark) }
            let path = shellQuoted(folder)
            note("Next: reverie sample \(path) --to samples.png   or   reverie watch \(path)")
        }
    }

    /// How a number of a kind relates to the likelihood, in parentheses.
    private static func remark(on kind: JSON?) -> String {
        let kind = (kind?.string).flatMap { ScoreKind(rawValue: $0) }
        return " (\(kind?.relation.map { "\($0); " } ?? "")lower is better)"
    }

    private static func stopped(_ folder: String, isResumable: Bool = true) -> ExitCode {
        let path = shellQuoted(folder)
        note(
            isResumable
                ? "stopped and saved; continue with: reverie resume \(path)"
                : "stopped; the agent was saved, but its environments can't be: try reverie evaluate \(path)")
        return ExitCode(Interruption.exitCode)
    }
}
