import Agents
import Datasets
import Environments
import Experience
import Foundation
import GenerativeModels
import Graphics
import NeuralNetworks
import Scenes
import TensorCore
import Testing
import Training
import Viewer

/// An environment, an agent and a model that no catalogue knows, watched by the public interface alone.
@Suite struct OwnPartsTests {
    private func value(_ label: String, _ scene: any ViewerScene) -> String? {
        scene.panel.values.first { $0.label == label }?.text
    }

    private static func stairs(_ count: Int, _ autoreset: AutoresetMode) -> any BatchedEnvironment {
        VectorEnvironment("Stairs", count: count, autoreset: autoreset) { Stairs() }
    }

    @Test func anEnvironmentAndAnAgentAreShown() throws {
        let scene = try AgentScene(
            title: "climber", agent: Climber(), environment: Self.stairs(1, .disabled), seed: 7)
        #expect(scene.panel.bars[0].bars.map(\.label) == ["rest", "climb"])
        #expect(scene.panel.bars[0].bars.map(\.isChosen) == [false, true])
        for _ in 0..<5 { #expect(try scene.advance()) }
        #expect(value("Action", scene) == "climb" && value("Return", scene) == "5" && value("Ended", scene) != nil)
        var frame = Frame(scene.frameSize)
        scene.draw(into: &frame)
        #expect(frame[1, 1] == .white)
        #expect(!scene.canStepBack, "its state can't be saved")
    }

    @Test func aPersonPlaysAnEnvironment() throws {
        let world = Self.stairs(1, .disabled)
        let person = Person(try #require(ActionControls(of: world)))
        let scene = try AgentScene(title: "player", agent: person, environment: world, seed: 0)
        #expect(scene.panel.lines == ["Space or 0: rest", "Enter or 1: climb"])
        scene.hold([.enter])
        #expect(try scene.advance() && value("Action", scene) == "climb")
    }

    /// The agent in the window follows the one that learns on another thread.
    @Test func trainingIsFollowed() throws {
        let feed = AgentFeed()
        let training = LiveTraining {
            try Trainer(agent: Climber(), environment: Self.stairs(2, .sameStep), seed: 0, observers: [feed])
                .run(steps: 40)
            return nil
        }
        let shown = Climber()
        let scene = try LiveAgentScene(
            title: "climber learns", agent: shown, environment: Self.stairs(1, .disabled), seed: 1, feed: feed,
            training: training)
        #expect(try scene.advance() && value("Trained", scene) == "0 steps" && shown.count.values == [0])
        var frame = Frame(scene.frameSize)
        scene.draw(into: &frame)
        for _ in 0..<10_000 where feed.status.steps < 40 {
            #expect(try scene.advance())
            Thread.sleep(forTimeInterval: 0.001)
        }
        #expect(try scene.advance() && value("Trained", scene) == "40 steps" && value("Episodes", scene) == "8")
        #expect(shown.count.values == [20], "as many updates as steps of two environments")
    }

    @Test func trainingThatFailsEndsTheScene() throws {
        let feed = AgentFeed()
        let training = LiveTraining { throw SceneError.nothingToShow(model: "none") }
        let scene = try LiveAgentScene(
            title: "", agent: Climber(), environment: Self.stairs(1, .disabled), seed: 1, feed: feed,
            training: training)
        var frame = Frame(scene.frameSize)
        scene.draw(into: &frame)
        #expect(throws: SceneError.nothingToShow(model: "none")) {
            for _ in 0..<10_000 {
                _ = try scene.advance()
                Thread.sleep(forTimeInterval: 0.001)
            }
        }
    }

    @Test func aModelIsShown() throws {
        var (asked, warnings): ([Dataset.Part], [String]) = ([], [])
        let model = WatchedModel(
            Coin(), name: "coin", dataset: "tosses",
            rows: { part in
                asked.append(part)
                throw DatasetError.missingFiles(name: "tosses", folder: "data", files: [])
            },
            unscaled: { $0.map { $0 * 2 } }, warn: { warnings.append($0) })
        let scene = try ModelScene(model, seed: 3)
        #expect(scene.view == .samples && scene.views == ["samples"] && scene.isStill && scene.canStepBack == false)
        #expect(scene.title == "coin of tosses" && value("Rows", scene) == "1000" && value("Epochs", scene) == nil)
        let shown = try ShownRows(.samples, of: model, count: 3, seed: 3)
        #expect(shown.current == [2, 2, 2, 2, 2, 2], "in the units of the data")
        _ = shown.frame
        #expect(asked == [.training] && warnings.count == 1, "a plane would show the data too")
        #expect(throws: SceneError.noView(.weights, model: "coin", available: [.samples])) {
            try ModelScene(model, view: .weights, seed: 3)
        }
    }
}

/// Five steps to climb.
private struct Stairs: Environment {
    private var step = 0

    var observationSpace: Space { .discrete(6) }
    var actionSpace: Space { .discrete(2) }
    var actionNames: [String] { ["rest", "climb"] }
    var frameSize: FrameSize { FrameSize(width: 8, height: 8) }

    mutating func reset(seed: UInt64?) { step = 0 }

    mutating func step(_ action: Int) -> Step {
        step += action
        return Step(reward: Double(action), terminated: step == 5)
    }

    func observe(into observation: inout MutableSpan<Int32>) { observation[0] = Int32(step) }
    func draw(into frame: inout Frame) { frame.clear(.white) }
}

/// Climbs, and counts what it has learned from.
private final class Climber: Learner {
    let count = Variable([0], shape: [1], name: "count")
    var updates = 0

    func act(on percepts: Percepts, mode: ActionMode, into actions: MutableRows) {
        for row in actions.integers.indices { actions.integers[row] = 1 }
    }

    func learn(from transitions: Transitions) {
        updates += 1
        count.set([Float(updates)])
    }

    func assess(_ observations: Rows) -> ActionAssessment? {
        ActionAssessment(kind: .probabilities, values: [0.2, 0.8])
    }

    func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&updates, in: 0...1000)
    }

    var metrics: [(name: String, value: Double)] { [] }
    var variables: Parameters { Parameters([("count", count)]) }
}

/// Says ones.
private final class Coin: SamplingModel {
    let data = Dataset.Description(name: "tosses", shape: [2], kind: .reals)
    var parameters: Parameters { Parameters() }
    var variables: Parameters { Parameters() }
    var randomStates: [RandomState] = []
    var scoreKind: ScoreKind { .exact }

    func fit(_ batch: DataRows, _ step: FitStep) -> [Metric] { [] }
    func score(_ rows: DataRows) -> Double { 0 }
    func sample(_ count: Int, seed: UInt64) -> [Float] { Array(repeating: 1, count: count * 2) }
}
