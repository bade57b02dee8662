import Agents
import Configuration
import Datasets
import Environments
import Experience
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
        let observer = try RolloutObserver(agent, make(1), to: path, metadata: [], overwrite: false)
        _ = try Evaluator(agent, batchLimit: 1, observer: observer, makeEnvironment: make).run(
            episodes: episodes, seed: 0)
        try observer.finish()
        return path
    }

    /// A rollout of one episode with the given observations.
    private func rollout(_ observations: [[Float]], name: String = "data.npz") throws -> String {
        let layout = RolloutLayout(
            environment: "Made", observations: Column(.observations, .float32, shape: [observations[0].count]),
            actions: Column(.actions, .int64))
        let path = folder.file(name)
        let recorder = try RolloutRecorder(layout: layout, to: path, slotCount: 1, overwrite: true)
        let (first, action) = (observations[0], [0])
        try recorder.begin(slot: 0, seed: nil, observation: first.span.bytes)
        for (index, observation) in observations.dropFirst().enumerated() {
            try recorder.step(
                slot: 0, action: action.span.bytes, reward: 0, terminated: index == observations.count - 2,
                truncated: false,
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

    /// The other kinds of data, and what is refused, are in Tests/DatasetsTests.
    @Test func dataThatCannotBeFitted() throws {
        var configuration = try FitConfiguration(
            model: "vae", dataset: try rollout((0..<30).map { [Float($0)] }, name: "large.npz"), seed: 0)
        try configuration.apply(assignments: ["likelihood=bernoulli"])
        #expect(throws: DatasetError.self) {
            _ = try FitSession(configuration, folder: folder.file("run"), overwrite: false)
        }
        #expect(!exists(folder.file("run")))
    }

    @Test func configurationsReadBackTheSame() throws {
        var configuration = try FitConfiguration(model: "vae", dataset: "some \"data\".npz", seed: 42)
        try configuration.apply(assignments: ["likelihood=bernoulli", "learningRate=2.5e-4", "epochs=7"])
        configuration.data.binarize = .dynamic
        configuration.folder = "some folder"
        let path = folder.file("config.toml")
        try writeAtomically(configuration.tomlText, to: path, overwrite: false)
        let read = try FitConfiguration(contentsOf: path)
        #expect(read.model == "vae" && read.dataset == "some \"data\".npz" && read.seed == 42)
        #expect(read.settings.settingsTable == configuration.settings.settingsTable)
        #expect(read.fitting == configuration.fitting && read.fitting.epochs == 7)
        #expect(read.data == configuration.data && read.folder == "some folder")
        #expect(read.tomlText == configuration.tomlText)
    }

    @Test func configurationsThatAreWrong() throws {
        #expect(throws: ModelError.unknownModel("vea", advice: "Did you mean 'vae'?")) {
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
            (
                "model = 'vae'\ndataset = 'd'\nepoch = 3\n",
                "\(path):3: there is no setting 'epoch'; did you mean 'epochs'?"
            ),
        ] {
            try writeAtomically(text, to: path, overwrite: true)
            let error = #expect(throws: ConfigurationError.self) { try FitConfiguration(contentsOf: path) }
            #expect(error?.description == message)
        }
    }

    private func fit(_ path: String, run: String, _ assignments: [String]) throws -> JSON {
        var configuration = try FitConfiguration(model: "vae", dataset: path, seed: 3)
        try configuration.apply(assignments: assignments)
        let progress = ProgressBar(total: configuration.fitting.epochs, style: .lines, write: { _ in })
        return try #require(try FitSession(configuration, folder: folder.file(run), overwrite: false).fit(progress))
    }

    /// The bound rises considerably, and samples have the data's means, deviations and correlation.
    @Test func aModelLearnsItsData() throws {
        let rows = Self.correlated(4000)
        let path = try rollout(rows)
        let settings = ["epochs=30", "latentSize=3", "hiddenSize=32", "learningRate=3e-3"]
        let summary = try fit(path, run: "run", settings)
        let (first, last) = try (#require(summary["firstValidation"]?.double), #require(summary["validation"]?.double))
        #expect(last < first - 2, "from \(first) to \(last)")
        let lines = try folder.text("run/metrics.jsonl").split(separator: "\n").map {
            try JSON(parsing: Array($0.utf8)[...], file: "line")
        }
        #expect(lines.map { $0["epoch"]?.integer } == Array(1...30))
        // An eighth of all rows is validation or test, the rest makes 25 batches.
        #expect(lines.compactMap { $0["validation"]?.double }.min() == last && summary["updates"]?.integer == 30 * 25)
        #expect(summary["likelihood"]?.string == "bound" && summary["score"]?.string == "bound")
        #expect(summary["unit"]?.string == "nats per row" && summary["scoreUnit"]?.string == "nats per row")
        #expect(abs(summary["testNats"]!.double! - last) < 1)

        let model = try FittedModel(run: folder.file("run"))
        // The same numbers again, of the original data and with the same names.
        let test = try model.evaluation(.test, limit: nil, seed: 3)
        for name in ["testNats", "unit", "likelihood", "standardError", "score", "scoreUnit"] {
            #expect(test[name] == summary[name], "\(name)")
        }
        let valid = try model.evaluation(.validation, limit: nil, seed: 3)
        #expect(abs(valid["validation"]!.double! - last) < 0.2 && abs(valid["validationNats"]!.double! - last) < 0.2)
        #expect(model.data.shape == [4] && model.data.kind == .reals && model.configuration.seed == 3)
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
        for run in ["a", "b"] { _ = try fit(path, run: run, ["epochs=3", "hiddenSize=8"]) }
        #expect(try folder.bytes("a/metrics.jsonl") == folder.bytes("b/metrics.jsonl"))
        let checkpoint = try RunFolder(opening: folder.file("a")).lastCheckpointPath().split(separator: "/").last!
        #expect(
            try folder.bytes("a/checkpoints/\(checkpoint)") == folder.bytes("b/checkpoints/\(checkpoint)"))
    }

    @Test func runsThatAreNotAModels() throws {
        let path = try rollout(Self.correlated(100))
        _ = try fit(path, run: "a", ["epochs=1", "hiddenSize=8"])
        let run = try RunFolder(opening: folder.file("a"))
        let checkpoint = try run.lastCheckpointPath()
        var wider = try FitConfiguration(contentsOf: run.configurationPath)
        try wider.apply(assignments: ["hiddenSize=9"])
        try writeAtomically(wider.tomlText, to: run.configurationPath, overwrite: true)
        #expect(throws: TrainingError.self) { _ = try FittedModel(run: run.path) }
        let scale = Standardizer.identity(width: 4).variables
        scale.variables[1].set([1, 0, 1, 1])
        let data = Dataset.Description(name: "rows", shape: [4], kind: .reals)
        let model = try wider.settings.makeModel(for: data, seed: 3)
        let variables = Parameters(model.variables.entries + (["scaling": scale] as Parameters).entries)
        try Checkpoint.write(variables, metadata: ["data": "\(data.json)"], to: checkpoint)
        let error = #expect(throws: FormatError.self) { _ = try FittedModel(run: run.path) }
        #expect(error?.expected == "standard deviations above 0" && error?.found == "0.0")
        try Checkpoint.write(.init(), metadata: [:], to: checkpoint)
        #expect(throws: FormatError.self) { _ = try FittedModel(run: run.path) }
        try run.removeCheckpoints(keeping: 0)
        #expect(throws: StorageError.self) { _ = try FittedModel(run: run.path) }
    }
}

