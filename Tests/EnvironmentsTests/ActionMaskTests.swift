import Environments
import Experience
import Random
import Testing

/// Masks of grid worlds, and masks through wrappers; `ToyTextTests` has Taxi's.
@Suite struct ActionMaskTests {
    static let maps = ["bridge", "cliff", "four-rooms", "key-and-door", "maze", "two-keys", "windy", "windy-gusts"]

    /// A masked action never has an effect, an unmasked one has an effect with some of 40 random streams.
    @Test(arguments: maps) func masksOfGridsAreWhatHappens(name: String) throws {
        let map = try GridMap(contentsOf: mapPath(name))
        var (world, random) = (GridWorld(map, hasActionMask: true), RandomStream(seed: 3))
        // What follows the agent's own state in a saved one.
        let streams = (0..<40 as Range<UInt64>).map { seed in
            var other = world
            other.reset(seed: seed)
            return other.stateBytes().dropFirst(8)
        }
        world.reset(seed: 1)
        var masked = 0
        for _ in 0..<300 {
            let mask = try #require(world.actionMask)
            #expect(mask.bits < 1 << UInt64(map.moves))
            var copy = world
            for action in 0..<map.moves {
                let hasEffect = try streams.contains { stream in
                    try copy.restoreState(from: Array(world.stateBytes().prefix(8)) + Array(stream))
                    let result = copy.step(action)
                    return copy.state != world.state || result.reward != map.stepReward || result.terminated
                }
                #expect(mask.contains(action) == hasEffect, "cell \(world.cell), action \(action)")
                masked += mask.contains(action) ? 0 : 1
            }
            if world.step(random.integers(below: map.moves)).ended { world.reset(seed: nil) }
        }
        #expect(masked > 30 || map.slip > 0, "only where the agent slips can any move have an effect")
    }

    @Test(arguments: [GridExtent.full, .window(side: 3)]) func masksOfFreshMazesAreWhatHappens(extent: GridExtent) {
        var world = FreshMaze(rows: 4, columns: 5, loops: 0.3, extent: extent, hasActionMask: true)
        var random = RandomStream(seed: 3)
        world.reset(seed: 1)
        for _ in 0..<300 {
            for action in 0..<4 {
                var copy = world
                _ = copy.step(action)
                #expect(world.actionMask!.contains(action) == (copy.cell != world.cell))
            }
            if world.step(random.integers(below: 4)).ended { world.reset(seed: nil) }
        }
    }

    /// Masks are information only: with them the same actions give the same episodes.
    @Test(arguments: [
        ("grid:four-rooms", [:]), ("grid:windy-gusts", ["view": "3"]), ("Maze-v0", ["fresh": "true", "view": "3"]),
        ("Maze-v0", [:]),
    ]) func masksChangeNothing(id: String, options: [String: String]) throws {
        let plain = try EnvironmentCatalog.make(id, count: 3, options: options)
        let masked = try EnvironmentCatalog.make(
            id, count: 3, options: options.merging(["action_mask": "true"]) { $1 })
        #expect(plain.actionMasks == nil && masked.actionMasks?.count == 3)
        try plain.reset(seed: 1)
        try masked.reset(seed: 1)
        var random = RandomStream(seed: 1)
        for _ in 0..<200 {
            plain.writeRandomActions(&random)
            for index in 0..<3 { masked.setAction(plain.action(of: index), of: index) }
            try plain.step()
            try masked.step()
            #expect(hasBytes(plain.observations.bytes, of: masked.observations.bytes))
            #expect(plain.rewards.elementsEqual(masked.rewards))
        }
        let check = try EnvironmentCheck(id: id, steps: 60) {
            try EnvironmentCatalog.make(
                id, count: $0, autoreset: $1, options: options.merging(["action_mask": "true"]) { $1 })
        }
        #expect(check.passed && check["action-mask"] == .passed, "\(check)")
    }

    /// Among enemies, a move against a wall is the way to wait, unless staying is an action.
    @Test func enemiesNeedStaying() throws {
        #expect(throws: EnvironmentError.self) {
            try EnvironmentCatalog.make("grid:guards", options: ["action_mask": "true"])
        }
        let world = GridWorld(try GridMap(text: "moves: 9\n\nS.G\n.>.\n"), hasActionMask: true)
        #expect(world.actionMask?.flags(count: 9) == [false, true, true, false, true, true, true, false, true])
    }

    /// Every wrapper that leaves actions as they are passes the masks on, those of ended episodes too.
    @Test(arguments: [
        "frame-stack=2", "sticky-action=0", "clip-reward", "normalize-reward", "flatten", "time-aware", "action-mask",
        "delay=1", "flatten,normalize-observation", "pixels", "pixels,grayscale", "pixels,resize=9x9",
        "flatten,time-aware,delay=1,frame-stack=2", "frame-skip=1",
    ]) func wrappersPassMasksOn(stack: String) throws {
        func make(_ stack: String) throws -> any BatchedEnvironment {
            try EnvironmentCatalog.make("Taxi-v4", count: 2, options: ["wrap": stack, "max_episode_steps": "9"])
        }
        let (plain, wrapped) = (try make(""), try make(stack))
        try plain.reset(seed: 6)
        try wrapped.reset(seed: 6)
        var random = RandomStream(seed: 1)
        for _ in 0..<20 {
            plain.writeRandomActions(&random)
            for index in 0..<2 { wrapped.setAction(plain.action(of: index), of: index) }
            try plain.step()
            try wrapped.step()
            #expect(try #require(wrapped.actionMasks).elementsEqual(plain.actionMasks!))
            for index in 0..<2 where plain.truncated[index] {
                #expect(wrapped.finalActionMasks![index] == plain.finalActionMasks![index])
            }
        }
    }
}
