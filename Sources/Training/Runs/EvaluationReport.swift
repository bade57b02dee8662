import Experience
import Storage

/// The results of an evaluation, as JSON and as text.
public struct EvaluationReport: Sendable {
    public let mean: Double
    private let returns: [Double]
    private let lengths: [Double]

    /// Summarises episodes.
    ///
    /// - Precondition: there is at least one.
    public init(_ episodes: [EpisodeSummary]) {
        precondition(!episodes.isEmpty, "a report needs at least one episode")
        returns = episodes.map(\.return)
        lengths = episodes.map { Double($0.length) }
        mean = Statistics.mean(returns)
    }

    /// episodes, meanReturn, standardDeviation (of the population), interquartileMean, interval (95 %, bootstrap, of
    /// the mean), minimum, maximum, meanLength.
    public var json: JSON {
        let interval = Statistics.bootstrapInterval(ofMeanOf: returns)
        return [
            "episodes": .integer(returns.count), "meanReturn": .number(mean),
            "standardDeviation": .number(Statistics.populationStandardDeviation(returns)),
            "interquartileMean": .number(Statistics.interquartileMean(returns)),
            "interval": [.number(interval.lower), .number(interval.upper)],
            "minimum": .number(returns.min()!), "maximum": .number(returns.max()!),
            "meanLength": .number(Statistics.mean(lengths)),
        ]
    }

    /// Two lines of text.
    public var text: String {
        func number(_ name: String) -> String { "\((json[name]?.double ?? .nan).rounded(toPlaces: 3))" }
        let interval = json["interval"]?.array?.compactMap(\.double).map { "\($0.rounded(toPlaces: 3))" } ?? []
        return """
            mean return \(number("meanReturn")) ± \(number("standardDeviation")) \
            over \(counted(returns.count, "episode")) \
            (95 % interval of the mean \(interval.joined(separator: " to ")))
            interquartile mean \(number("interquartileMean")), minimum \(number("minimum")), \
            maximum \(number("maximum")), mean length \(number("meanLength"))
            """
    }
}

extension Double {
    fileprivate func rounded(toPlaces places: Int) -> Double {
        var factor = 1.0
        for _ in 0..<places { factor *= 10 }
        return (self * factor).rounded() / factor
    }
}
