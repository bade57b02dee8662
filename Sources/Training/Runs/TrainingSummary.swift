import Agents
import Environments
import Graphics
import Storage

/// The result of a training run, `summary.json`, and as text.
public enum TrainingSummary {
    /// run, agent, environment, seed, steps, episodes, updates, seconds (of this process), stepsPerSecond; meanReturn
    /// of the last training episodes, at most 100, and their number meanReturnEpisodes; meanWrappedReturn if wrappers
    /// change rewards; bestEvaluation (see ``GreedyEvaluation``) of a run that was evaluated; and of a planner
    /// isFinished, sweeps and startValue.
    static func json(
        _ run: TrainingRun, folder: String, _ trainer: Trainer, best: GreedyEvaluation?, seconds: Double, newSteps: Int
    ) throws -> JSON {
        let statistics = trainer.statistics
        var members: [JSON.Member] = [
            .init("run", .string(folder)), .init("agent", .string(run.agent)),
            .init("environment", .string(run.environment)), .init("seed", .integer(run.run.seed)),
            .init("steps", .integer(trainer.steps)), .init("episodes", .integer(trainer.episodes)),
            .init("updates", .integer(trainer.agent.updates)), .init("seconds", .number(seconds)),
            .init("stepsPerSecond", .number(Double(newSteps) / seconds)),
            .init("meanReturn", statistics.recentMeanReturn.map(JSON.number) ?? .null),
            .init("meanReturnEpisodes", .integer(statistics.recentCount)),
        ]
        if let wrapped = statistics.recentMeanWrappedReturn {
            members.append(.init("meanWrappedReturn", .number(wrapped)))
        }
        if let best { members.append(.init("bestEvaluation", best.json)) }
        if let planner = trainer.agent as? any PlanningLearner {
            let starts = try run.makeEnvironment(count: startCount)
            try starts.reset(seed: UInt64(run.run.seed))
            members += [
                .init("isFinished", .boolean(planner.isFinished)), .init("sweeps", .integer(planner.sweeps)),
                .init("startValue", .number(Statistics.mean(planner.stateValues(of: starts.observations)))),
            ]
        }
        return .object(members)
    }

    /// The number of starts that a planner's value is the mean over; most environments start in one state.
    private static let startCount = 100

    /// A summary in one or two lines of text.
    public static func text(_ summary: JSON) -> String {
        let (seconds, rate) = (summary["seconds"]?.double ?? 0, summary["stepsPerSecond"]?.double ?? 0)
        let (steps, episodes) = (summary["steps"]?.integer ?? 0, summary["episodes"]?.integer ?? 0)
        var text =
            "\(counted(steps, "step")), \(counted(episodes, "episode")) in "
            + "\(NumberText.fixed(seconds, decimals: 1)) s (\(NumberText.fixed(rate, decimals: 0)) steps/s)"
        if let sweeps = summary["sweeps"]?.integer, let value = summary["startValue"]?.double {
            let isFinished = summary["isFinished"] == .boolean(true)
            return text + "\nplanning \(isFinished ? "finished" : "stopped") after \(counted(sweeps, "sweep")), "
                + "value of the start \(NumberText.readable(value))"
        }
        if let mean = summary["meanReturn"]?.double {
            text +=
                ", mean return of \(Self.episodes(summary["meanReturnEpisodes"]?.integer)) \(NumberText.readable(mean))"
        }
        if let wrapped = summary["meanWrappedReturn"]?.double { text += " (wrapped: \(NumberText.readable(wrapped)))" }
        if let best = summary["bestEvaluation"], let mean = best["meanReturn"]?.double,
            let step = best["step"]?.integer
        {
            text +=
                "\nbest evaluation \(NumberText.readable(mean)) at step \(ProgressBar.grouped(step)), "
                + "mean return of \(counted(best["episodes"]?.integer ?? 0, "greedy episode"))"
            if let cut = best["cutEpisodes"]?.integer, cut > 0 { text += ", \(cut) of which reached the step limit" }
        }
        return text
    }

    /// Which training episodes a mean is over.
    private static func episodes(_ count: Int?) -> String {
        switch count {
        case 1: "the only episode"
        case let count? where count < 100: "all \(count) episodes"
        default: "the last 100 episodes"
        }
    }
}
