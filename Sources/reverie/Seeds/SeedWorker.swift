import Foundation
import Storage
import Training

/// The side of a run that was started beside others: it tells the process that started it how far it is, and ends with it.
enum SeedWorker {
    /// Ends this process where the one that started it does, however that is: standard input is a pipe from there that
    /// nobody writes into. The run is saved then, unless it was being stopped already.
    static func followParent() {
        // A report that nobody reads any more is no reason to end without saving.
        signal(SIGPIPE, SIG_IGN)
        Interruption.watch()
        Thread.detachNewThread {
            var byte: UInt8 = 0
            while read(STDIN_FILENO, &byte, 1) < 0, errno == EINTR {}
            if Interruption.isRequested { _exit(Interruption.exitCode) }
            kill(getpid(), SIGTERM)
        }
    }

    /// Writes how far training is to standard output now and then, as JSON Lines.
    final class Reporter: TrainingObserver {
        private static let interval = 0.2
        private var last = -Double.infinity

        func didStep(_ trainer: Trainer) {
            let now = ProgressBar.monotonicSeconds()
            guard now - last >= Self.interval else { return }
            last = now
            try? output("\(Report(steps: trainer.steps, meanReturn: trainer.statistics.recentMeanReturn).json)")
        }
    }

    /// How far a run is.
    struct Report: Hashable {
        var steps: Int
        var meanReturn: Double?

        init(steps: Int, meanReturn: Double? = nil) { (self.steps, self.meanReturn) = (steps, meanReturn) }

        /// Nil for what isn't a report.
        init?(_ json: JSON) {
            guard let steps = json["steps"]?.integer, json["run"] == nil else { return nil }
            self.init(steps: steps, meanReturn: json["meanReturn"]?.double)
        }

        var json: JSON { ["steps": .integer(steps), "meanReturn": meanReturn.map(JSON.number) ?? .null] }
    }
}
