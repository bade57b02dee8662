import ArgumentParser
import Graphics
import Storage
import Training

/// What a search has come to: its files and its table.
struct TuningResult {
    private let session: TuningSession
    private let report: TuningReport
    /// The command that uses the best settings, without them.
    private let command: String

    init(_ session: TuningSession, command: String) {
        (self.session, self.command) = (session, command)
        report = TuningReport(session)
    }

    private func path(_ name: String) -> String { joinPath(session.folder, name) }

    /// Writes the files and prints the table.
    ///
    /// - Throws: `StorageError`; exit code 1 if all trials failed.
    func finish(json asJSON: Bool, presetPath: String?) throws {
        try writeAtomically("\(report.json)\n", to: path("result.json"), overwrite: true)
        let plotSize = FrameSize(width: 400, height: 260)
        try report.plots.write(to: path("scores.png"), overwrite: true, plotSize: plotSize)
        let preset = try report.preset(seconds: seconds)
        if let preset {
            try writeAtomically(preset, to: path("best.toml"), overwrite: true)
            if let presetPath { try writeAtomically(preset, to: presetPath, overwrite: true) }
        }
        try output(asJSON ? "\(report.json)" : text)
        guard preset != nil else {
            complain("all trials have failed: \(report.rows.first?.failure ?? "there are none")")
            throw ExitCode(ExitStatus.failure.rawValue)
        }
        note("Scores against settings: \(path("scores.png"))")
        note("Next: reverie \(command) --config \(shellQuoted(presetPath ?? path("best.toml")))")
    }

    private var text: String {
        let (columns, rows) = report.table
        let lines = table(columns, rows)
        guard let best = report.best, let score = best.score else { return lines }
        let name = best.trial == 0 ? "the given settings" : "trial \(best.trial)"
        return lines + "\nbest: \(name), \(session.tuning.subject.scoreName) \(NumberText.readable(score)) over "
            + counted(best.scores.count, "seed")
    }

    /// The mean duration of the best trial's whole runs, from the speed of their last part.
    private var seconds: Double {
        guard let best = report.best else { return 0 }
        let rung = session.tuning.lengths.count - 1
        let durations = session.tuning.settings.seeds.compactMap { seed -> Double? in
            let run = TuningSession.Run(entry: .init(trial: best.trial, rung: rung), seed: seed)
            let summary = try? RunFolder(opening: session.path(of: run)).summary()
            return summary?["stepsPerSecond"]?.double.map { Double(best.length) / $0 }
        }
        let mean = durations.isEmpty ? 0 : Statistics.mean(durations)
        return (mean * 100).rounded() / 100
    }
}
