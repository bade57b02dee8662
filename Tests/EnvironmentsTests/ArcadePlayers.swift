@testable import Environments
import Random

/// Players that look at a game's state, for tests and animations.
protocol ScriptedGame: ArcadeGame {
    /// The action of a good but not perfect player.
    func scriptedAction(_ random: inout RandomStream) -> Arcade.Action
}

extension ArcadeEnvironment where Game: ScriptedGame {
    /// An environment with all 18 actions.
    static func withAllActions(options: [String: String] = [:]) throws -> Self {
        var settings = ArcadeSettings()
        settings.hasFullActionSpace = true
        return Self(try Game(options: EnvironmentOptions(options)), settings)
    }

    /// Plays an episode by the script or at random, with a new action every four frames; returns the sum of rewards.
    mutating func play(seed: UInt64, atRandom isRandom: Bool = false, afterFrame: (Self) -> Void = { _ in }) -> Double {
        var (random, total, action) = (RandomStream(seed: seed), 0.0, Arcade.Action.noop)
        reset(seed: seed)
        while true {
            if frameCount % 4 == 0 {
                let choices = Game.minimalActions
                action =
                    isRandom ? choices[random.integers(below: choices.count)] : game.scriptedAction(&random)
            }
            let step = step(Int(action.rawValue))
            total += step.reward
            afterFrame(self)
            if step.ended { return total }
        }
    }
}

/// The direction of a displacement, if it is longer than `rest`.
private func direction(_ way: Int, rest: Int = 0) -> Int { way > rest ? 1 : way < -rest ? -1 : 0 }

extension Arcade.Pong: ScriptedGame {
    /// Meets the ball with the paddle's lower part.
    func scriptedAction(_ random: inout RandomStream) -> Arcade.Action {
        let target = ball.across > 0 ? ball.row + 2 : 114
        return [.up, .noop, .down][direction(target - Int(paddle >> 8) - 13, rest: 3) + 1]
    }
}

extension Arcade.Breakout: ScriptedGame {
    /// Follows the ball, with a different part of the paddle each time.
    func scriptedAction(_ random: inout RandomStream) -> Arcade.Action {
        guard isInPlay else { return .fire }
        let middle = Int(paddle >> 8) + paddleWidth / 2
        let target = ball.column + 1 + random.integers(below: 5) - 2
        return [.left, .noop, .right][direction(target - middle, rest: 2) + 1]
    }
}

extension Arcade.Freeway: ScriptedGame {
    /// Goes on if no car comes within sixteen frames, otherwise waits or gives way.
    func scriptedAction(_ random: inout RandomStream) -> Arcade.Action {
        func isFree(_ way: Int) -> Bool {
            (1...16).allSatisfy { frame in !meetsCar(Int(hen >> 8) + way * frame, in: frame) }
        }
        return isFree(-1) ? .up : isFree(0) ? .noop : isFree(1) ? .down : .up
    }

    private func meetsCar(_ top: Int, in frames: Int) -> Bool {
        [top + 1, top + 6].contains { row in
            let lane = (row - Self.roadTop) / Self.laneHeight
            guard row >= Self.roadTop, lane < Self.lanes else { return false }
            return (0..<traffic).contains { car in
                let x = column(car, lane) + Int(speeds[lane]) * frames / 256
                return x < Self.henX + 12 && x + Self.carWidth > Self.henX - 4
            }
        }
    }
}

extension Arcade.SpaceInvaders: ScriptedGame {
    /// Avoids the bombs, otherwise shoots from below the nearest invader.
    func scriptedAction(_ random: inout RandomStream) -> Arcade.Action {
        let middle = Int(cannon) + 4
        for index in bombs.indices where bombs[index].y > 120 && abs(Int(bombs[index].x) - middle) < 9 {
            let isRight = Int(bombs[index].x) > middle
            return isRight && cannon > 12 || cannon > 139 ? .leftFire : .rightFire
        }
        var way = 1000
        for row in 0..<Self.rows {
            for column in 0..<Self.columns where invaders[row] >> UInt8(column) & 1 == 1 {
                let x = Int(formationX) + column * 16 + 4 - middle
                if abs(x) < abs(way) { way = x }
            }
        }
        return [.leftFire, .fire, .rightFire][direction(way, rest: 2) + 1]
    }
}

extension Arcade.Honeybee: ScriptedGame {
    /// Flies to the nearest flower, home with four loads or towards evening, and around wasps.
    func scriptedAction(_ random: inout RandomStream) -> Arcade.Action {
        var (across, down) = (Self.hiveX + 8 - bee.column, Self.hiveY + 12 - bee.row)
        if loads == 0 || loads < 4 && daylight > 400 {
            let open = (0..<7).filter { flowers[$0] > 40 }
            let ways = open.map { (Self.flowerX[$0] - bee.column, Self.flowerY[$0] - bee.row) }
            (across, down) = ways.min { abs($0.0) + abs($0.1) < abs($1.0) + abs($1.1) } ?? (across, down)
        }
        for index in 0..<waspCount where wasps[index].wait == 0 {
            let body = wasps[index].body
            let (x, y) = (body.column - bee.column, body.row - bee.row)
            guard abs(x) < 44, abs(y) < 26, x * Int(body.across) < 40 * 256 else { continue }
            down = bee.row < 26 ? 20 : bee.row > 180 ? -20 : y >= 0 ? -20 : 20
        }
        let (right, below) = (direction(across, rest: 2), direction(down, rest: 2))
        return Arcade.Action.allCases.first { $0.across == right && $0.down == below && !$0.fires }!
    }
}
