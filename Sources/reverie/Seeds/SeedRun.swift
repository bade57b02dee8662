import Storage
import Training

/// One of the runs side by side: a training with one seed.
final class SeedRun {
    let seed: Int
    let folder: String
    /// How it ended; nil before that.
    private(set) var outcome: WorkerProcess.Outcome?
    /// Its last report.
    private(set) var report: Worker.Report

    /// A run that is waiting, or one that has finished already.
    init(seed: Int, folder: String, isDone: Bool) throws {
        (self.seed, self.folder) = (seed, folder)
        report = Worker.Report(steps: 0)
        guard RunFolder.isRun(folder) else { return }
        let run = try RunFolder(opening: folder)
        report.steps = try run.checkpointSteps().last ?? 0
        guard isDone, let summary = try run.summary() else { return }
        end(.finished(summary))
    }

    /// Takes note of its progress.
    func update(_ report: Worker.Report?) { self.report = report ?? self.report }

    /// Takes note of its end.
    func end(_ outcome: WorkerProcess.Outcome) {
        self.outcome = outcome
        guard case .finished(let summary) = outcome else { return }
        report = Worker.Report(
            steps: summary["steps"]?.integer ?? report.steps, meanReturn: summary["meanReturn"]?.double)
    }

    /// Its summary; nil if it hasn't finished.
    var summary: JSON? { if case .finished(let summary) = outcome { summary } else { nil } }
}