/// Fits of models by name, to synthetic data.
@Suite struct FitSessionTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private func configuration(_ model: String, _ dataset: String, _ assignments: [String]) throws -> FitConfiguration {
        var configuration = try FitConfiguration(model: model, dataset: dataset, seed: 2)
        try configuration.apply(assignments: assignments)
        configuration.data.size = 400
        return configuration
    }

    private static func quiet() -> ProgressBar { ProgressBar(total: 1_000_000, style: .lines, write: { _ in }) }

    /// Stopped at a random place and resumed, a run ends with the same bytes as an uninterrupted one.
    @Test(arguments: [
        ("vae", "moons", ["epochs=4", "averaging=0.9"]), ("nade", "bars-and-stripes", ["epochs=4", "hiddenUnits=8"]),
        ("deep-nade", "bars-and-stripes", ["epochs=4", "hiddenUnits=8", "averaging=0.9"]),
        ("made", "bars-and-stripes", ["epochs=4", "masks=3", "patience=2"]),
        ("made", "bars-and-stripes", ["epochs=4", "shuffled=true", "masks=2", "optimizer=adagrad"]),
        ("rbm", "bars-and-stripes", ["epochs=4", "hiddenUnits=6"]),
    ]) func stoppedAndGoneOnWith(model: String, dataset: String, settings: [String]) throws {
        let configuration = try configuration(
            model, dataset, settings + [dataset == "moons" ? "batchSize=100" : "batchSize=8"])
        let whole = try #require(
            try FitSession(configuration, folder: folder.file("whole"), overwrite: false).fit(Self.quiet()))
        for count in [0, 3, 9, 1] {
            var asked = 0
            let session = try FitSession(continuing: configuration, folder: folder.file("parts"))
            #expect(
                try session.fit(
                    Self.quiet(),
                    shouldStop: {
                        asked += 1
                        return asked > count
                    }) == nil)
        }
        try writeAtomically(
            #"{"seconds": 1000, "processorSeconds": 5000}"#, to: folder.file("parts/clock.json"), overwrite: true)
        let parts = try #require(try FitSession(resuming: folder.file("parts")).fit(Self.quiet()))
        let times = ["seconds", "processorSeconds"].compactMap { parts[$0]?.double }
        #expect(times.count == 2 && times[0] > 1000 && times[1] > 5000, "earlier processes count")
        for name in ["testNats", "validation", "updates", "firstValidation"] {
            #expect(whole[name] == parts[name], "\(name)")
        }
        #expect(try folder.bytes("whole/metrics.jsonl") == folder.bytes("parts/metrics.jsonl"))
        let names = ["whole", "parts"].map { try? RunFolder(opening: folder.file($0)).lastCheckpointPath() }
        let last = try #require(names[0]).split(separator: "/").last!
        #expect(try folder.bytes("whole/checkpoints/\(last)") == folder.bytes("parts/checkpoints/\(last)"))
    }

    @Test func patienceKeepsTheBestParameters() throws {
        // A learning rate so high that the model gets worse after its first epochs.
        let configuration = try configuration(
            "nade", "bars-and-stripes", ["epochs=200", "patience=3", "learningRate=2", "hiddenUnits=4", "batchSize=4"])
        let summary = try #require(
            try FitSession(configuration, folder: folder.file("run"), overwrite: false).fit(Self.quiet()))
        let (epochs, best) = (summary["epochs"]!.integer!, summary["bestEpoch"]!.integer!)
        #expect(epochs == best + 3 && epochs < 200)
        let lines = try folder.text("run/metrics.jsonl").split(separator: "\n").map {
            try JSON(parsing: Array($0.utf8)[...], file: "line")["validation"]!.double!
        }
        #expect(lines.min() == lines[best - 1] && summary["validation"]?.double == lines[best - 1])
        let (kept, last) = (
            try FittedModel(run: folder.file("run")), try FittedModel(run: folder.file("run"), last: true)
        )
        let scores = try [kept, last].map { try $0.evaluation(.validation, limit: nil, seed: 0)["validation"]!.double! }
        #expect(scores[0] == lines[best - 1] && scores[1] == lines.last! && scores[0] < scores[1])
    }

    @Test func patienceNeedsAScoreThatTells() throws {
        var configuration = try configuration("rbm", "bars-and-stripes", ["patience=3", "hiddenUnits=40"])
        configuration.data.side = 6
        let error = #expect(throws: ModelError.self) {
            _ = try FitSession(configuration, folder: folder.file("run"), overwrite: false)
        }
        #expect(error?.description.contains("--set patience") == true)
    }

    @Test func updatesEndAFit() throws {
        let configuration = try configuration("fvbn", "bars-and-stripes", ["updates=7", "batchSize=15"])
        let summary = try #require(
            try FitSession(configuration, folder: folder.file("run"), overwrite: false).fit(Self.quiet()))
        #expect(summary["updates"]?.integer == 7 && summary["epochs"]?.integer == 4)
    }

    @Test func aDivergedFitNamesItsLastCheckpoint() throws {
        let configuration = try configuration("vae", "moons", ["learningRate=10", "epochs=50", "batchSize=20"])
        let error = #expect(throws: TrainingError.self) {
            _ = try FitSession(configuration, folder: folder.file("run"), overwrite: false).fit(Self.quiet())
        }
        #expect(error?.description.contains("run/checkpoints/step-0.safetensors") == true, "\(error!)")
        _ = try FittedModel(run: folder.file("run")).sample(3, seed: 0)
    }

    @Test func assignmentsReachModelAndFitting() throws {
        var configuration = try FitConfiguration(model: "nade", dataset: "moons", seed: 0)
        try configuration.apply(assignments: ["hiddenUnits=3", "epochs=2"])
        #expect((configuration.settings as? NADESettings)?.hiddenUnits == 3 && configuration.fitting.epochs == 2)
        let error = #expect(throws: ConfigurationError.self) { try configuration.apply(assignments: ["epoch=2"]) }
        #expect(error?.description.contains("'epochs'") == true)
        #expect(throws: ConfigurationError.self) { try configuration.apply(assignments: ["hiddenUnits=0"]) }
    }

    @Test func longSequencesAreCutIntoWindows() {
        let rows = DataRows(sequences: (0..<110).map { Float($0) }, width: 1, lengths: [100, 10])
        let windows = FitWindows(rows.lengths, context: 20)
        #expect(windows.count == 5)
        let cut = windows.gathered(0..<5, of: rows, random: RandomStream(seed: 1))
        #expect(cut.lengths == [21, 21, 21, 21, 10])
        for window in 0..<4 {
            let values = Array(cut[window])
            #expect(values == (0..<21).map { values[0] + Float($0) } && values[20] < 100)
        }
        #expect(Array(cut[4]) == (100..<110).map { Float($0) })
        let other = windows.gathered(0..<5, of: rows, random: RandomStream(seed: 2))
        #expect(other != cut && windows.gathered(0..<5, of: rows, random: RandomStream(seed: 1)) == cut)
    }
}
