import Environments
import Random

extension Benchmark {
    /// Environment steps with random actions, including drawing the actions, resets and writing every observation.
    static var environmentSteps: [Benchmark] {
        ids.flatMap { id in [environment(id, count: 1024), environment(id, count: 1)] }
            + arcade(Arcade.Pong.self) + arcade(Arcade.Breakout.self) + arcade(Arcade.Freeway.self)
            + arcade(Arcade.SpaceInvaders.self) + arcade(Arcade.Honeybee.self)
    }

    /// An agent's steps with the whole preprocessing, four frames each; and the game's frames, each played and drawn.
    private static func arcade<Game: ArcadeGame>(_: Game.Type) -> [Benchmark] {
        let id = "Arcade/\(Game.name)-v0"
        return [
            environment(id, " preprocessed", options: ["preprocess": "nature"], count: 8),
            frames(of: Game.self, id + " grey frames n=1", .gray),
            frames(of: Game.self, id + " colour frames n=1", .color),
        ]
    }

    private static func frames<Game: ArcadeGame>(of _: Game.Type, _ name: String, _ form: ScreenForm) -> Benchmark {
        let count = 256
        return Benchmark(name: name, unit: .stepsPerSecond(perCall: count)) {
            var world = ArcadeEnvironment<Game>()
            var random = RandomStream(seed: 0)
            var screen = [UInt8](repeating: 0, count: Arcade.width * Arcade.height * form.channels)
            world.reset(seed: 0)
            return {
                for _ in 0..<count {
                    let action = random.integers(below: Game.minimalActions.count)
                    if world.step(action).ended { world.reset(seed: nil) }
                    var bytes = screen.mutableSpan
                    world.writeScreen(form, into: &bytes)
                }
            }
        }
    }

    private static let ids = [
        "CartPole-v1", "FrozenLake-v1", "MountainCar-v0", "MountainCarContinuous-v0", "Pendulum-v1", "Acrobot-v1",
        "CliffWalking-v1", "Taxi-v4", "Blackjack-v1", "Memory/TMaze-v0", "Memory/RepeatPrevious-v0",
        "MinAtar/Asterix-v0", "MinAtar/Breakout-v0", "MinAtar/Freeway-v0",
        "MinAtar/Seaquest-v0", "MinAtar/SpaceInvaders-v0",
    ]

    /// Batches of `count` environments, of the catalogue or of Python's Gymnasium, stepped with random actions.
    package static func environment(_ id: String, count: Int) -> Benchmark { environment(id, "", count: count) }

    private static func environment(
        _ id: String, _ variant: String, options: [String: String] = [:], count: Int
    ) -> Benchmark {
        let batches = max(1, 1024 / count)
        return Benchmark(name: "\(id)\(variant) n=\(count)", unit: .stepsPerSecond(perCall: batches * count)) {
            let batch = try EnvironmentCatalog.make(id, count: count, options: options)
            var random = RandomStream(seed: 0)
            try batch.reset(seed: 0)
            try check(id, options, count: min(count, 3))
            return {
                for _ in 0..<batches {
                    drawActions(of: batch, &random)
                    try batch.step()
                }
            }
        }
    }

    /// Draws actions with equal probabilities.
    private static func drawActions(of batch: any BatchedEnvironment, _ random: inout RandomStream) {
        switch batch.actionSpace {
        case .discrete(let count): draw(batch.actionRows.integers, below: count, &random)
        case .box(let low, let high, _, .float32):
            let actions = batch.actionRows.floats
            for index in actions.indices {
                let place = index % low.count
                // Infinite bounds are replaced by finite ones to draw between.
                let (first, last) = (Float(max(low[place], -1e3)), Float(min(high[place], 1e3)))
                actions[index] = first + (last - first) * random.uniformFloat()
            }
        case let space: preconditionFailure("\(batch.id): drawing actions from \(space) is not supported")
        }
    }

    /// Draws actions with equal probabilities, several from the bits of one random number.
    private static func draw(_ actions: UnsafeMutableBufferPointer<Int>, below count: Int, _ random: inout RandomStream)
    {
        if count & (count - 1) == 0 {
            drawBits(actions, count.trailingZeroBitCount, &random)
        } else {
            drawProducts(actions, below: count, &random)
        }
    }

    private static func drawBits(
        _ actions: UnsafeMutableBufferPointer<Int>, _ bits: Int, _ random: inout RandomStream
    ) {
        var (word, left): (UInt64, Int) = (0, 0)
        for index in actions.indices {
            if left < bits { (word, left) = (random.next(), 64) }
            actions[index] = Int(word & (1 << UInt64(bits) - 1))
            word >>= UInt64(bits)
            left -= bits
        }
    }

    /// Multiplies 16 bits by the number of actions: the high half is an action, and the low half shows which products
    /// must be rejected so that no action is more probable (Lemire 2019).
    private static func drawProducts(
        _ actions: UnsafeMutableBufferPointer<Int>, below count: Int, _ random: inout RandomStream
    ) {
        let (scale, tooLow) = (UInt32(count), UInt32(65536 % count))
        var (word, left): (UInt64, Int) = (0, 0)
        for index in actions.indices {
            var product: UInt32
            repeat {
                if left == 0 { (word, left) = (random.next(), 4) }
                product = UInt32(word & 0xFFFF) * scale
                word >>= 16
                left -= 1
            } while product & 0xFFFF < tooLow
            actions[index] = Int(product >> 16)
        }
    }

    /// A batch must give what single environments give.
    private static func check(_ id: String, _ options: [String: String], count: Int) throws {
        let batch = try EnvironmentCatalog.make(id, count: count, options: options)
        let singles = try (0..<count).map { _ in try EnvironmentCatalog.make(id, count: 1, options: options) }
        try batch.reset(seed: 0)
        for (index, single) in singles.enumerated() { try single.reset(seed: UInt64(index)) }
        var random = RandomStream(seed: 1)
        for _ in 0..<200 {
            drawActions(of: batch, &random)
            for (index, single) in singles.enumerated() {
                single.setAction(batch.action(of: index), of: 0)
            }
            try batch.step()
            for (index, single) in singles.enumerated() {
                try single.step()
                precondition(
                    single.observation(of: 0).elementsEqual(batch.observation(of: index)),
                    "\(id): a batch differs from single environments")
            }
        }
    }
}
