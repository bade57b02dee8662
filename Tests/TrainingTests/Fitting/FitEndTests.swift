import Configuration
import Datasets
import GenerativeModels
import NeuralNetworks
import Storage
import TensorCore
import Testing

@testable import Training

/// A model that counts its updates, and whose score is no number any more after some of them.
private final class Lost: ScoredModel {
    let data: Dataset.Description
    let scoreKind = ScoreKind.exact
    private let scoredUpdates: Int
    private let count = Variable(zeros: [1], name: "count")

    init(_ data: Dataset.Description, scoredUpdates: Int) { (self.data, self.scoredUpdates) = (data, scoredUpdates) }

    var parameters: Parameters { Parameters(named: ["count": count]) }
    var variables: Parameters { parameters }
    var randomStates: [RandomState] {
        get { [] }
        set {}
    }

    func fit(_ batch: DataRows, _ step: FitStep) throws -> [Metric] {
        count.set([count.values[0] + 1])
        return [("loss", 1)]
    }

    func score(_ rows: DataRows) throws -> Double { Int(count.values[0]) > scoredUpdates ? .nan : -1 }
}

private struct LostSettings: ModelSettings {
    @Setting(-1...1000, "updates with a score") var scoredUpdates = 0
    var needs: DataNeeds { DataNeeds(.reals) }
    var fitting: FitSettings { FitSettings() }

    func makeModel(for data: Dataset.Description, seed: UInt64) -> any GenerativeModel {
        Lost(data, scoredUpdates: scoredUpdates)
    }
}

/// Fits that end otherwise than after their last epoch.
@Suite struct FitEndTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private static func quiet() -> ProgressBar { ProgressBar(total: 1_000_000, style: .lines, write: { _ in }) }

    /// Nothing is selected by a score that is NaN, and nothing of its epoch is kept: the last checkpoint is the one
    /// before it.
    @Test(arguments: [-1, 0, 17]) func aScoreThatIsNoNumberEndsTheFit(scoredUpdates: Int) throws {
        var configuration = try FitConfiguration(model: "vae", dataset: "moons", seed: 1)
        var settings = LostSettings()
        settings.scoredUpdates = scoredUpdates
        configuration.settings = settings
        configuration.fitting = FitSettings()
        configuration.data.size = 100
        // Ten updates per epoch.
        for assignment in ["epochs=5", "batchSize=10", "checkpointSeconds=0"] {
            try configuration.fitting.apply(assignment: assignment)
        }
        let error = #expect(throws: TrainingError.self) {
            let session = try FitSession(configuration, folder: folder.file("run"), overwrite: false)
            _ = try session.fit(Self.quiet())
        }
        let run = try RunFolder(opening: folder.file("run"))
        let epochs = max(scoredUpdates, 0) / 10
        let last = scoredUpdates < 0 ? run.checkpointFolder : run.checkpointPath(step: 10 * epochs)
        #expect(error?.description.contains("its validation score is nan") == true, "\(error!)")
        #expect(error?.description.contains(last) == true, "\(error!)")
        #expect(try run.checkpointSteps().last == (scoredUpdates < 0 ? nil : 10 * epochs))
        #expect(try !exists(run.summaryPath) && folder.text("run/metrics.jsonl").split(separator: "\n").count == epochs)
    }

    /// A fit that is stopped when nothing is missing but the likelihood has no result rather than one without it, and
    /// gets the whole of it when it is resumed.
    @Test func aFitStoppedBeforeItsLikelihoodHasNoResult() throws {
        var configuration = try FitConfiguration(model: "nade", dataset: "bars-and-stripes", seed: 2)
        try configuration.apply(assignments: ["epochs=2", "hiddenUnits=4", "batchSize=8"])
        let session = try FitSession(configuration, folder: folder.file("whole"), overwrite: false)
        let whole = try #require(try session.fit(Self.quiet()))
        let stopped = try FitSession(configuration, folder: folder.file("parts"), overwrite: false)
        var isStopped = false
        stopped.didSave = { isStopped = true }
        #expect(try stopped.fit(Self.quiet(), shouldStop: { isStopped }) == nil && isStopped)
        let run = try RunFolder(opening: folder.file("parts"))
        #expect(try run.summary() == nil && run.checkpointSteps().last == session.updatesDone)
        let resumed = try #require(try FitSession(resuming: run.path).fit(Self.quiet()))
        for name in ["epochs", "updates", "validation", "testNats", "likelihood", "standardError"] {
            #expect(resumed[name] != nil && resumed[name] == whole[name], "\(name)")
        }
        #expect(try run.summary() == resumed)
    }
}
