@testable import Environments
import Graphics
import Random
import Testing

/// What all arcade games have in common.
@Suite struct ArcadeGameTests {
    static let ids = ["Pong", "Breakout", "Freeway", "SpaceInvaders", "Honeybee"].map { "Arcade/\($0)-v0" }

    /// Mean sums of rewards over five episodes, by the script and at random.
    private func means<Game: ScriptedGame>(_: Game.Type) throws -> (scripted: Double, random: Double) {
        var world = try ArcadeEnvironment<Game>.withAllActions()
        let scripted = (1...5).map { world.play(seed: $0) }
        let random = (1...5).map { world.play(seed: $0, atRandom: true) }
        return (scripted.reduce(0, +) / 5, random.reduce(0, +) / 5)
    }

    @Test func goodPlayersDoBetter() throws {
        let pong = try means(Arcade.Pong.self)
        #expect(pong.scripted > 10 && pong.random < -14)
        let breakout = try means(Arcade.Breakout.self)
        #expect(breakout.scripted > 100 && breakout.random < 10)
        let freeway = try means(Arcade.Freeway.self)
        #expect(freeway.scripted > 24 && freeway.random < 3)
        let invaders = try means(Arcade.SpaceInvaders.self)
        #expect(invaders.scripted > 500 && invaders.random < 350)
        let bee = try means(Arcade.Honeybee.self)
        #expect(bee.scripted > 100 && bee.random < 20)
    }

    private func keepsScoreAndLives<Game: ScriptedGame>(_: Game.Type, lives: Int) throws {
        var world = try ArcadeEnvironment<Game>.withAllActions()
        var (least, most) = (lives, lives)
        let total = world.play(seed: 4, atRandom: true) { world in
            #expect(least >= world.lives && world.lives >= 0)
            (least, most) = (world.lives, max(most, world.lives))
        }
        #expect(most == lives && least == 0)
        #expect(Int(total) == world.game.score && world.game.isOver)
        let final = observation(of: world)
        #expect(world.step(0) == Step(reward: 0, terminated: true) && observation(of: world) == final)
        world.reset(seed: nil)
        #expect(world.lives == lives && world.game.score == 0 && !world.game.isOver)
    }

    @Test func livesAndScoresAreKept() throws {
        try keepsScoreAndLives(Arcade.Pong.self, lives: 0)
        try keepsScoreAndLives(Arcade.Breakout.self, lives: 5)
        try keepsScoreAndLives(Arcade.Freeway.self, lives: 0)
        try keepsScoreAndLives(Arcade.SpaceInvaders.self, lives: 3)
        try keepsScoreAndLives(Arcade.Honeybee.self, lives: 3)
    }

    /// The grey screen matches the colours, and a frame shows them.
    private func drawsAlike<Game: ScriptedGame>(_: Game.Type) throws {
        var world = try ArcadeEnvironment<Game>.withAllActions()
        var frame = Frame(world.frameSize)
        var gray = [UInt8](repeating: 0, count: 33_600)
        var color = [UInt8](repeating: 0, count: 100_800)
        var looks: Set<[UInt8]> = []
        _ = world.play(seed: 2) { world in
            guard world.frameCount % 97 == 1 else { return }
            var span = gray.mutableSpan
            world.writeScreen(.gray, into: &span)
            var colors = color.mutableSpan
            world.writeScreen(.color, into: &colors)
            world.draw(into: &frame)
            for index in gray.indices {
                let pixel = Arcade.RGB(
                    red: color[3 * index], green: color[3 * index + 1], blue: color[3 * index + 2])
                let shown = Color(red: pixel.red, green: pixel.green, blue: pixel.blue)
                guard gray[index] == pixel.luminance, frame.pixels[index] == shown.rgba else {
                    Issue.record("\(Game.name), frame \(world.frameCount), pixel \(index % 160), \(index / 160)")
                    return
                }
            }
            looks.insert(gray)
        }
        #expect(looks.count > 10)
    }

    @Test func graySkipsTheColorsButIsTheirs() throws {
        try drawsAlike(Arcade.Pong.self)
        try drawsAlike(Arcade.Breakout.self)
        try drawsAlike(Arcade.Freeway.self)
        try drawsAlike(Arcade.SpaceInvaders.self)
        try drawsAlike(Arcade.Honeybee.self)
    }

