import Environments
import Experience
import Storage

/// The result of an evaluation of the greedy policy during training.
public struct GreedyEvaluation: Hashable, Sendable {
    /// The step of the training at which it was made.
    public var step = 0
    /// The mean return of its episodes.
    public var meanReturn = 0.0
    /// The number of its episodes.
    public var episodes = 0
    /// The number of episodes that were left at the limit of steps, because they would not end.
    public var cutEpisodes = 0

    init() {}

    /// Sums up the episodes of an evaluation.
    ///
    /// - Throws: ``TrainingError/infiniteReturn(episode:seed:value:)``.
    init(_ episodes: [EpisodeSummary], step: Int) throws(TrainingError) {
        try episodes.requireFiniteReturns()
        (self.step, self.episodes) = (step, episodes.count)
        meanReturn = Statistics.mean(episodes.map(\.return))
        cutEpisodes = episodes.count(where: \.isCut)
    }

    /// step, meanReturn, episodes, cutEpisodes.
    var json: JSON {
        [
            "step": .integer(step), "meanReturn": .number(meanReturn), "episodes": .integer(episodes),
            "cutEpisodes": .integer(cutEpisodes),
        ]
    }
}

extension GreedyEvaluation {
    /// Its line in `metrics.jsonl`.
    var line: JSON {
        [
            "step": .integer(step), "evaluationReturn": .number(meanReturn), "evaluationEpisodes": .integer(episodes),
            "evaluationCutEpisodes": .integer(cutEpisodes),
        ]
    }

    /// The evaluation in a line; nil for a line of other metrics.
    private init?(line: JSON) {
        guard let step = line["step"]?.integer, let meanReturn = line["evaluationReturn"]?.double else { return nil }
        (self.step, self.meanReturn) = (step, meanReturn)
        episodes = line["evaluationEpisodes"]?.integer ?? 0
        cutEpisodes = line["evaluationCutEpisodes"]?.integer ?? 0
    }

    /// Reads the evaluations among the lines of a `metrics.jsonl`. A run that is under way may have an incomplete last
    /// line; it is dropped.
    ///
    /// - Throws: `FormatError` for a line that is no JSON.
    static func read(_ bytes: [UInt8], file: String) throws(FormatError) -> [GreedyEvaluation] {
        var evaluations: [GreedyEvaluation] = []
        var start = 0
        while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            let line = try JSON(parsing: bytes[start..<end], file: file)
            if let evaluation = GreedyEvaluation(line: line) { evaluations.append(evaluation) }
            start = end + 1
        }
        return evaluations
    }
}

extension GreedyEvaluation: StateCodable {
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&step, in: 0...1 << 62)
        try coder.code(&meanReturn)
        try coder.code(&episodes, in: 0...1 << 62)
        try coder.code(&cutEpisodes, in: 0...1 << 62)
    }
}

extension [EpisodeSummary] {
    /// Refuses returns that are NaN or infinite, of which there is no mean.
    ///
    /// - Throws: ``TrainingError/infiniteReturn(episode:seed:value:)``.
    func requireFiniteReturns() throws(TrainingError) {
        for (index, episode) in enumerated() where !episode.return.isFinite {
            throw .infiniteReturn(episode: index, seed: episode.seed, value: episode.return)
        }
    }
}
