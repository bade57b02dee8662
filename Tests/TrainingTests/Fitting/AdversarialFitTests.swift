import Configuration
import Datasets
import GenerativeModels
import NeuralNetworks
import Random
import Storage
import TensorCore
import Testing

@testable import Training

/// A generator of one column of numbers, a z + b, and a discriminator of a few units, each with its own optimiser.
private class Adversaries: SamplingModel {
    static let names = ["discriminator", "generator"]
    let data: Dataset.Description
    let parameters: Parameters
    var optimizerNames: [String] { Self.names }
    private let optimizers = names.map { _ in Adam(learningRate: 0, beta1: 0.5) }
    private let fitProgram, sampleProgram: Program

    init(_ data: Dataset.Description, seed: UInt64) {
        self.data = data
        let root = RandomStream(seed: seed)
        var initial = root.split("parameters")
        let generator = Linear(1, 1, random: &initial)
        let discriminator = MultilayerPerceptron([1, 16, 1], random: &initial)
        let learned = [discriminator.parameters, generator.parameters]
        parameters = [Self.names[0]: learned[0]] + [Self.names[1]: learned[1]]
        for (optimizer, parameters) in zip(optimizers, learned) { optimizer.prepare(for: parameters) }
        fitProgram = Program("adversaries", inputs: [.float32(nil, 1)], seed: root.split("fit").key) {
            [optimizers] inputs in
            let drawn = generator(.randomNormal(inputs[0].shape))
            let (told, fooled) = (discriminator(inputs[0]), discriminator(drawn))
            let loss = ((-told).softplus() + discriminator(drawn.withoutGradient()).softplus()).mean()
            let disguise = (-fooled).softplus().mean()
            try optimizers[0].minimize(loss, learned[0])
            try optimizers[1].minimize(disguise, learned[1])
            return [loss, disguise]
        }
        sampleProgram = Program("adversaries sample", inputs: [.float32(nil, 1)]) { [generator($0[0])] }
    }

    var variables: Parameters {
        zip(Self.names, optimizers).reduce(parameters) { $0 + ["\($1.0)Optimizer": $1.1.state] }
    }

    var randomStates: [RandomState] {
        get { [fitProgram.randomState] }
        set { fitProgram.randomState = newValue[0] }
    }

    /// The optimisers' learning rates in the latest step.
    var rates: [Float] { optimizers.map { $0.learningRate.values[0] } }

    func fit(_ batch: DataRows, _ step: FitStep) throws -> [Metric] {
        for (name, optimizer) in zip(Self.names, optimizers) { optimizer.follow(step, as: name) }
        let plan = try fitProgram.plan(length: batch.count)
        plan.setRows(0, batch)
        plan.run()
        return [("loss", Double(plan.output(0)[0])), ("disguise", Double(plan.output(1)[0]))]
    }

    func sample(_ count: Int, seed: UInt64) throws -> [Float] {
        var random = RandomStream(seed: seed)
        let plan = try sampleProgram.plan(length: count)
        for index in 0..<count { plan.input(0)[index] = Float(random.normal()) }
        plan.run()
        return Array(plan.output(0))
    }
}

private final class ScoredAdversaries: Adversaries, SampleScoredModel {}

private struct AdversarySettings: ModelSettings {
    @Setting("score samples") var isScored = true
    var needs: DataNeeds { DataNeeds(.reals) }
    var fitting: FitSettings { FitSettings() }

    static func with(scored: Bool) -> AdversarySettings {
        var settings = AdversarySettings()
        settings.isScored = scored
        return settings
    }

    func makeModel(for data: Dataset.Description, seed: UInt64) -> any GenerativeModel {
        isScored ? ScoredAdversaries(data, seed: seed) : Adversaries(data, seed: seed)
    }
}

@Suite struct AdversarialFitTests {
    let folder: TemporaryFolder
    init() throws {
        folder = try TemporaryFolder()
        var random = RandomStream(seed: 5)
        let lines = (0..<600).map { _ in "\(Float(3 + 0.5 * random.normal()))\n" }
        try writeAtomically(lines.joined(), to: folder.file("numbers.csv"), overwrite: false)
    }

    private func configuration(scored: Bool = true, _ assignments: [String]) throws -> FitConfiguration {
        var configuration = try FitConfiguration(model: "vae", dataset: folder.file("numbers.csv"), seed: 1)
        configuration.settings = AdversarySettings.with(scored: scored)
        configuration.fitting = FitSettings()
        for assignment in ["batchSize=50", "learningRate=0.02"] + assignments {
            try configuration.fitting.apply(assignment: assignment)
        }
        configuration.data.standardize = false
        return configuration
    }

    private static func quiet() -> ProgressBar { ProgressBar(total: 1_000_000, style: .lines, write: { _ in }) }

