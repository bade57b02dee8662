@testable import Environments
import Experience
import Random
import Testing

/// The rules of the arcade games, one by one.
@Suite struct ArcadeRuleTests {
    private func started<Game: ArcadeGame>(_: Game.Type, seed: UInt64 = 1) -> (Game, PCG64) {
        var (game, random) = (Game(), PCG64(seed: seed))
        game.start(&random)
        return (game, random)
    }

    // MARK: Pong

    @Test func pongServesAfterHalfASecondOrAtOnce() {
        for (action, frames) in [(Arcade.Action.noop, 30), (.fire, 1), (.rightFire, 1)] {
            var (game, random) = started(Arcade.Pong.self)
            let ball = game.ball
            for _ in 0..<frames { #expect(game.act(action, &random) == 0 && game.ball == ball) }
            _ = game.act(.noop, &random)
            #expect(abs(game.ball.x - ball.x) == 384)
        }
        #expect(Set((1...20).map { started(Arcade.Pong.self, seed: $0).0.ball.across }) == [384, -384])
    }

    @Test func pongPaddlesStayInTheCourt() {
        var (game, random) = started(Arcade.Pong.self)
        for (action, end) in [(Arcade.Action.up, 34), (.down, 178), (.right, 34), (.left, 178)] {
            for _ in 0..<80 { _ = game.act(action, &random) }
            #expect(game.paddle == Int32(end) * 256)
        }
    }

    @Test(arguments: [(0, 0), (9, 1), (-9, -1)])
    func pongBallsFlyTheWayThePaddleMeetsThem(offset: Int32, way: Int32) {
        var (game, random) = started(Arcade.Pong.self)
        game.wait = 0
        game.ball = Arcade.Mover(x: 137 * 256, y: 100 * 256, across: 512, down: 0)
        // The centres of ball and paddle are `offset` pixels apart.
        game.paddle = (100 + 2 - 8 - offset) * 256
        _ = game.act(.noop, &random)
        #expect(game.ball.across == -(512 + 38) && game.ball.down.signum() == way)
        #expect(abs(game.ball.down) <= 576)
    }

    @Test func pongPointsEndTheGame() {
        var (game, random) = started(Arcade.Pong.self)
        func lose(to side: Int32) -> Int {
            game.wait = 0
            game.ball = Arcade.Mover(x: side > 0 ? 159 * 256 : -1 * 256, y: 40 * 256, across: 512 * side, down: 0)
            return game.act(.noop, &random)
        }
        for point in 1...20 {
            #expect(lose(to: 1) == -1 && game.computerPoints == Int32(point) && game.ball.across > 0)
        }
        #expect(lose(to: -1) == 1 && game.points == 1 && game.ball.across < 0 && game.wait == 30)
        #expect(!game.isOver && game.score == -19)
        #expect(lose(to: 1) == -1 && game.isOver)
    }

    @Test func pongsComputerHasSkill() throws {
        func score(_ skill: String) throws -> Double {
            var world = try ArcadeEnvironment<Arcade.Pong>.withAllActions(options: ["skill": skill])
            return (1...3).map { world.play(seed: $0) }.reduce(0, +)
        }
        let (weak, usual, strong) = try (score("0"), score("0.5"), score("0.9"))
        #expect(weak > usual && usual > strong, "\(weak) \(usual) \(strong)")
    }

    // MARK: Breakout

    /// A game whose ball is about to strike a given brick from below.
    private func breakout(row: Int, column: Int = 5) -> (Arcade.Breakout, PCG64) {
        var (game, random) = started(Arcade.Breakout.self)
        _ = game.act(.fire, &random)
        for below in row + 1..<max(row + 1, 6) { game.bricks[below] = 0 }
        let y = Int32(57 + 6 * row + 6)
        game.ball = Arcade.Mover(x: Int32(8 + 8 * column + 3) * 256, y: y * 256 + 100, across: 0, down: -384)
        return (game, random)
    }

    @Test(arguments: zip(0..<6, [7, 7, 4, 4, 1, 1])) func breakoutsRowsHaveTheirWorth(row: Int, worth: Int) {
        var (game, random) = breakout(row: row)
        #expect(game.act(.noop, &random) == worth && game.score == worth)
        #expect(game.bricks[row] == Arcade.Breakout.fullRow & ~(1 << 5) && game.ball.down > 0)
        #expect(game.hasStruckHigh == (row < 3) && game.ball.down == (row < 3 ? 704 : 384))
        // Nothing is left to strike.
        game.ball = breakout(row: row).0.ball
        #expect(game.act(.noop, &random) == 0)
    }

    @Test func breakoutWaitsForTheButton() {
        var (game, random) = started(Arcade.Breakout.self)
        for _ in 0..<100 { #expect(game.act(.right, &random) == 0 && !game.isInPlay) }
        #expect(game.paddle == 132 * 256)
        #expect(game.act(.fire, &random) == 0 && game.isInPlay && game.ball.row == 104)
        for _ in 0..<100 { _ = game.act(.left, &random) }
        #expect(game.paddle == 8 * 256)
    }

    @Test func breakoutLosesBallsAndEnds() {
        var (game, random) = started(Arcade.Breakout.self)
        for left in (0..<5).reversed() {
            _ = game.act(.fire, &random)
            game.ball = Arcade.Mover(x: 100 * 256, y: 209 * 256, across: 0, down: 384)
            #expect(!game.isOver)
            _ = game.act(.left, &random)
            #expect(game.lives == left && !game.isInPlay)
        }
        #expect(game.isOver)
    }

    @Test func breakoutsCeilingHalvesThePaddle() {
        var (game, random) = started(Arcade.Breakout.self)
        _ = game.act(.fire, &random)
        game.ball = Arcade.Mover(x: 100 * 256, y: 33 * 256, across: 100, down: -384)
        #expect(game.paddleWidth == 20)
        _ = game.act(.noop, &random)
        #expect(game.paddleWidth == 10 && game.ball.down == 384)
        game.ball = Arcade.Mover(x: 100 * 256, y: 209 * 256, across: 0, down: 384)
        _ = game.act(.noop, &random)
        #expect(game.paddleWidth == 20)
    }

    @Test(arguments: [(-9, -1), (9, 1)]) func breakoutsWallComesBackAtThePaddle(offset: Int32, way: Int32) {
        var (game, random) = started(Arcade.Breakout.self)
        _ = game.act(.fire, &random)
        game.bricks = InlineArray(repeating: 0)
        let middle = game.paddle + 10 * 256
        game.ball = Arcade.Mover(x: middle + (offset - 1) * 256, y: 184 * 256, across: 0, down: 384)
        _ = game.act(.noop, &random)
        #expect((0..<6).allSatisfy { game.bricks[$0] == Arcade.Breakout.fullRow })
        #expect(game.ball.down < 0 && game.ball.across.signum() == way && game.meetings == 1)
    }

    // MARK: Freeway

    @Test func freewayCountsCrossings() {
        var (game, random) = started(Arcade.Freeway.self)
        game.hen = 23 * 256
        #expect(game.act(.up, &random) == 1 && game.score == 1 && game.hen == 196 * 256)
        game.time = 1
        #expect(!game.isOver && game.act(.down, &random) == 0 && game.isOver && game.hen == 196 * 256)
    }

    @Test func freewaysCarsThrowTheHenBack() {
        var (game, random) = started(Arcade.Freeway.self)
        game.speeds = InlineArray(repeating: 0)
        // Far away from the hen's column, but in the fifth lane.
        game.cars = InlineArray(repeating: 150 * 256)
        game.hen = Int32(33 + 4 * 16 + 8) * 256
        _ = game.act(.noop, &random)
        #expect(game.tumble == 0)
        game.cars[4] = 60 * 256
        _ = game.act(.noop, &random)
        #expect(game.tumble == 16)
        let before = game.hen
        for _ in 0..<16 { _ = game.act(.up, &random) }
        #expect(game.tumble == 0 && game.hen == before + 16 * 384)
    }

    @Test func freewaysTrafficIsEven() throws {
        let game = try Arcade.Freeway(options: EnvironmentOptions(["traffic": "3"]))
        #expect((0..<3).map { game.column($0, 0) } == [-16, 48, 112])
    }

    // MARK: Space Invaders

    @Test(arguments: 0..<6) func invadersAreWorthMoreAbove(row: Int) {
        var (game, random) = started(Arcade.SpaceInvaders.self)
        game.shot = .init(x: game.formationX + 2 * 16 + 3, y: game.formationY + Int32(row) * 16 + 12)
        #expect(game.act(.noop, &random) == 5 * (6 - row))
        #expect(game.invaders[row] == 0b111011 && game.count == 35 && !game.shot.isFlying)
    }

    @Test func theSaucerIsWorthTwoHundred() {
        var (game, random) = started(Arcade.SpaceInvaders.self)
        (game.saucer, game.saucerHeading) = (60, 1)
        game.shot = .init(x: 70, y: 30)
        #expect(game.act(.noop, &random) == 200 && game.saucerHeading == 0 && game.score == 200)
    }

    @Test func theCannonFiresOneShot() {
        var (game, random) = started(Arcade.SpaceInvaders.self)
        #expect(game.act(.fire, &random) == 0 && game.shot.isFlying)
        let x = game.shot.x
        _ = game.act(.rightFire, &random)
        #expect(game.shot.x == x && game.cannon == 21)
        for _ in 0..<30 { _ = game.act(.left, &random) }
        #expect(game.cannon == 4)
    }

    @Test func shotsAndBombsWearShields() {
        var (game, random) = started(Arcade.SpaceInvaders.self)
        let whole = game.shields
        game.shot = .init(x: 40, y: 167)
        for _ in 0..<3 { _ = game.act(.noop, &random) }
        #expect(!game.shot.isFlying)
        #expect((0..<12).contains { game.shields[$0] != whole[$0] })
        #expect((12..<36).allSatisfy { game.shields[$0] == whole[$0] })
        game.bombs[0] = .init(x: 80, y: 149)
        for _ in 0..<5 { _ = game.act(.noop, &random) }
        #expect(!game.bombs[0].isFlying && (12..<24).contains { game.shields[$0] != whole[$0] })
    }

    @Test func bombsCostCannonsAndLandingAll() {
        var (game, random) = started(Arcade.SpaceInvaders.self)
        for left in [2, 1] {
            game.bombs[0] = .init(x: game.cannon + 4, y: 178)
            _ = game.act(.noop, &random)
            #expect(game.lives == left && game.recovery == 64 && !game.bombs[0].isFlying)
            let formation = game.formationX
            for _ in 0..<64 { _ = game.act(.right, &random) }
            #expect(game.recovery == 0 && game.cannon == 20 && game.formationX == formation)
        }
        (game.formationY, game.formationX, game.heading, game.untilStep) = (180 - 90, 60, 1, 1)
        _ = game.act(.noop, &random)
        #expect(game.isOver)
    }

    @Test func formationsTurnAtTheSidesAndComeAgain() {
        var (game, random) = started(Arcade.SpaceInvaders.self)
        (game.formationX, game.untilStep) = (68, 1)
        _ = game.act(.noop, &random)
        #expect(game.heading == -1 && game.formationY == 44)
        game.invaders = [0, 0, 0, 0, 0, 1]
        game.shot = .init(x: game.formationX + 3, y: game.formationY + 5 * 16 + 12)
        #expect(game.act(.noop, &random) == 5)
        #expect(game.count == 36 && game.wave == 1 && game.formationY == 44)
    }

    // MARK: Honeybee

    @Test func pollenIsGatheredAndPaidSquared() {
        var (game, random) = started(Arcade.Honeybee.self)
        for load in 1...6 {
            game.flowers = InlineArray(repeating: -100)
            game.flowers[2] = 300
            game.bee = Arcade.Mover(x: 55 * 256, y: 165 * 256)
            #expect(game.act(.noop, &random) == (load <= 5 ? 1 : 0) && game.loads == Int32(min(load, 5)))
        }
        game.bee = Arcade.Mover(x: 20 * 256, y: 50 * 256)
        #expect(game.act(.noop, &random) == 25 && game.loads == 0 && game.delivered == 5 && game.score == 30)
    }

    @Test func loadsMakeTheBeeSlow() {
        func way(_ loads: Int32) -> Int32 {
            var (game, random) = started(Arcade.Honeybee.self)
            (game.loads, game.bee) = (loads, Arcade.Mover(x: 60 * 256, y: 80 * 256))
            for _ in 0..<30 { _ = game.act(.right, &random) }
            return game.bee.x
        }
        #expect((0..<5).allSatisfy { way($0) > way($0 + 1) })
    }

    @Test func waspsCostABeeAndItsLoads() {
        var (game, random) = started(Arcade.Honeybee.self)
        (game.loads, game.grace, game.bee) = (3, 2, Arcade.Mover(x: 80 * 256, y: 80 * 256))
        game.wasps[0] = .init(body: Arcade.Mover(x: 80 * 256, y: 80 * 256))
        _ = game.act(.noop, &random)
        #expect(game.lives == 3 && game.loads == 3)
        _ = game.act(.noop, &random)
        #expect(game.lives == 2 && game.loads == 0 && game.grace == 90 && game.bee == Arcade.Honeybee.home)
    }

    @Test func daysAskForLoads() {
        var (game, random) = started(Arcade.Honeybee.self)
        #expect(game.quota == 5 && game.waspCount == 1)
        (game.delivered, game.daylight) = (5, 1)
        _ = game.act(.noop, &random)
        #expect(game.lives == 3 && game.day == 1 && game.quota == 7 && game.waspCount == 2 && game.delivered == 0)
        for left in (0..<3).reversed() {
            (game.delivered, game.daylight) = (4, 1)
            _ = game.act(.noop, &random)
            #expect(game.lives == left)
        }
        #expect(game.isOver)
    }
}
