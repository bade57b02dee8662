import Graphics
import Storage
import Testing

/// The window without a screen: SDL's dummy driver.
@Suite struct WatchTests {
    @Test(arguments: [
        ("dqn", "dqn-in-cartpole-v1-1.png"), ("table", "q-learning-in-frozenlake-v1-1.png"),
        ("rollouts.npz", "cartpole-v1-recording-1.png"), ("FrozenLake-v1", "random-in-frozenlake-v1-1.png"),
        ("grid:four-rooms", "random-in-grid-four-rooms-1.png"),
    ]) func theWindowShowsAndCloses(subject: String, picture: String) throws {
        let folder = try MadeRuns.copy()
        let words = ["watch", subject, "--frames", "12", "--screenshot-after", "10"]
        let result = try Executable.run(words, in: folder)
        #expect(result.status == 0 && result.output.isEmpty, "\(result.errors)")
        let shown = try PNG.decode(folder.bytes(picture))
        #expect(shown.width == 960 && shown.height == 600)
        #expect(Set(shown.pixels).count > 20)
    }

    @Test func trainingGoesOnBehindAWindow() throws {
        let folder = try TemporaryFolder()
        let words = ["train", "dqn", "CartPole-v1", "--steps", "2000", "--json", "--run"]
        let live = try Executable.run(words + ["live", "--live", "--frames", "5"], in: folder)
        #expect(live.status == 0, "\(live.errors)")
        #expect(try live.json()["steps"]?.integer == 2000)
        #expect(try Executable.run(words + ["plain"], in: folder).status == 0)
        #expect(folder.text("live/episodes.csv") == folder.text("plain/episodes.csv"))
    }

    @Test func theWindowOpensForAPlayer() throws {
        let folder = try TemporaryFolder()
        let dummy: [String: String?] = ["SDL_VIDEODRIVER": "dummy"]
        for id in ["Taxi-v4", "MinAtar/Asterix-v0", "Arcade/Honeybee-v0"] {
            let result = try Executable.run(["play", id, "--frames", "5"], in: folder, environment: dummy)
            #expect(result.status == 0 && result.output.isEmpty)
        }
    }
}
