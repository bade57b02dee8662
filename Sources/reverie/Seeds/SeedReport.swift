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
        runs.compactMap(\.summary)
    }

    private var returns: [Double] { summaries.compactMap { $0["meanReturn"]?.double } }

    /// The mean returns of the best evaluations of the finished runs, if runs were evaluated.
    private var bestReturns: [Double] { summaries.compactMap { $0["bestEvaluation"]?["meanReturn"]?.double } }

    private var failures: [(seed: Int, status: Int32, sentence: String)] {
        runs.compactMap {
            if case .failed(let status, let sentence) = $0.outcome { ($0.seed, status, sentence) } else { nil }
        }
    }

    /// The exit code of the first run that failed; nil if none did.
    var failure: Int32? { failures.first?.status }

    /// agent, environment, runs (their summaries), failed (seed, status, error), and meanReturn over the seeds: runs,
    /// mean, standardDeviation (of the sample; null for one), interquartileMean; the same of the best
    /// evaluations as bestEvaluation, if runs were evaluated.
    var json: JSON {
        let failed = failures.map { failure -> JSON in
            [
                "seed": .integer(failure.seed), "status": .integer(Int(failure.status)),
                "error": .string(failure.sentence),
            ]
        }
        let members: [JSON.Member] = [
            .init("agent", .string(agent)), .init("environment", .string(environment)),
            .init("runs", .array(summaries)), .init("failed", .array(failed)),
        ]
        let best = bestReturns.isEmpty ? [] : Self.members(bestReturns, "bestEvaluation")
        return .object(members + Self.members(returns) + best)
    }

    /// Summaries of one return for each run.
    static func members(_ returns: [Double], _ name: String = "meanReturn") -> [JSON.Member] {
        [
            .init(
                name,
                [
                    "runs": .integer(returns.count), "mean": .number(Statistics.mean(returns)),
                    "standardDeviation": .number(Statistics.sampleStandardDeviation(returns)),
                    "interquartileMean": .number(Statistics.interquartileMean(returns)),
                ])
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
        let isEvaluated = !bestReturns.isEmpty
        let names = ["seed", "steps", "episodes", "seconds", "meanReturn"]
        let rows = summaries.map { summary in
            let cells = names.map { name in summary[name].map(Self.cell) ?? "-" }
            let best = summary["bestEvaluation"]?["meanReturn"].map(Self.cell) ?? "-"
            return cells + (isEvaluated ? [best] : []) + [summary["run"]?.cell ?? "-"]
        }
        let columns = ["seed", "steps", "episodes", "seconds", "mean return"]
        let lines = table(columns + (isEvaluated ? ["best evaluation"] : []) + ["run"], rows)
        guard !returns.isEmpty else { return lines }
        return lines + "\n" + Self.line(returns)
            + (isEvaluated ? "\n" + Self.line(bestReturns, "best evaluation") : "")
    }

    /// Whole numbers as they are: a seed near 2⁶³ is no `Double`.
    private static func cell(_ value: JSON) -> String {
        if case .number(let number) = value { NumberText.readable(number) } else { value.cell }
    }

    /// The mean over several runs, in words.
    static func line(_ returns: [Double], _ name: String = "mean return", over: String = "seed") -> String {
        let deviation =
            returns.count > 1 ? " ± \(NumberText.readable(Statistics.sampleStandardDeviation(returns)))" : ""
        let runs = counted(returns.count, over)
        return "\(name) over \(runs) \(NumberText.readable(Statistics.mean(returns)))\(deviation), "
            + "interquartile mean \(NumberText.readable(Statistics.interquartileMean(returns)))"
    }
}
