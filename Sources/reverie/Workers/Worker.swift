import Foundation
import Storage
import Training

/// The child's side of work side by side: it reports its progress to the parent process, and ends with it.
enum Worker {
    /// Ends this process when its parent ends, for whatever reason: standard input is a pipe from the parent that
    /// nothing is written to. The run is saved first, unless it is being stopped already.
    static func followParent() {
        Interruption.watch()
        Thread.detachNewThread {
            var byte: UInt8 = 0
            while read(STDIN_FILENO, &byte, 1) < 0, errno == EINTR {}
            if Interruption.isRequested { _exit(Interruption.exitCode) }
            kill(getpid(), SIGTERM)
        }
    }

    /// Reports the progress of training on standard output from time to time, as JSON Lines.
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

    /// The progress of a run.
    struct Report: Hashable {
        var steps: Int
        var meanReturn: Double?

        init(steps: Int, meanReturn: Double? = nil) { (self.steps, self.meanReturn) = (steps, meanReturn) }

        /// Nil if the object is not a report.
        init?(_ json: JSON) {
            guard let steps = json["steps"]?.integer, json["run"] == nil else { return nil }
            self.init(steps: steps, meanReturn: json["meanReturn"]?.double)
        }

        var json: JSON { ["steps": .integer(steps), "meanReturn": meanReturn.map(JSON.number) ?? .null] }
    }
}
