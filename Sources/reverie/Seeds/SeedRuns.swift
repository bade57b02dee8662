import Foundation
import GymnasiumBridge
import Storage
import TensorCore
import Training

/// Runs of the same training with several seeds, side by side, each in a process of its own.
final class SeedRuns {
    /// In the order of the seeds given.
    let runs: [SeedRun]
    private let command: (_ run: SeedRun, _ threads: String) -> [String]
    private let jobs: Int
    private let threads: Int
    private let stepCount: Int
    private let style = ProgressStyle.suitable()
    private let bar: ProgressBar
    private var isStopping = false

    /// The processors available to this process.
    private static var processorCount: Int { ProcessInfo.processInfo.activeProcessorCount }

    /// Prepares the runs.
    ///
    /// - Parameters:
    ///   - steps: The steps of each run.
    ///   - jobs: How many runs at a time; nil for as many as there are processors.
    ///   - threads: The threads of each run; nil to divide the processors among them.
    ///   - command: The arguments of `reverie` that do a run.
    init(
        _ runs: [SeedRun], steps: Int, jobs: Int?, threads: Int?,
        command: @escaping (_ run: SeedRun, _ threads: String) -> [String]
    ) {
        (self.runs, self.command, stepCount) = (runs, command, steps)
        self.jobs = min(jobs ?? Self.processorCount, max(runs.count, 1))
        self.threads = threads ?? min(max(1, Self.processorCount / self.jobs), Threads.limit)
        let total = steps * runs.count
        bar = ProgressBar(total: total, from: Self.steps(of: runs, each: steps), style: style)
    }

    /// Does all runs and reports their progress on standard error.
    ///
    /// - Returns: whether they were interrupted.
    func run() throws -> Bool {
        Interruption.watch()
        let lifeline = try Connection.toThem()
        var waiting = runs.filter { if case .waiting = $0.state { true } else { false } }[...]
        while true {
            while !isStopping, runs.count(where: \.isRunning) < jobs, let next = waiting.popFirst() {
                try next.start(command(next, "\(threads)"), lifeline: lifeline.theirs.number)
            }
            let running = runs.filter(\.isRunning)
            guard !running.isEmpty else { break }
            wait(for: running)
            if Interruption.isRequested, !isStopping {
                isStopping = true
                for run in running { run.stop() }
            }
            bar.update(step: Self.steps(of: runs, each: stepCount), metrics: metrics)
        }
        bar.finish(step: Self.steps(of: runs, each: stepCount))
        return isStopping || runs.contains { if case .stopped = $0.state { true } else { false } }
    }

    /// Waits until a run has reported something, at most a tenth of a second, and reads it.
    private func wait(for running: [SeedRun]) {
        var files = running.flatMap(\.files).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        _ = poll(&files, nfds_t(files.count), 100)
        for run in running {
            run.update()
            switch run.state {
            case .finished(let summary):
                if case .lines = style {
                    note("seed \(run.seed): \(TrainingSummary.text(summary).replacing("\n", with: "; "))")
                }
            case .failed(_, let sentence): say("reverie: seed \(run.seed): \(sentence)")
            case .waiting, .running, .stopped: break
            }
        }
    }

    /// Prints a note that doesn't collide with the progress bar.
    private func say(_ text: String) {
        if case .bar = style { note("\r\u{1B}[K" + text) } else { note(text) }
    }

    /// The progress and mean return of the runs under way that have one.
    private var metrics: [(name: String, value: Double)] {
        runs.filter(\.isRunning).compactMap { run in
            run.report.meanReturn.map { ("seed \(run.seed) \(100 * run.report.steps / stepCount)%", $0) }
        }
    }

    private static func steps(of runs: [SeedRun], each steps: Int) -> Int {
        runs.reduce(0) { sum, run in
            if case .finished = run.state { sum + steps } else { sum + min(run.report.steps, steps) }
        }
    }

    /// A command's arguments without those that differ between the runs.
    static func common(_ words: [String]) -> [String] {
        let (options, flags) = (["--seeds", "--jobs", "--run", "--threads"], ["--json"])
        var (result, rest) = ([String](), words[...])
        while let word = rest.popFirst() {
            if word == "--" { return result + [word] + rest }
            let name = word.prefix { $0 != "=" }
            if options.contains(word) {
                _ = rest.popFirst()
            } else if !options.contains(String(name)), !flags.contains(word) {
                result.append(word)
            }
        }
        return result
    }
}
