import Agents
import Configuration
import Environments
import Foundation
import GenerativeModels
import NeuralNetworks
import Random
import Rollouts
import Storage
import TensorCore
import Testing

@testable import Training

@Suite struct FitTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    /// A rollout of `episodes` random episodes.
    private func rollout(_ id: String, episodes: Int, name: String = "data.npz") throws -> String {
        func make(_ count: Int) throws -> any BatchedEnvironment {
            try EnvironmentCatalog.make(id, count: count, autoreset: .nextStep)
        }
        let agent = try RandomSettings().makeAgent(for: EnvironmentDescription(make(1)), seed: 1)
        let path = folder.file(name)
        let observer = try RolloutObserver(agent, make(1), to: path, videoPath: nil, metadata: [], overwrite: false)
        _ = try Evaluator(agent, batchLimit: 1, observer: observer, makeEnvironment: make).run(
            episodes: episodes, seed: 0)
        try observer.finish(overwrite: false)
        return path
    }

    /// A rollout of one episode with the given observations.
    private func rollout(_ observations: [[Float]], name: String = "data.npz") throws -> String {
        let layout = RolloutLayout(
            environment: "Made", observationType: .float32, observationShape: [observations[0].count],
            actions: .discrete)
        let path = folder.file(name)
        let recorder = try RolloutRecorder(layout: layout, to: path, slotCount: 1, overwrite: true)
        let first = observations[0]
        try recorder.begin(slot: 0, seed: nil, observation: first.span.bytes)
        for (index, observation) in observations.dropFirst().enumerated() {
            try recorder.step(
                slot: 0, action: 0, reward: 0, terminated: index == observations.count - 2, truncated: false,
                observation: observation.span.bytes)
        }
        try recorder.finish()
        return path
    }

    /// Rows of three numbers that depend on each other, of different sizes, and one that never changes.
    private static func correlated(_ count: Int) -> [[Float]] {
        var random = RandomStream(seed: 12)
        return (0..<count).map { _ in
            let (a, b) = (random.normal(), random.normal())
            return [Float(5 + 2 * a), Float(-100 + 30 * (0.8 * a + 0.6 * b)), Float(0.01 * b), 7]
        }
    }

    private static func moments(_ rows: [Float], width: Int) -> [(mean: Double, deviation: Double)] {
        (0..<width).map { column in
            let values = stride(from: column, to: rows.count, by: width).map { Double(rows[$0]) }
            let mean = Statistics.mean(values)
            return (mean, Statistics.populationStandardDeviation(values))
        }
    }

    @Test func standardizationAndBack() {
        let rows = Self.correlated(500).flatMap(\.self)
        let scaling = Standardizer(rows, width: 4)
        for (column, moment) in Self.moments(rows, width: 4).enumerated() {
            #expect(abs(Double(scaling.means[column]) - moment.mean) < 1e-4)
            let expected = column == 3 ? 1 : moment.deviation
            #expect(abs(Double(scaling.deviations[column]) - expected) < 1e-4 * expected)
        }
        let scaled = scaling.apply(rows)
        for (column, moment) in Self.moments(scaled, width: 4).enumerated() {
            #expect(abs(moment.mean) < 1e-4 && abs(moment.deviation - (column == 3 ? 0 : 1)) < 1e-4)
        }
        #expect(zip(scaling.undo(scaled), rows).allSatisfy { abs($0 - $1) <= 2e-5 * max(1, abs($1)) })
        let volume = scaling.deviations.reduce(1.0) { $0 * Double($1) }
        #expect(abs(scaling.logVolume - log(volume)) < 1e-9)
        #expect(Standardizer([.leastNonzeroMagnitude, 0], width: 1).deviations == [1], "too small to divide by")
    }

    @Test func aDatasetIsASplitOfAllObservations() throws {
        let rows = (0..<60).map { [Float($0), Float(-$0)] }
        let path = try rollout(rows)
        let data = try ObservationDataset(rollout: path, seed: 4)
        #expect(data.width == 2 && data.shape == [2])
        #expect(data.validation.count == 6 * 2 && data.training.count == 54 * 2)
        let all = data.training + data.validation
        let firsts = stride(from: 0, to: all.count, by: 2).map { all[$0] }
        #expect(firsts.sorted() == (0..<60).map { Float($0) } && firsts != firsts.sorted())
        #expect(stride(from: 0, to: all.count, by: 2).allSatisfy { all[$0] == -all[$0 + 1] }, "rows stay together")
        #expect(try ObservationDataset(rollout: path, seed: 4).training == data.training)
        #expect(try ObservationDataset(rollout: path, seed: 5).training != data.training)
    }

    @Test func integerObservationsAreNumbers() throws {
        let data = try ObservationDataset(rollout: try rollout("FrozenLake-v1", episodes: 20), seed: 0)
        #expect(data.width == 1 && data.shape == [])
        #expect((data.training + data.validation).allSatisfy { (0...15).contains($0) && $0 == $0.rounded() })
    }

    @Test func dataThatCannotBeFitted() throws {
        let few = try rollout((0..<19).map { [Float($0)] }, name: "few.npz")
        let error = #expect(throws: FormatError.self) { try ObservationDataset(rollout: few, seed: 0) }
        #expect(error?.expected == "20 observations or more to fit" && error?.found == "19")
        let bad = try rollout((0..<30).map { [0, $0 == 17 ? .nan : 1] }, name: "bad.npz")
        let other = #expect(throws: FormatError.self) { try ObservationDataset(rollout: bad, seed: 0) }
        #expect(other?.expected == "finite observations to fit" && other?.found == "nan in the observation 17")
        #expect(throws: StorageError.self) { try ObservationDataset(rollout: folder.file("none.npz"), seed: 0) }
        var configuration = try FitConfiguration(
            model: "vae", dataset: try rollout((0..<30).map { [Float($0)] }, name: "large.npz"), seed: 0)
        configuration.settings.likelihood = .bernoulli
        let refusal = #expect(throws: FitError.self) {
            _ = try FitSession(configuration, folder: folder.file("run"), overwrite: false)
        }
        #expect(refusal?.description.contains("--set likelihood=gaussian") == true)
        #expect(!exists(folder.file("run")))
    }

    @Test func configurationsReadBackTheSame() throws {
        var configuration = try FitConfiguration(model: "vae", dataset: "some \"data\".npz", seed: 42)
        configuration.settings.likelihood = .bernoulli
        (configuration.settings.learningRate, configuration.settings.epochs) = (2.5e-4, 7)
        let path = folder.file("config.toml")
        try writeAtomically(configuration.tomlText, to: path, overwrite: false)
        let read = try FitConfiguration(contentsOf: path)
        #expect(read.model == "vae" && read.dataset == "some \"data\".npz" && read.seed == 42)
        #expect(read.settings.settingsTable == configuration.settings.settingsTable)
        #expect(read.tomlText == configuration.tomlText)
    }

    @Test func configurationsThatAreWrong() throws {
        #expect(throws: ModelError.unknownModel("vea", suggestion: "vae")) {
            try FitConfiguration(model: "vea", dataset: "d", seed: 0)
        }
        #expect(throws: ConfigurationError.self) { try FitConfiguration(model: "vae", dataset: "d", seed: -1) }
        let path = folder.file("config.toml")
        for (text, message) in [
            ("model = 'vae'\n", "\(path):1: dataset is missing; add dataset = \"…\""),
            (
                "model = 'vae'\ndataset = 'd'\nseed = -1\n",
                "\(path):3: seed is a whole number from 0 to \(Int.max), not -1"
            ),
            (
                "model = 'vae'\ndataset = 'd'\n[settings]\nlatentsize = 3\n",
                "\(path):4: there is no setting 'latentsize'; did you mean 'latentSize'?"
            ),
        ] {
            try writeAtomically(text, to: path, overwrite: true)
            let error = #expect(throws: ConfigurationError.self) { try FitConfiguration(contentsOf: path) }
            #expect(error?.description == message)
        }
    }

    private func fit(
        _ path: String, run: String, _ change: (inout VariationalAutoencoderSettings) -> Void
    ) throws -> JSON {
        var configuration = try FitConfiguration(model: "vae", dataset: path, seed: 3)
        change(&configuration.settings)
        let progress = ProgressBar(total: configuration.settings.epochs, style: .lines, write: { _ in })
        return try #require(try FitSession(configuration, folder: folder.file(run), overwrite: false).fit(progress))
    }

    /// The bound rises by far, and samples have the data's means, deviations and correlation.
    @Test func aModelLearnsItsData() throws {
        let rows = Self.correlated(4000)
        let path = try rollout(rows)
        let summary = try fit(path, run: "run") {
            ($0.epochs, $0.latentSize, $0.hiddenSize, $0.learningRate) = (30, 3, 32, 3e-3)
        }
        let (first, last) = try (#require(summary["firstBound"]?.double), #require(summary["validBound"]?.double))
        #expect(last > first + 2, "from \(first) to \(last)")
        let lines = try folder.text("run/metrics.jsonl").split(separator: "\n").map {
            try JSON(parsing: Array($0.utf8)[...], file: "line")
        }
        #expect(lines.map { $0["epoch"]?.integer } == Array(1...30))
        #expect(lines.last?["validBound"]?.double == last && summary["updates"]?.integer == 30 * 29)

        let model = try FittedModel(run: folder.file("run"))
        #expect(model.width == 4 && model.shape == [4] && model.configuration.seed == 3)
        let samples = try model.sample(4000, seed: 8)
        let (own, data) = (Self.moments(samples, width: 4), Self.moments(rows.flatMap(\.self), width: 4))
        for column in 0..<3 {
            #expect(abs(own[column].mean - data[column].mean) < 0.2 * data[column].deviation, "\(own[column])")
            let ratio = own[column].deviation / data[column].deviation
            #expect((0.8...1.2).contains(ratio), "column \(column): \(ratio)")
        }
        #expect(abs(own[3].mean - 7) < 0.1)
        #expect(abs(Self.correlation(samples, 0, 1) - 0.8) < 0.12, "\(Self.correlation(samples, 0, 1))")
        #expect(try model.sample(4000, seed: 8) == samples)
        #expect(try model.sample(4000, seed: 9) != samples)
    }

    private static func correlation(_ rows: [Float], _ first: Int, _ second: Int) -> Double {
        let moments = moments(rows, width: 4)
        let products = stride(from: 0, to: rows.count, by: 4).map {
            (Double(rows[$0 + first]) - moments[first].mean) * (Double(rows[$0 + second]) - moments[second].mean)
        }
        return Statistics.mean(products) / (moments[first].deviation * moments[second].deviation)
    }

    @Test func aSeedGivesTheSameFit() throws {
        let path = try rollout(Self.correlated(300))
        for run in ["a", "b"] { _ = try fit(path, run: run) { ($0.epochs, $0.hiddenSize) = (3, 8) } }
        #expect(try folder.bytes("a/metrics.jsonl") == folder.bytes("b/metrics.jsonl"))
        let checkpoint = try RunFolder(opening: folder.file("a")).lastCheckpointPath().split(separator: "/").last!
        #expect(
            try folder.bytes("a/checkpoints/\(checkpoint)") == folder.bytes("b/checkpoints/\(checkpoint)"))
    }

    @Test func runsThatAreNotAModels() throws {
        let path = try rollout(Self.correlated(100))
        _ = try fit(path, run: "a") { ($0.epochs, $0.hiddenSize) = (1, 8) }
        let run = try RunFolder(opening: folder.file("a"))
        let checkpoint = try run.lastCheckpointPath()
        var wider = try FitConfiguration(contentsOf: run.configurationPath)
        wider.settings.hiddenSize = 9
        try writeAtomically(wider.tomlText, to: run.configurationPath, overwrite: true)
        #expect(throws: TensorError.self) { _ = try FittedModel(run: run.path) }
        let scale = Standardizer.identity(width: 4).variables
        scale.variables[1].set([1, 0, 1, 1])
        let model = try VariationalAutoencoder(wider.settings, width: 4, seed: 3)
        let variables = Parameters(model.variables.entries + (["scaling": scale] as Parameters).entries)
        try Checkpoint.write(variables, metadata: ["shape": "4"], to: checkpoint)
        let error = #expect(throws: FormatError.self) { _ = try FittedModel(run: run.path) }
        #expect(error?.expected == "deviations above 0" && error?.found == "0.0")
        try Checkpoint.write(.init(), metadata: [:], to: checkpoint)
        #expect(throws: TensorError.self) { _ = try FittedModel(run: run.path) }
        try run.removeCheckpoints(keeping: 0)
        #expect(throws: StorageError.self) { _ = try FittedModel(run: run.path) }
    }
}
