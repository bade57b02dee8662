import Foundation
import Graphics
import Storage
import Training

/// The runs of a search, side by side, each in a process of its own.
final class TuningRuns {
    /// A part of the work: to train, or to play greedy episodes with what was trained.
    private struct Part {
        let run: TuningSession.Run
        var isEvaluation = false
        /// How often the run's folder was found in use.
        var attempts = 0
    }

    private let session: TuningSession
    private let pool: WorkerPool
    private let words: (TuningSession.Run, TuningSession) -> [String]
    private let style = ProgressStyle.suitable()
    private let bar: ProgressBar
    /// Parts that come before the session's next.
    private var first: [Part] = []

    /// A search that was killed leaves workers that need a moment to save: so often their folders are waited for, a
    /// fifth of a second each time.
    private static let mostAttempts = 300

    /// - Parameters:
    ///   - jobs: How many runs at a time; nil for as many as there are processors.
    ///   - words: The arguments of `reverie` that train.
    init(_ session: TuningSession, jobs: Int?, words: @escaping (TuningSession.Run, TuningSession) -> [String]) {
        (self.session, self.words) = (session, words)
        let settings = session.tuning.settings
        pool = WorkerPool(jobs: jobs, threads: nil, atMost: settings.trials * settings.seeds.count)
        bar = ProgressBar(
            total: session.tuning.totalLength, from: Self.length(session.results.keys, session.tuning), style: style)
    }

    /// Does all runs and reports their progress on standard error.
    ///
    /// - Returns: whether they were interrupted.
    func run() throws -> Bool {
        let isInterrupted = try pool.run(next: next, ended: end) { working in
            let part = working.map { progress(of: $0) }.reduce(0, +)
            bar.update(step: done + part, metrics: best)
        }
        bar.finish(step: done, metrics: best)
        return isInterrupted
    }

    private func next() throws -> (Part, [String])? {
        if let part = first.popLast() { return (part, command(part)) }
        return try session.next().map { run in
            let part = Part(run: run)
            return (part, command(part))
        }
    }

    private func command(_ part: Part) -> [String] {
        guard part.isEvaluation else { return words(part.run, session) }
        return ["evaluate", session.path(of: part.run), "--json", "--episodes", "\(session.tuning.settings.episodes)"]
    }

    private func end(_ part: Part, _ outcome: WorkerProcess.Outcome) throws {
        switch outcome {
        case .stopped: session.putBack(part.run)
        case .failed(ExitStatus.inUse.rawValue, _) where part.attempts < Self.mostAttempts:
            usleep(200_000)
            var again = part
            again.attempts += 1
            first.append(again)
        case .failed(_, let sentence): try fail(part.run, sentence)
        case .finished where !session.tuning.subject.isLoss && !part.isEvaluation:
            var evaluation = part
            evaluation.isEvaluation = true
            first.append(evaluation)
        case .finished(let json):
            let score = json[session.tuning.subject.isLoss ? "validation" : "meanReturn"]?.double
            if let score, score.isFinite {
                try session.end(part.run, .score(score))
            } else {
                try fail(part.run, "its \(session.tuning.subject.scoreName) is not a finite number")
            }
        }
    }

    private func fail(_ run: TuningSession.Run, _ sentence: String) throws {
        try session.end(run, .failure(sentence))
        let text = "trial \(run.entry.trial), seed \(run.seed): \(sentence)"
        if case .bar = style { note("\r\u{1B}[K" + text) } else { note(text) }
    }

    /// The best score so far in the longest runs that have one.
    private var best: [(name: String, value: Double)] {
        guard let row = TuningReport(session).rows.first, let score = row.score else { return [] }
        return [("best \(session.tuning.subject.scoreName)", score)]
    }

    private var done: Int { Self.length(session.results.keys, session.tuning) }

    /// What a worker has trained so far in this rung, as far as it reports it.
    private func progress(of working: WorkerPool.Working<Part>) -> Int {
        let (rung, steps) = (working.part.run.entry.rung, working.process.report?.steps ?? 0)
        guard !working.part.isEvaluation, steps > 0 else { return 0 }
        let work = session.tuning.work(inRung: rung)
        return min(work, max(0, steps - session.tuning.lengths[rung] + work))
    }

    private static func length(_ runs: some Sequence<TuningSession.Run>, _ tuning: Tuning) -> Int {
        runs.reduce(0) { $0 + tuning.work(inRung: $1.entry.rung) }
    }
}
