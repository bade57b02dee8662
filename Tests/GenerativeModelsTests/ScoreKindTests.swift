import Datasets
import Testing

@testable import GenerativeModels

@Suite struct ScoreKindTests {
    /// Lower is better, whatever the model returns, and only densities depend on the units of the data.
    @Test func allLossesHaveOneSign() {
        for kind in ScoreKind.allCases {
            let (better, worse) = kind == .sampleDistance ? (1.0, 2.0) : (-1, -2)
            #expect(kind.loss(better, logVolume: 0) < kind.loss(worse, logVolume: 0), "\(kind)")
            #expect(kind.loss(-3, logVolume: 2) == kind.loss(-3, logVolume: 0) + (kind.isDensity ? 2 : 0), "\(kind)")
        }
    }

    @Test func unitsAreThosePeopleUse() {
        let rows = Bits.description(4)
        let text = Dataset.Description(name: "text", shape: [], kind: .symbols(["a"]), isSequential: true)
        let roll = Dataset.Description(name: "roll", shape: [88], kind: .bits, isSequential: true)
        #expect(
            [rows, text, roll].map(ScoreKind.exact.unit) == ["row", "character", "frame"].map { "nats per \($0)" })
        #expect(ScoreKind.bound.label(of: rows) == "nats per row (bound)")
        #expect(ScoreKind.squaredError.label(of: rows) == "squared error per row")
    }

    /// A Bernoulli decoder on greys has no density, and says so; on bits it has.
    @Test func greysTakenForBitsAreNoDensity() throws {
        var settings = VariationalAutoencoderSettings()
        (settings.likelihood, settings.hiddenSize, settings.latentSize) = (.bernoulli, 4, 1)
        for (kind, expected) in [(ElementKind.bits, ScoreKind.bound), (.unit, .unnormalized)] {
            let data = Dataset.Description(name: "d", shape: [3], kind: kind)
            let model = try #require(try settings.makeModel(for: data, seed: 1) as? VariationalAutoencoder)
            let likelihood = try model.logLikelihood(of: DataRows([0, 1, 1], width: 3), seed: 1)
            #expect(model.scoreKind == expected && likelihood.kind == expected)
            #expect(expected.isDensity == (kind == .bits))
        }
        settings.likelihood = .gaussian
        let reals = Dataset.Description(name: "d", shape: [3], kind: .reals)
        #expect(try VariationalAutoencoder(settings, data: reals, seed: 1).scoreKind == .bound)
    }

    /// One row says nothing about the deviation of others.
    @Test func oneRowHasNoStandardError() {
        #expect(LogLikelihood(.exact, [-1]).standardError.isNaN)
        #expect(LogLikelihood(.exact, [-1, -3]).standardError == 1)
    }
}