    @Test func gamesAreSmallAndCopyable() {
        #expect(MemoryLayout<Arcade.Pong>.size <= 64 && MemoryLayout<Arcade.Breakout>.size <= 80)
        #expect(MemoryLayout<Arcade.Freeway>.size <= 112 && MemoryLayout<Arcade.SpaceInvaders>.size <= 240)
        #expect(MemoryLayout<Arcade.Honeybee>.size <= 176)
    }

    @Test(arguments: ids) func entriesKeepAllRulesPreprocessed(id: String) throws {
        for options in [
            ["preprocess": "nature"], ["preprocess": "gymnasium", "grayscale_obs": "false", "stack_num": "3"],
            ["preprocess": "machado", "full_action_space": "true"],
            ["obs_type": "grayscale", "repeat_action_probability": "0.25"],
        ] {
            let check = try EnvironmentCheck(id: id, steps: 60) {
                try EnvironmentCatalog.make(id, count: $0, autoreset: $1, options: options)
            }
            #expect(check.passed, "\(check) with \(options)")
            #expect(check["snapshot"] == .passed && check["copy"] == .passed && check["step-after-end"] == .passed)
        }
    }

    @Test func actionsHaveAtarisNames() throws {
        let names = try Dictionary(
            uniqueKeysWithValues: Self.ids.map {
                ($0, try EnvironmentCatalog.make($0).actionNames.joined(separator: " "))
            })
        #expect(names["Arcade/Pong-v0"] == "NOOP FIRE RIGHT LEFT RIGHTFIRE LEFTFIRE")
        #expect(names["Arcade/Breakout-v0"] == "NOOP FIRE RIGHT LEFT")
        #expect(names["Arcade/Freeway-v0"] == "NOOP UP DOWN")
        #expect(names["Arcade/SpaceInvaders-v0"] == "NOOP FIRE RIGHT LEFT RIGHTFIRE LEFTFIRE")
        #expect(Arcade.Action.allCases.map(\.name).suffix(3) == ["UPLEFTFIRE", "DOWNRIGHTFIRE", "DOWNLEFTFIRE"])
        for action in Arcade.Action.allCases {
            #expect(action.fires == action.name.hasSuffix("FIRE"))
            #expect(action.down == (action.name.contains("UP") ? -1 : action.name.contains("DOWN") ? 1 : 0))
            #expect(action.across == (action.name.contains("LEFT") ? -1 : action.name.contains("RIGHT") ? 1 : 0))
        }
        for id in Self.ids {
            let batch = try EnvironmentCatalog.make(id, options: ["full_action_space": "true"])
            #expect(batch.actionSpace == .discrete(18) && batch.framesPerSecond == 60)
        }
    }

    @Test func stickyActionsRepeatTheLast() {
        var settings = ArcadeSettings()
        settings.repeatActionProbability = 1
        var world = ArcadeEnvironment(Arcade.Freeway(), settings)
        world.reset(seed: 1)
        let before = world.game.hen
        for _ in 0..<20 { _ = world.step(1) }
        #expect(world.game.hen == before && world.lastAction == .noop)
        settings.repeatActionProbability = 0.25
        world = ArcadeEnvironment(Arcade.Freeway(), settings)
        world.reset(seed: 1)
        var repeats = 0
        for frame in 0..<4000 {
            let last = world.lastAction
            let wanted = Arcade.Freeway.minimalActions[frame % 2 + 1]
            _ = world.step(frame % 2 + 1)
            repeats += world.lastAction == last && last != wanted ? 1 : 0
        }
        // With alternating actions, a repetition makes the next frame's requested action the last one too.
        #expect(600...1000 ~= repeats, "\(repeats)")
    }

    @Test func framesAreLimited() throws {
        var settings = ArcadeSettings()
        settings.frameLimit = 50
        var world = ArcadeEnvironment(Arcade.Breakout(), settings)
        world.reset(seed: 1)
        for _ in 1..<50 { #expect(!world.step(0).ended) }
        #expect(world.step(0) == Step(reward: 0, truncated: true))
    }
}
