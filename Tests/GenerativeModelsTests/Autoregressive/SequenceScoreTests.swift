import Datasets
import Foundation
import Random
import Testing

@testable import GenerativeModels
@testable import TensorCore

/// Likelihoods of sequences that are longer than a model's context.
@Suite struct SequenceScoreTests {
    private static let letters = Dataset.Description(
        name: "letters", shape: [], kind: .symbols(["a", "b"]), isSequential: true)

    private static func make(_ name: String, _ assignments: String...) throws -> SequenceModel {
        func changed(_ settings: some ModelSettings) throws -> any ModelSettings {
            try settings.changed(by: [], assignments: assignments)
        }
        let model = try #require(
            try changed(ModelCatalog.entry(name).makeSettings()).makeModel(for: letters, seed: 4) as? SequenceModel)
        CausalityTests.unsettle(model.parameters)
        return model
    }

    /// Each step of each sequence is a target that counts once, with the steps before it that the overlap promises.
    @Test(arguments: [(5, 0), (5, 2), (5, 4), (8, 3)]) func everyStepCountsOnce(length: Int, overlap: Int) {
        let lengths = [1, 4, 5, 6, 13, 30]
        let rows = DataRows(
            sequences: [Float](repeating: 0, count: lengths.reduce(0, +)), width: 1, lengths: lengths)
        let windows = SequenceWindows(rows, length: length, overlap: overlap).windows
        for (row, count) in lengths.enumerated() {
            let own = windows.filter { $0.row == row }
            #expect(own.flatMap { Array($0.targets) } == Array(0..<count))
            for window in own {
                #expect(window.steps.count <= length && window.steps.upperBound == window.targets.upperBound)
                let before = window.targets.lowerBound - window.steps.lowerBound
                #expect(before == (window.steps.lowerBound == 0 && window.targets.lowerBound == 0 ? 0 : overlap))
            }
        }
    }

    /// The likelihood is that of the distribution that sequences are sampled from, also beyond the context: with the
    /// receptive field inside the context, with a longer one, and with attention.
    @Test(
        arguments: [
            ("tcn", ["blocks=1", "kernel=2", "channels=6", "dropout=0", "context=8"]),
            ("wavenet", ["blocks=1", "layers=3", "channels=6", "skipChannels=6", "context=8"]),
            ("transformer", ["layers=1", "heads=2", "width=8", "context=4", "scoredSteps=1"]),
        ])
    func samplesFollowTheLikelihood(name: String, assignments: [String]) throws {
        let steps = 10
        func changed(_ settings: some ModelSettings) throws -> any ModelSettings {
            try settings.changed(by: [], assignments: assignments + ["sampleSteps=\(steps)"])
        }
        let model = try #require(
            try changed(ModelCatalog.entry(name).makeSettings()).makeModel(for: Self.letters, seed: 4)
                as? SequenceModel)
        CausalityTests.unsettle(model.parameters)
        let states = FewBits.states(steps)
        let rows = DataRows(
            sequences: states.values, width: 1, lengths: [Int](repeating: steps, count: states.count))
        let likelihood = try model.logLikelihood(of: rows, seed: 0)
        #expect(likelihood.kind == .exact)
        let probabilities = likelihood.nats.map { exp($0) }
        #expect(abs(probabilities.reduce(0, +) - 1) < 1e-4)
        let samples = try model.sample(6000, seed: 3)
        let (value, limit) = FewBits.chiSquare(FewBits.numbers(samples, width: steps), probabilities)
        #expect(value < limit, "\(value), \(limit) at most")
    }

    /// The context that fitting cuts windows by doesn't change what a convolution's receptive field sees.
    @Test func convolutionsScoreTheSameInAllWindows() throws {
        let (short, long) = try (
            Self.make("tcn", "blocks=1", "channels=6", "context=8"),
            Self.make("tcn", "blocks=1", "channels=6", "context=256")
        )
        long.parameters.copy(from: short.parameters)
        var random = RandomStream(seed: 5)
        let rows = DataRows(
            sequences: (0..<300).map { _ in random.uniform() < 0.4 ? 1 : 0 }, width: 1, lengths: [200, 3, 97])
        let nats = try [short, long].map { try $0.logLikelihood(of: rows, seed: 0).nats }
        for (a, b) in zip(nats[0], nats[1]) { #expect(abs(a - b) < 1e-3, "\(a) \(b)") }
        #expect(short.scoreKind(of: rows) == .exact)
    }

    /// Attention over long sequences is exact if every step is scored in a window of its own; otherwise it is called
    /// what it is.
    @Test func windowsSayWhatTheyAre() throws {
        let settings = ["layers=1", "heads=2", "width=8", "context=6"]
        let coarse = try Self.make("transformer", settings[0], settings[1], settings[2], settings[3])
        let exact = try Self.make("transformer", settings[0], settings[1], settings[2], settings[3], "scoredSteps=1")
        let cut = try Self.make("transformer", settings[0], settings[1], settings[2], settings[3], "scoredSteps=6")
        for model in [exact, cut] { model.parameters.copy(from: coarse.parameters) }
        var random = RandomStream(seed: 5)
        let rows = DataRows(
            sequences: (0..<66).map { _ in random.uniform() < 0.4 ? 1 : 0 }, width: 1, lengths: [60, 6])
        let (all, short) = (try exact.logLikelihood(of: rows, seed: 0), rows.gathered([1]))
        #expect(all.kind == .exact)
        for model in [coarse, cut] {
            let likelihood = try model.logLikelihood(of: rows, seed: 0)
            #expect(likelihood.kind == .windowed && model.scoreKind(of: rows) == .windowed)
            #expect(abs(likelihood.nats[0] - all.nats[0]) > 0.01 && abs(likelihood.nats[1] - all.nats[1]) < 1e-4)
            #expect(try model.logLikelihood(of: short, seed: 0).kind == .exact)
        }
    }
}
