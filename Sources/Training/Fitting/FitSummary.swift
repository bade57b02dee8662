import Datasets
import Foundation
import GenerativeModels
import Storage

/// The result of a fit: its `summary.json`. All its scores have one sign: lower is better.
struct FitSummary {
    let json: JSON

    init(
        _ configuration: FitConfiguration, run: String, _ data: FitData, test: DataRows,
        _ model: any GenerativeModel, _ score: ScoreKind?,
        _ state: FitState, _ clock: FitClock, _ likelihood: LogLikelihood?
    ) {
        var members: [JSON.Member] = [
            .init("run", .string(run)), .init("model", .string(configuration.model)),
            .init("dataset", .string(configuration.dataset)),
            .init("protocol", Self.protocolJSON(configuration, data, testRows: test.count)),
            .init("seed", .integer(configuration.seed)), .init("epochs", .integer(state.epoch)),
            .init("updates", .integer(state.updates)), .init("seconds", .number(clock.seconds)),
            .init("processorSeconds", .number(clock.processorSeconds)),
            .init("score", .string(score?.rawValue ?? "none")),
        ]
        if let score {
            members += [
                .init("scoreUnit", .string(score.unit(of: data.description))),
                .init("firstValidation", .number(state.firstScore)),
                .init("validation", .number(state.bestEpoch > 0 ? state.bestScore : state.score)),
            ]
        }
        if let remark = model.remark { members.append(.init("remark", .string(remark))) }
        if state.bestEpoch > 0 { members.append(.init("bestEpoch", .integer(state.bestEpoch))) }
        json = .object(members + Self.members("test", likelihood, test, data.description, logVolume: data.logVolume))
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

    /// log p of rows; nil if the model has none.
    static func likelihood(of model: any GenerativeModel, _ rows: DataRows, seed: UInt64) throws -> LogLikelihood? {
        guard let model = model as? any LikelihoodModel, !rows.isEmpty else { return nil }
        return try model.logLikelihood(of: rows, seed: seed)
    }

    /// `testNats`: the negative mean log-likelihood in nats, as tables in papers have it, of the original data, per
    /// what `unit` says: per row, or per step of sequences; also `bitsPerDimension` if rows are vectors; the kind of
    /// likelihood and its standard error, null for a single row.
    ///
    /// - Parameter part: The part of the data, which the name begins with.
    static func members(
        _ part: String, _ likelihood: LogLikelihood?, _ rows: DataRows, _ data: Dataset.Description, logVolume: Double
    ) -> [JSON.Member] {
        guard let likelihood else {
            return [.init("\(part)Nats", .null), .init("likelihood", .string("none"))]
        }
        let steps = data.isSequential ? Double(max(1, rows.lengths.reduce(0, +))) / Double(rows.count) : 1
        let nats = likelihood.kind.loss(likelihood.mean, logVolume: logVolume) / steps
        var members: [JSON.Member] = [
            .init("\(part)Nats", .number(nats)), .init("unit", .string(likelihood.kind.unit(of: data))),
        ]
        if !data.isSequential && likelihood.kind.isDensity {
            members.append(.init("bitsPerDimension", .number(nats / Double(data.width) / log(2))))
        }
        let error = likelihood.standardError / steps
        members += [
            .init("likelihood", .string(likelihood.kind.rawValue)),
            .init("standardError", error.isFinite ? .number(error) : .null),
        ]
        return members + likelihood.details.map { .init($0.name, .number($0.value)) }
    }
}
