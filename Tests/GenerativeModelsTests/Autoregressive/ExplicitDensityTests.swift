import Datasets
import Foundation
import Testing

@testable import GenerativeModels

/// Requirements of every autoregressive model of bits: it is a density, its samples follow it, and it learns from data.
@Suite struct ExplicitDensityTests {
    static let width = 9

    /// The models, small, with the settings that each is tested with.
    static let models: [(name: String, assignments: [String])] = [
        ("tabular", []), ("fvbn", []), ("neural-autoregressive", ["groupUnits=3"]),
        ("nade", ["hiddenUnits=12"]), ("nade", ["hiddenUnits=12", "shuffled=true"]),
        ("made", ["hiddenUnits=40"]), ("made", ["hiddenUnits=20,20", "masks=3", "shuffled=true"]),
        ("deep-nade", ["hiddenUnits=20,20"]), ("deep-nade", ["hiddenUnits=30", "orders=3"]),
        ("conv-nade", ["layers=2", "channels=8", "kernel=3", "orders=2"]),
        ("pixelcnn", ["layers=2", "channels=8", "firstKernel=3", "headChannels=8"]),
        ("gated-pixelcnn", ["layers=2", "channels=8", "firstKernel=3", "headChannels=8"]),
        ("wavenet", ["blocks=1", "layers=3", "channels=8", "skipChannels=12"]),
        ("tcn", ["channels=12", "dropout=0"]),
        ("transformer", ["layers=1", "heads=2", "width=16"]),
    ]

    static func make(_ name: String, _ assignments: [String], seed: UInt64 = 5) throws -> any GenerativeModel {
        func changed(_ settings: some ModelSettings) throws -> any ModelSettings {
            try settings.changed(by: [], assignments: assignments)
        }
        return try changed(ModelCatalog.entry(name).makeSettings()).makeModel(
            for: FewBits.description(width, height: 3), seed: seed)
    }

    @Test(arguments: models) func isTheDensityThatItDrawsFrom(name: String, assignments: [String]) throws {
        let model = try Self.make(name, assignments)
        try FewBits.fit(
            model, FewBits.rows(1000, width: Self.width), epochs: name == "tabular" ? 1 : 5, learningRate: 1e-2)
        let likelihood = try (model as! any LikelihoodModel).logLikelihood(of: FewBits.states(Self.width), seed: 0)
        #expect(likelihood.kind == .exact)
        let probabilities = likelihood.nats.map(exp)
        let sum = probabilities.reduce(0, +)
        #expect(abs(sum - 1) < 1e-5, "\(sum)")
        #expect(probabilities.max()! > 3 / Double(probabilities.count), "it isn't uniform")

        // One call has to sample the mixture over all masks or orders.
        let draws = try (model as! any SamplingModel).sample(10_000, seed: 100)
        let (value, limit) = FewBits.chiSquare(FewBits.numbers(draws, width: Self.width), probabilities)
        #expect(value < limit, "\(value), \(limit) at most")
    }

    @Test(arguments: models) func learnsWhatDataSay(name: String, assignments: [String]) throws {
        let model = try #require(try Self.make(name, assignments) as? any ScoredModel)
        let (rows, held) = (FewBits.rows(4000, width: Self.width), FewBits.rows(4000, width: Self.width, seed: 8))
        let before = try model.score(held)
        try FewBits.fit(model, rows, epochs: name == "tabular" ? 1 : 40, learningRate: 5e-3)
        let after = try model.score(held)
        // Independent bits with these rates: the best that a model without dependences can reach.
        let rates = (0..<Self.width).map { place in
            (0..<rows.count).reduce(0.0) { $0 + Double(rows.values[$1 * Self.width + place]) } / Double(rows.count)
        }
        let independent = rates.reduce(0) { $0 + $1 * log($1) + (1 - $1) * log(1 - $1) }
        #expect(after > before + 0.5 && after > independent + 0.3, "\(before), \(after), independent \(independent)")
    }

    /// Completed rows keep their known numbers, and the unknown ones follow the conditional.
    @Test(arguments: models) func completesWhatIsMissing(name: String, assignments: [String]) throws {
        let model = try Self.make(name, assignments)
        try FewBits.fit(
            model, FewBits.rows(1000, width: Self.width), epochs: name == "tabular" ? 1 : 5, learningRate: 1e-2)
        let known = (0..<Self.width).map { $0 < 6 }
        let start = FewBits.states(Self.width).gathered([0b101101000, 0b000111000])
        let rows = try (model as! any CompletingModel).complete(start, known: known, seed: 1)
        for row in 0..<2 {
            for place in 0..<6 { #expect(rows[row * Self.width + place] == start.values[row * Self.width + place]) }
        }
        let process = try (model as! any ProcessModel).process(count: 2, from: start, known: known, seed: 1)
        var steps = 0
        while try process.advance() { steps += 1 }
        #expect(steps == 3 && process.rows == rows)
    }
}
