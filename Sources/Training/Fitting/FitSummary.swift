import Datasets
import Foundation
import GenerativeModels
import Storage

/// The result of a fit: its `summary.json`.
struct FitSummary {
    let json: JSON

    init(
        _ configuration: FitConfiguration, run: String, _ data: FitData, testRows: Int, _ score: ScoreName?,
        _ state: FitState, _ clock: FitClock, _ likelihood: LogLikelihood?
    ) {
        var members: [JSON.Member] = [
            .init("run", .string(run)), .init("model", .string(configuration.model)),
            .init("dataset", .string(configuration.dataset)),
            .init("protocol", Self.protocolJSON(configuration, data, testRows: testRows)),
            .init("seed", .integer(configuration.seed)), .init("epochs", .integer(state.epoch)),
            .init("updates", .integer(state.updates)), .init("seconds", .number(clock.seconds)),
            .init("processorSeconds", .number(clock.processorSeconds)),
            .init("score", .string(score?.rawValue ?? "none")),
        ]
        if score != nil {
            members += [
                .init("firstScore", .number(state.firstScore)),
                .init("validScore", .number(state.bestEpoch > 0 ? state.bestScore : state.validScore)),
            ]
        }
        if state.bestEpoch > 0 { members.append(.init("bestEpoch", .integer(state.bestEpoch))) }
        json = .object(members + Self.members(likelihood, data.description, logVolume: data.logVolume))
    }

    /// How the data were prepared and split.
    private static func protocolJSON(
        _ configuration: FitConfiguration, _ data: FitData, testRows: Int
    ) -> JSON {
        [
            "data": configuration.data.settingsJSON, "kind": .string(data.description.kind.name.rawValue),
            "trainingRows": .integer(data.trainingCount), "validationRows": .integer(data.validation.count),
            "testRows": .integer(testRows),
        ]
    }

    /// log p of the test rows; nil if the model has none.
    static func likelihood(of model: any GenerativeModel, _ rows: DataRows, seed: UInt64) throws -> LogLikelihood? {
        guard let model = model as? any LikelihoodModel, !rows.isEmpty else { return nil }
        return try model.logLikelihood(of: rows, seed: seed)
    }

    /// `testNats`: the negative mean log-likelihood, as tables in papers have it, per row of the original data; also
    /// `bitsPerDimension` if rows are vectors; the kind of likelihood and its standard error.
    static func members(
        _ likelihood: LogLikelihood?, _ description: Dataset.Description, logVolume: Double
    ) -> [JSON.Member] {
        guard let likelihood else { return [.init("testNats", .null), .init("likelihood", .string("none"))] }
        let nats = logVolume - likelihood.mean
        var members: [JSON.Member] = [.init("testNats", .number(nats))]
        if !description.isSequential {
            members.append(.init("bitsPerDimension", .number(nats / Double(description.width) / log(2))))
        }
        members += [
            .init("likelihood", .string(likelihood.kind.rawValue)),
            .init("standardError", .number(likelihood.standardError)),
        ]
        return members + likelihood.details.map { .init($0.name, .number($0.value)) }
    }
}
