import Experience
import Graphics
import Storage

/// The results of an evaluation, as JSON and as text.
public struct EvaluationReport: Sendable {
    public let mean: Double
    /// The number of episodes that were left at the limit of steps, because they would not end.
    public let cutEpisodes: Int
    private let returns: [Double]
    /// The mean of the returns as wrappers changed them; nil if none changes rewards.
    private let wrappedMean: Double?
    private let lengths: [Double]

    /// Summarises episodes.
    ///
    /// - Precondition: there is at least one.
    /// - Throws: ``TrainingError/infiniteReturn(episode:seed:value:)`` if a return is not a finite number.
    public init(_ episodes: [EpisodeSummary]) throws(TrainingError) {
        precondition(!episodes.isEmpty, "a report needs at least one episode")
        try episodes.requireFiniteReturns()
        returns = episodes.map(\.return)
        lengths = episodes.map { Double($0.length) }
        mean = Statistics.mean(returns)
        let wrapped = episodes.compactMap(\.wrappedReturn)
        wrappedMean = wrapped.isEmpty ? nil : Statistics.mean(wrapped)
        cutEpisodes = episodes.count(where: \.isCut)
    }

    /// The 95 % bootstrap interval of the mean; nil for a single episode, which doesn't show how much returns vary.
    private var interval: (lower: Double, upper: Double)? {
        returns.count > 1 ? Statistics.bootstrapInterval(ofMeanOf: returns) : nil
    }

    /// episodes, meanReturn, standardDeviation (of the population), interquartileMean, interval (95 %, bootstrap, of
    /// the mean; null for one episode), minimum, maximum, meanLength, cutEpisodes; meanWrappedReturn if wrappers change
    /// rewards.
    public var json: JSON {
        let members: [JSON.Member] = [
            .init("episodes", .integer(returns.count)), .init("meanReturn", .number(mean)),
            .init("standardDeviation", .number(Statistics.populationStandardDeviation(returns))),
            .init("interquartileMean", .number(Statistics.interquartileMean(returns))),
            .init("interval", interval.map { [.number($0.lower), .number($0.upper)] } ?? .null),
            .init("minimum", .number(returns.min()!)), .init("maximum", .number(returns.max()!)),
            .init("meanLength", .number(Statistics.mean(lengths))), .init("cutEpisodes", .integer(cutEpisodes)),
        ]
        return .object(members + wrappedMember)
    }

    /// meanWrappedReturn, if wrappers change rewards.
    public var wrappedMember: [JSON.Member] { wrappedMean.map { [.init("meanWrappedReturn", .number($0))] } ?? [] }

    /// Two lines of text, a third for wrapped returns, and a fourth for episodes that were left at the limit of steps.
    public var text: String {
        func text(_ number: Double) -> String { NumberText.readable(number) }
        let count = returns.count
        guard count > 1 else {
            return "return \(text(mean)) in 1 episode of \(counted(Int(lengths[0]), "step"))"
                + " (one episode gives no interval)" + additions
        }
        let bounds = interval.map { "\(text($0.lower)) to \(text($0.upper))" } ?? "none"
        return """
            mean return \(text(mean)) ± \(text(Statistics.populationStandardDeviation(returns))) over \(count) \
            episodes (95 % interval of the mean \(bounds))
            interquartile mean \(text(Statistics.interquartileMean(returns))), minimum \(text(returns.min()!)), \
            maximum \(text(returns.max()!)), mean length \(text(Statistics.mean(lengths)))
            """ + additions
    }

    /// Lines for wrapped returns and for episodes that were left, each after a line feed; empty if there are none.
    public var additions: String {
        let wrapped = wrappedMean.map {
            "\nwrapped: the rewards that the agent is given add up to \(NumberText.readable($0))"
        }
        guard cutEpisodes > 0 else { return wrapped ?? "" }
        let episodes = counted(cutEpisodes, "episode was", plural: "episodes were")
        return (wrapped ?? "") + "\n\(episodes) left at the step limit, without an end"
    }
}
