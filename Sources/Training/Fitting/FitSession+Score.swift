import GenerativeModels
import NeuralNetworks

/// What a fit's parameters are judged by.
extension FitSession {
    /// What the scores are; nil if the model has none.
    var scoreKind: ScoreKind? { scored?.scoreKind(of: data.validation) }

    /// The unit of the scores and their kind; "none" if the model has none.
    var scoreTitle: String { scoreKind?.label(of: data.description) ?? "none" }

    /// The score on the validation rows as people get it, lower is better (``GenerativeModels/ScoreKind``), for
    /// likelihoods of the original data; nil if the model has no score.
    func score() throws -> Double? {
        guard let scored else { return nil }
        let limit = configuration.fitting.validationRows
        let rows = limit > 0 ? data.validation.prefix(limit) : data.validation
        let score = try withAverages { try scored.score(rows) }
        let loss = scored.scoreKind(of: rows).loss(score, logVolume: data.logVolume)
        guard !loss.isNaN || rows.isEmpty else { throw diverged([("validation score", loss)]) }
        return loss
    }

    func withAverages<Result>(_ body: () throws -> Result) throws -> Result {
        guard let average, state.updates > 0 else { return try body() }
        return try average.withAverages(body)
    }

    /// Whether a score is the best so far; nil if the model is judged not by the parameters of its best score, but by
    /// the averages, if there are any, or by the last.
    func isBest(_ score: Double?) -> Bool? {
        guard let score, scoreKind?.selects == true, configuration.fitting.keepBest else { return nil }
        return score < (state.bestEpoch > 0 ? state.bestScore : .infinity)
    }

    /// Gives the model the parameters that it is judged by.
    func useBest() {
        if state.bestEpoch > 0 { model.parameters.copy(from: best) }
    }
}
