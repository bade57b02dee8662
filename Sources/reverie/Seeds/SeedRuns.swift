import Foundation
import GymnasiumBridge
import Storage
import TensorCore
import Training

/// Runs of the same training with several seeds, side by side, each in a process of its own.
final class SeedRuns {
    /// The runs, in the order of the seeds given.
    let runs: [SeedRun]
    private let words: [String]
    private let jobs: Int
    private let threads: Int
    private let stepCount: Int
    private let style = ProgressStyle.suitable()
    private let bar: ProgressBar
    private var isStopping = false

    /// The processors that this process may use.
    private static var processorCount: Int { ProcessInfo.processInfo.activeProcessorCount }

    /// Prepares runs.
    ///
    /// - Parameters:
    ///   - words: The command's own arguments, as ``common(_:)`` leaves them.
    ///   - steps: The steps of each run.
    ///   - jobs: How many run at a time; nil for as many as there are processors.
    ///   - threads: The threads of each; nil for those processors that each has to itself.
    init(_ runs: [SeedRun], words: [String], steps: Int, jobs: Int?, threads: Int?) {
        (self.runs, self.words, stepCount) = (runs, words, steps)
        self.jobs = min(jobs ?? Self.processorCount, max(runs.count, 1))
        self.threads = threads ?? min(max(1, Self.processorCount / self.jobs), Threads.limit)
        let total = steps * runs.count
        bar = ProgressBar(total: total, from: Self.steps(of: runs, each: steps), style: style)
    }

    /// Does all runs, and says on standard error how far they are.
    ///
    /// - Returns: whether they were interrupted.
    func run() throws -> Bool {
        Interruption.watch()
        let lifeline = try Connection.toThem()
        var waiting = runs.filter { if case .waiting = $0.state { true } else { false } }[...]
        while true {
            while !isStopping, runs.count(where: \.isRunning) < jobs, let next = waiting.popFirst() {
                try next.start(arguments(next), lifeline: lifeline.theirs.number)
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

    private func arguments(_ run: SeedRun) -> [String] {
        ["train", "--worker", "--json", "--seed", "\(run.seed)", "--run", run.folder, "--threads", "\(threads)"] + words
    }

    /// Waits until something has come from a run, a tenth of a second at most, and takes it in.
    private func wait(for running: [SeedRun]) {
        var files = running.flatMap(\.files).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        _ = poll(&files, nfds_t(files.count), 100)
        for run in running {
            run.update()
            switch run.state {
            case .finished(let summary):
                if case .lines = style { note("seed \(run.seed): \(TrainingSession.report(summary))") }
            case .failed(_, let sentence): say("reverie: seed \(run.seed): \(sentence)")
            case .waiting, .running, .stopped: break
            }
        }
    }

    /// A note that doesn't run into the progress bar.
    private func say(_ text: String) {
        if case .bar = style { note("\r\u{1B}[K" + text) } else { note(text) }
    }

    /// The runs under way that have a return: how far each is, and its return.
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

    /// The arguments of a command without those that each run gets its own of.
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
