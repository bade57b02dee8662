import Foundation
import Graphics
import Storage
import Testing
import Training
import Viewer

@testable import Scenes

/// What the window shows of a model.
@Suite struct ModelSceneTests {
    private func value(_ label: String, _ scene: any ViewerScene) -> String? {
        scene.panel.values.first { $0.label == label }?.text
    }

    private func picture(_ scene: any ViewerScene) -> [UInt32] {
        var frame = Frame(scene.frameSize)
        scene.draw(into: &frame)
        return frame.pixels
    }

    /// The pictures of all steps until the rows are drawn.
    private func play(_ scene: ModelScene) throws -> [[UInt32]] {
        var seen: [[UInt32]] = []
        while scene.holdTime == 0 {
            #expect(try scene.advance())
            seen.append(picture(scene))
        }
        return seen
    }

    @Test func aDrawingIsHeldAtItsEndAndThenFollowedByAnother() throws {
        let scene = try FittedModels.scene("nade", .process)
        #expect(scene.title == "nade of bars-and-stripes" && scene.framesPerSecond == 30)
        #expect(value("Step", scene) == "0" && value("Epochs", scene) == "30" && scene.panel.history.count == 30)
        #expect(value("Test", scene)?.hasSuffix("(exact)") == true)
        // A number per step, and a step that finds none left.
        let first = try play(scene)
        #expect(first.count == 17 && value("Step", scene) == "16" && Bool(first[15] == first[16]))
        #expect(Set(first).count > 10)
        #expect(try scene.advance())
        #expect(value("Step", scene) == "0" && value("Drawing", scene) == "2" && value("Seed", scene) == "6")
        #expect(Bool(try play(scene) != first))
    }

    @Test(arguments: ["nade", "rbm", "hopfield"]) func theSameSeedIsTheSameDrawing(run: String) throws {
        let scene = try FittedModels.scene(run, .process)
        /// The pictures of the start and of up to six steps of the drawing.
        func pictures() throws -> [[UInt32]] {
            var seen = [picture(scene)]
            while seen.count < 7, scene.holdTime == 0, try scene.advance() { seen.append(picture(scene)) }
            return seen
        }
        let first = try pictures()
        try scene.newEpisode(sameSeed: true)
        let again = try pictures()
        try scene.newEpisode(sameSeed: false)
        let other = try pictures()
        #expect(Bool(again == first) && Bool(other != first) && first.count > 2)
    }

    @Test func stepsGoBackAndForwardAgain() throws {
        let scene = try FittedModels.scene("rbm", .process)
        var seen = [picture(scene)]
        for _ in 0..<20 {
            #expect(try scene.advance())
            seen.append(picture(scene))
        }
        for step in (0..<20).reversed() {
            #expect(scene.stepBack() && value("Step", scene) == "\(step)")
            #expect(Bool(picture(scene) == seen[step]))
        }
        #expect(!scene.stepBack())
        for step in 1...20 {
            #expect(try scene.advance())
            #expect(Bool(picture(scene) == seen[step]))
        }
        #expect(try scene.advance() && value("Step", scene) == "21")
    }

    @Test func keysChooseWhatThereIs() throws {
        let scene = try FittedModels.scene("rbm", .process)
        #expect(scene.views == ["process", "samples", "weights", "complete", "recall", "reconstruct"])
        #expect(scene.panel.lines.last?.contains("3 weights") == true)
        var seen: Set<[UInt32]> = []
        for index in scene.views.indices {
            try scene.choose(view: index)
            #expect(value("Shows", scene) == scene.views[index] && scene.canStepBack == !scene.isStill)
            seen.insert(picture(scene))
        }
        #expect(seen.count == 6)
        #expect(try !scene.advance(), "a reconstruction stands still")
        #expect(try FittedModels.scene("nade", .samples).views == ["process", "samples", "complete"])
        #expect(try FittedModels.scene("points", .samples).views == ["samples"])
    }

    @Test(arguments: ["lines", "stream", "music", "bits", "points"]) func everyKindOfRowsIsDrawn(run: String) throws {
        let scene = try FittedModels.scene(run, nil)
        #expect(scene.view == (run == "points" ? .samples : .process))
        guard run != "points" else { return }
        let (start, size) = (picture(scene), scene.frameSize)
        for _ in 0..<8 { #expect(try scene.advance()) }
        #expect(Bool(picture(scene) != start) && scene.frameSize == size)
        #expect(size.width <= RowPicture.room.width && size.height <= RowPicture.room.height)
    }

    /// The window's model follows the fit, and doesn't change it.
    @Test func aLiveSceneFollowsTheFit() throws {
        let folder = try TemporaryFolder()
        var configuration = try FitConfiguration(model: "rbm", dataset: "bars-and-stripes", seed: 3)
        try configuration.apply(assignments: ["hiddenUnits=8", "epochs=3000"])
        func session(_ name: String) throws -> FitSession {
            try FitSession(configuration, folder: folder.file(name), overwrite: false)
        }
        let progress = ProgressBar(total: 1, from: 0)
        _ = try session("plain").fit(progress)
        let feed = FitFeed()
        let training = LiveTraining { [configuration] in
            let session = try FitSession(configuration, folder: folder.file("live"), overwrite: false)
            session.feed = feed
            return try session.fit(ProgressBar(total: 1, from: 0))
        }
        let scene = LiveModelScene(configuration, feed: feed, training: training, view: .weights)
        #expect(scene.views.isEmpty && !scene.canStartEpisode)
        var seen: Set<[UInt32]> = [picture(scene)]
        // Until the fit has ended, as the last status says.
        for _ in 0..<6_000 where !exists(folder.file("live/summary.json")) {
            #expect(try scene.advance())
            seen.insert(picture(scene))
            Thread.sleep(forTimeInterval: 0.01)
        }
        #expect(try scene.advance())
        #expect(value("Epochs", scene) == "3000" && scene.panel.history.count == 3001)
        // Four times per second, so that a fast fit may be over after the first look.
        #expect(seen.count >= 2, "the words, then weights")
        // What is shown at the end are the parameters that the run keeps.
        let kept = try ShownRows(
            .weights, of: WatchedModel(FittedModel(run: folder.file("live"))), seed: 1_000_003)
        #expect(Bool(picture(scene) == kept.frame.pixels))
        #expect(folder.text("live/metrics.jsonl") == folder.text("plain/metrics.jsonl"))
        let checkpoint = "/checkpoints/" + (try namesInFolder(folder.file("live/checkpoints")).sorted().last!)
        #expect(try folder.bytes("live" + checkpoint) == folder.bytes("plain" + checkpoint))
    }
}
