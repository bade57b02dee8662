@testable import Environments
import Foundation
import Graphics
import Testing

/// Writes the animations of assets/images/arcade, with each game played by its script:
/// `REVERIE_PICTURES=1 swift test --filter ArcadePictures`.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["REVERIE_PICTURES"] != nil)) struct ArcadePictures {
    /// Every fourth frame of part of an episode, twice as large.
    private func write<Game: ScriptedGame>(_: Game.Type, seed: UInt64, from start: Int, count: Int = 120) throws {
        var world = try ArcadeEnvironment<Game>.withAllActions()
        var frame = Frame(world.frameSize)
        var large = Frame(width: 2 * frame.width, height: 2 * frame.height)
        var encoder = GIFEncoder(size: large.size)
        _ = world.play(seed: seed) { world in
            guard world.frameCount % 4 == 0, start..<start + 4 * count ~= world.frameCount else { return }
            world.draw(into: &frame)
            large.draw(frame, x: 0, y: 0, scale: 2)
            encoder.add(large, delay: 7)
        }
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../assets/images/arcade")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appending(path: "\(Game.name.lowercased()).gif")
        try Data(encoder.finish()).write(to: file)
    }

    @Test func pictures() throws {
        try write(Arcade.Pong.self, seed: 3, from: 600)
        try write(Arcade.Breakout.self, seed: 3, from: 2400)
        try write(Arcade.Freeway.self, seed: 3, from: 300)
        try write(Arcade.SpaceInvaders.self, seed: 3, from: 900)
        try write(Arcade.Honeybee.self, seed: 3, from: 900)
    }
}
