import Training

/// Runs of the same training with several seeds, side by side, each in a process of its own.
final class SeedRuns {
    /// In the order of the seeds given.
    let runs: [SeedRun]
    private let command: (_ run: SeedRun) -> [String]
    private let pool: WorkerPool
    private let stepCount: Int
    private let style = ProgressStyle.suitable()
    private let bar: ProgressBar

    /// Prepares the runs.
    ///
    /// - Parameters:
    ///   - steps: The steps of each run.
    ///   - jobs: How many runs at a time; nil for as many as there are processors.
    ///   - threads: The threads of each run; nil to divide the processors among them.
    ///   - command: The arguments of `reverie` that do a run.
    init(
        _ runs: [SeedRun], steps: Int, jobs: Int?, threads: Int?, command: @escaping (_ run: SeedRun) -> [String]
    ) {
        (self.runs, self.command, stepCount) = (runs, command, steps)
        pool = WorkerPool(jobs: jobs, threads: threads, atMost: runs.count)
        let total = steps * runs.count
        bar = ProgressBar(total: total, from: Self.steps(of: runs, each: steps), style: style)
    }

    /// Does all runs and reports their progress on standard error.
    ///
    /// - Returns: whether they were interrupted.
    func run() throws -> Bool {
        var waiting = runs.filter { $0.outcome == nil }[...]
        let isInterrupted = try pool.run(
            next: { waiting.popFirst().map { ($0, command($0)) } }, ended: end,
            watch: { working in
                for one in working { one.part.update(one.process.report) }
                bar.update(step: Self.steps(of: runs, each: stepCount), metrics: metrics(of: working.map(\.part)))
            })
        bar.finish(step: Self.steps(of: runs, each: stepCount))
        return isInterrupted
    }

    private func end(_ run: SeedRun, _ outcome: WorkerProcess.Outcome) {
        run.end(outcome)
        switch outcome {
        case .finished(let summary):
            if case .lines = style {
                note("seed \(run.seed): \(TrainingSummary.text(summary).replacing("\n", with: "; "))")
            }
        case .failed(_, let sentence): say("reverie: seed \(run.seed): \(sentence)")
        case .stopped: break
        }
    }

    /// Prints a note that doesn't collide with the progress bar.
    private func say(_ text: String) {
        if case .bar = style { note("\r\u{1B}[K" + text) } else { note(text) }
    }

    /// The progress and mean return of the runs under way that have one.
    private func metrics(of running: [SeedRun]) -> [(name: String, value: Double)] {
        running.compactMap { run in
            run.report.meanReturn.map { ("seed \(run.seed) \(100 * run.report.steps / stepCount)%", $0) }
        }
    }

    private static func steps(of runs: [SeedRun], each steps: Int) -> Int {
        runs.reduce(0) { sum, run in sum + (run.summary == nil ? min(run.report.steps, steps) : steps) }
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
