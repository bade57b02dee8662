import ArgumentParser
import Graphics
import Storage
import Training

/// The results of runs side by side.
struct SeedReport {
    let agent: String
    let environment: String
    let runs: [SeedRun]

    /// The summaries of the finished runs, in the order of the seeds given.
    private var summaries: [JSON] {
        runs.compactMap { if case .finished(let summary) = $0.state { summary } else { nil } }
    }

    private var returns: [Double] { summaries.compactMap { $0["meanReturn"]?.double } }

    private var failures: [(seed: Int, status: Int32, sentence: String)] {
        runs.compactMap {
            if case .failed(let status, let sentence) = $0.state { ($0.seed, status, sentence) } else { nil }
        }
    }

    /// The exit code of the first run that failed; nil if none did.
    var failure: Int32? { failures.first?.status }

    /// agent, environment, runs (their summaries), failed (seed, status, error), and meanReturn over the seeds: runs,
    /// mean, standardDeviation (of the sample; null for one), interquartileMean.
    var json: JSON {
        let returns = returns
        return [
            "agent": .string(agent), "environment": .string(environment), "runs": .array(summaries),
            "failed": .array(
                failures.map { failure in
                    [
                        "seed": .integer(failure.seed), "status": .integer(Int(failure.status)),
                        "error": .string(failure.sentence),
                    ]
                }),
            "meanReturn": [
                "runs": .integer(returns.count), "mean": .number(Statistics.mean(returns)),
                "standardDeviation": .number(Statistics.sampleStandardDeviation(returns)),
                "interquartileMean": .number(Statistics.interquartileMean(returns)),
            ],
        ]
    }

    /// Prints the report, or what to do if the runs were interrupted.
    ///
    /// - Throws: the exit code of an interruption, or of the first run that failed.
    func finish(json asJSON: Bool, _ isInterrupted: Bool) throws {
        if isInterrupted {
            note("stopped and saved; to continue, repeat the command with --resume")
            throw ExitCode(Interruption.exitCode)
        }
        try output(asJSON ? "\(json)" : text)
        if let failure { throw ExitCode(failure) }
    }

    /// A table of the finished runs, and a line for all of them.
    var text: String {
        let rows = summaries.map { summary in
            ["seed", "steps", "episodes", "seconds", "meanReturn", "run"].map { name in
                summary[name].map { $0.double.map(NumberText.readable) ?? $0.cell } ?? "-"
            }
        }
        let lines = table(["seed", "steps", "episodes", "seconds", "return", "run"], rows)
        guard !returns.isEmpty else { return lines }
        let deviation =
            returns.count > 1 ? " ± \(NumberText.readable(Statistics.sampleStandardDeviation(returns)))" : ""
        let mean = NumberText.readable(Statistics.mean(returns))
        return lines
            + "\nmean return over \(counted(returns.count, "seed")) \(mean)\(deviation), "
            + "interquartile mean \(NumberText.readable(Statistics.interquartileMean(returns)))"
    }
}