    private func lines(_ run: String) throws -> [JSON] {
        try folder.text(run + "/metrics.jsonl").split(separator: "\n").map {
            try JSON(parsing: Array($0.utf8)[...], file: "line")
        }
    }

    /// The generator gets close to the data, and the parameters with the smallest distance are kept, whatever comes
    /// later.
    @Test func theLeastDistanceIsKept() throws {
        let session = try FitSession(
            configuration(["epochs=60", "checkpointSeconds=0"]), folder: folder.file("run"), overwrite: false)
        let summary = try #require(try session.fit(Self.quiet()))
        let distances = try lines("run").compactMap { $0["validation"]?.double }
        let best = try #require(summary["bestEpoch"]?.integer)
        #expect(summary["score"]?.string == "sampleDistance" && distances.count == 60)
        #expect(distances.min() == distances[best - 1] && summary["validation"]?.double == distances[best - 1])
        #expect(summary["firstValidation"]!.double! > 1.5 && distances[best - 1] < 0.3, "\(distances)")
        // At the end the model has the best parameters.
        let model = try #require(session.model as? ScoredAdversaries)
        #expect(try model.score(session.data.validation) == distances[best - 1])
    }

    /// Patience counts from the smallest distance.
    @Test func patienceEndsAtAWorseDistance() throws {
        let session = try FitSession(
            configuration(["epochs=500", "patience=4"]), folder: folder.file("run"), overwrite: false)
        let summary = try #require(try session.fit(Self.quiet()))
        #expect(summary["epochs"]!.integer! == summary["bestEpoch"]!.integer! + 4)
    }

    @Test func aModelWithoutAScoreKeepsItsLastParameters() throws {
        var shown = ""
        let bar = ProgressBar(total: 1_000_000, style: .lines, write: { shown += $0 })
        let session = try FitSession(
            configuration(scored: false, ["epochs=3"]), folder: folder.file("run"), overwrite: false)
        let summary = try #require(try session.fit(bar))
        #expect(summary["score"]?.string == "none" && summary["epochs"]?.integer == 3)
        for name in ["firstValidation", "validation", "bestEpoch"] { #expect(summary[name] == nil, "\(name)") }
        #expect(try lines("run").allSatisfy { $0["validation"] == nil && $0["loss"]?.double != nil })
        #expect(shown.contains("epoch 3") && !shown.contains("sampleDistance"), "\(shown)")
        let error = #expect(throws: ModelError.self) {
            _ = try FitSession(
                configuration(scored: false, ["patience=2"]), folder: folder.file("patient"), overwrite: false)
        }
        #expect(error?.description.contains("has no score") == true)
    }

    /// One learning rate is set separately; both warm up and decay.
    @Test func optimisersHaveStepSizesOfTheirOwn() throws {
        let settings = ["epochs=1", "learningRates=generator:0.005", "decay=linear", "lastLearningRate=0.001"]
        let session = try FitSession(configuration(settings), folder: folder.file("run"), overwrite: false)
        _ = try session.fit(Self.quiet())
        let rates = try #require(session.model as? Adversaries).rates
        let done = Double(session.updatesDone - 1) / Double(session.updates)
        for (rate, first) in zip(rates, [0.02, 0.005]) {
            #expect(abs(Double(rate) - (first + done * (0.001 - first))) < 1e-7, "\(rates)")
        }
        for wrong in ["critic:0.1", "generator", "generator:-1", "generator:fast"] {
            let error = #expect(throws: ModelError.self) {
                _ = try FitSession(
                    configuration(["learningRates=" + wrong]), folder: folder.file("wrong"), overwrite: false)
            }
            #expect(error?.description.contains("discriminator, generator") == true, "\(wrong)")
        }
        #expect(!exists(folder.file("wrong")), "what is refused leaves no folder")
    }

    /// Stopped and resumed twice, both players end with the same bytes.
    @Test func itResumesToTheBit() throws {
        let configuration = try configuration(["epochs=6", "learningRates=generator:0.01"])
        _ = try FitSession(configuration, folder: folder.file("whole"), overwrite: false).fit(Self.quiet())
        var session = try FitSession(configuration, folder: folder.file("parts"), overwrite: false)
        for count in [7, 20] {
            var asked = 0
            #expect(
                try session.fit(
                    Self.quiet(),
                    shouldStop: {
                        asked += 1
                        return asked > count
                    }) == nil)
            session = try FitSession(resuming: RunFolder.claim(resuming: folder.file("parts")), configuration)
        }
        _ = try session.fit(Self.quiet())
        #expect(try folder.bytes("whole/metrics.jsonl") == folder.bytes("parts/metrics.jsonl"))
        let last = try RunFolder(opening: folder.file("whole")).lastCheckpointPath().split(separator: "/").last!
        #expect(try folder.bytes("whole/checkpoints/\(last)") == folder.bytes("parts/checkpoints/\(last)"))
    }
}
