import Environments
import Random
import Testing

/// Environments as snapshots: branch, continue, and get the same.
@Suite struct SnapshotTests {
    /// The results of 60 steps, with actions sampled from a separate stream.
    private func future<World: Environment>(
        of world: World, _ action: (inout RandomStream) -> World.Action
    ) -> [String] {
        var (world, random) = (world, RandomStream(seed: 5))
        return (0..<60).map { _ in
            let result = world.step(action(&random))
            let seen = observation(of: world)
            if result.ended { world.reset(seed: nil) }
            return "\(result) \(seen) \(observation(of: world)) \(world.actionMask?.bits ?? 0)"
        }
    }

    private func check<World: Environment & StateCodable>(
        _ make: () -> World, _ action: (inout RandomStream) -> World.Action
    ) throws {
        for steps in [0, 1, 7, 40] {
            var (world, random) = (make(), RandomStream(seed: 9))
            world.reset(seed: 2)
            for _ in 0..<steps where world.step(action(&random)).ended { world.reset(seed: nil) }
            let copy = world
            var read = make()
            try read.restoreState(from: world.stateBytes())
            #expect(read.stateBytes() == world.stateBytes())
            let expected = future(of: world, action)
            #expect(future(of: copy, action) == expected, "a copy")
            #expect(future(of: read, action) == expected, "what was read from bytes")
            #expect("\(observation(of: read))" == "\(observation(of: world))")
        }
    }

    private func integers(_ count: Int) -> (inout RandomStream) -> Int { { $0.integers(below: count) } }

    private func numbers(_ width: Float) -> (inout RandomStream) -> Float {
        { width * (2 * $0.uniformFloat() - 1) }
    }

    @Test func classicControl() throws {
        try check({ CartPole() }, integers(2))
        try check({ MountainCar() }, integers(3))
        try check({ MountainCarContinuous() }, numbers(1))
        try check({ Pendulum() }, numbers(2))
        try check({ Acrobot(startRange: -3...3) }, integers(3))
    }

    @Test func toyText() throws {
        try check({ FrozenLake() }, integers(4))
        try check({ CliffWalking(isSlippery: true) }, integers(4))
        try check({ Taxi(rainyProbability: 0.8, fickleProbability: 0.9) }, integers(5))
        try check({ Blackjack() }, integers(2))
    }

    @Test func grids() throws {
        let names = ["four-rooms", "windy-gusts", "two-keys", "guards", "hunted"]
        for map in try names.map({ try GridMap(contentsOf: mapPath($0)) }) {
            try check({ GridWorld(map) }, integers(map.moves))
            try check({ GridView(GridWorld(map), .window(side: 3)) }, integers(map.moves))
        }
        try check({ FreshMaze(rows: 2, columns: 2) }, integers(4))
        try check({ FreshMaze(rows: 5, columns: 3, loops: 0.4, extent: .window(side: 5)) }, integers(4))
    }

    @Test func memories() throws {
        try check({ TMaze(length: 3) }, integers(4))
        try check({ RepeatPrevious(k: 3) }, integers(4))
        try check({ MaskVelocity(TimeLimit(CartPole(), steps: 12)) }, integers(2))
        try check({ GridWorld(try! GridMap(contentsOf: mapPath("four-rooms")), hasActionMask: true) }, integers(4))
        try check({ FreshMaze(rows: 3, columns: 2, extent: .window(side: 3), hasActionMask: true) }, integers(4))
    }

    @Test func damagedStatesAreRefused() throws {
        func refused(_ world: some StateCodable, _ change: (inout [UInt8]) -> Void) {
            var (world, bytes) = (world, world.stateBytes())
            change(&bytes)
            #expect(throws: EnvironmentError.self) { try world.restoreState(from: bytes) }
        }
        var game = Blackjack()
        game.reset(seed: 1)
        refused(game) { $0[0] = 23 }
        refused(game) { $0[8] = 11 }
        refused(game) { $0[8] = 0 }
        var taxi = Taxi()
        taxi.reset(seed: 1)
        refused(taxi) { ($0[0], $0[1]) = (0xf4, 1) }
        refused(taxi) { $0[8] = 2 }
        refused(taxi) { $0.removeLast() }
        let guards = GridWorld(try GridMap(text: "\nS...\n.#<.\n"))
        refused(guards) { $0[0] = 8 }
        refused(guards) { $0[8] = 4 }
        refused(CliffWalking()) { $0[0] = 48 }
        refused(Pendulum()) { $0.append(0) }
        refused(Acrobot()) { $0[32] = 7 }
        // An arm in the middle of the corridor, and a goal in a third arm.
        refused(TMaze()) { $0[0] = 1 }
        refused(TMaze()) { $0[9] = 2 }
        // A suit that nobody has been asked for, and more cards than there are.
        refused(RepeatPrevious()) { $0[48] = 1 }
        refused(RepeatPrevious()) { $0[40] = 53 }
    }
}
