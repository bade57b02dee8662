import Environments
import Experience
import Random
import Testing

@Suite struct MinAtarStateTests {
    private static let ids = ["Asterix", "Breakout", "Freeway", "Seaquest", "SpaceInvaders"].map { "MinAtar/\($0)-v0" }

    /// Every observation, reward and end of 400 steps, one episode after another.
    private func record<Game: MinAtarGame>(_ world: MinAtarEnvironment<Game>) -> [UInt8] {
        var world = world
        var seen: [UInt8] = []
        var actions = RandomStream(seed: 3)
        for _ in 0..<400 {
            let step = world.step(actions.integers(below: 6))
            seen += observation(of: world) + [UInt8(step.reward), step.terminated ? 1 : 0]
            if step.terminated { world.reset(seed: nil) }
        }
        return seen
    }

    /// Continues from one moment three times: the world, a copy made before, and one read back from bytes.
    private func branches<Game: MinAtarGame>(_: Game.Type) throws {
        var world = MinAtarEnvironment<Game>()
        world.reset(seed: 5)
        var actions = RandomStream(seed: 4)
        for _ in 0..<700 where world.step(actions.integers(below: 6)).terminated { world.reset(seed: nil) }
        let copy = world
        let bytes = world.stateBytes()
        var restored = MinAtarEnvironment<Game>()
        restored.reset(seed: 99)
        try restored.restoreState(from: bytes)
        let seen = record(world)
        #expect(record(copy) == seen && record(restored) == seen)
        #expect(restored.stateBytes() == bytes)
        var other = MinAtarEnvironment<Game>()
        other.reset(seed: 6)
        #expect(record(other) != seen, "the recording depends on the state")
    }

    @Test func branchesPlayOnAlike() throws {
        try branches(MinAtar.Asterix.self)
        try branches(MinAtar.Breakout.self)
        try branches(MinAtar.Freeway.self)
        try branches(MinAtar.Seaquest.self)
        try branches(MinAtar.SpaceInvaders.self)
    }

    @Test(arguments: ids) func batchesResumeFromBytes(id: String) throws {
        let batch = try EnvironmentCatalog.make(id, count: 2)
        let copy = try EnvironmentCatalog.make(id, count: 2)
        var actions = RandomStream(seed: 1)
        func play(_ batches: [any BatchedEnvironment]) throws {
            for index in 0..<2 {
                let action = actions.integers(below: 6)
                for batch in batches { batch.actionRows.integers[index] = action }
            }
            for batch in batches { try batch.step() }
        }
        try batch.reset(seed: 1)
        for _ in 0..<300 { try play([batch]) }
        for index in 0..<2 { try copy.restore(batch.snapshot(of: index), to: index) }
        for _ in 0..<300 {
            try play([batch, copy])
            #expect(hasBytes(batch.observations.bytes, of: copy.observations.bytes))
            #expect(batch.rewards.elementsEqual(copy.rewards) && batch.terminated.elementsEqual(copy.terminated))
        }
        #expect(try batch.snapshot(of: 1) == copy.snapshot(of: 1))
    }

    /// Damaged bytes are rejected, or hold another state that can be played.
    private func damage<Game: MinAtarGame>(_: Game.Type) throws {
        var world = MinAtarEnvironment<Game>()
        world.reset(seed: 1)
        var random = RandomStream(seed: 2)
        for _ in 0..<100 where world.step(random.integers(below: 6)).terminated { world.reset(seed: nil) }
        let good = world.stateBytes()
        // The last action and the 625 words of the stream come before the game.
        let start = 1 + 4 * 625
        var (refused, played) = (0, 0)
        for _ in 0..<5000 {
            var bytes = good
            for _ in 0...random.integers(below: 3) {
                let place = start + random.integers(below: good.count - start)
                bytes[place] = UInt8(truncatingIfNeeded: random.integers(below: 14) - 2)
            }
            guard (try? world.restoreState(from: bytes)) != nil else {
                refused += 1
                continue
            }
            played += 1
            for _ in 0..<20 {
                if world.step(random.integers(below: 6)).terminated { world.reset(seed: nil) }
                #expect(observation(of: world).allSatisfy { $0 <= 1 })
            }
        }
        #expect(refused > 100 && played > 100, "\(Game.name): \(refused) refused, \(played) played")
        #expect(throws: EnvironmentError.self) { try world.restoreState(from: good.dropLast()) }
        #expect(throws: EnvironmentError.self) { try world.restoreState(from: good + [0]) }
    }

    @Test func damagedStatesNeverTrap() throws {
        try damage(MinAtar.Asterix.self)
        try damage(MinAtar.Breakout.self)
        try damage(MinAtar.Freeway.self)
        try damage(MinAtar.Seaquest.self)
        try damage(MinAtar.SpaceInvaders.self)
    }

    @Test func idsDifferInTheirActions() throws {
        let names = try Dictionary(
            uniqueKeysWithValues: EnvironmentCatalog.entries.filter { $0.id.hasPrefix("MinAtar/") }.map {
                ($0.id, try EnvironmentCatalog.make($0.id).actionNames.joined(separator: " "))
            })
        for id in Self.ids { #expect(names[id] == "noop left up right down fire") }
        #expect(names["MinAtar/Asterix-v1"] == "noop left up right down")
        #expect(names["MinAtar/Breakout-v1"] == "noop left right")
        #expect(names["MinAtar/Freeway-v1"] == "noop up down")
        #expect(names["MinAtar/Seaquest-v1"] == "noop left up right down fire")
        #expect(names["MinAtar/SpaceInvaders-v1"] == "noop left right fire")
    }

    @Test func spacesAreTheOriginals() throws {
        for (id, channels) in zip(Self.ids, [4, 4, 7, 10, 6]) {
            let batch = try EnvironmentCatalog.make(id)
            #expect(batch.observationSpace == .box(0...1, shape: [10, 10, channels], element: .uint8))
            #expect(batch.actionSpace == .discrete(6) && batch.elementType == .uint8)
        }
        #expect(MinAtar.Asterix.channelCount == MinAtar.Asterix.Channel.allCases.count)
        #expect(MinAtar.Breakout.channelCount == MinAtar.Breakout.Channel.allCases.count)
        #expect(MinAtar.Freeway.channelCount == MinAtar.Freeway.Channel.allCases.count)
        #expect(MinAtar.Seaquest.channelCount == MinAtar.Seaquest.Channel.allCases.count)
        #expect(MinAtar.SpaceInvaders.channelCount == MinAtar.SpaceInvaders.Channel.allCases.count)
    }

    @Test func optionsTakeEffect() throws {
        let stuck = try EnvironmentCatalog.make(
            "MinAtar/Breakout-v1", options: ["sticky_action_prob": "1", "difficulty_ramping": "false"])
        try stuck.reset(seed: 1)
        for _ in 0..<3 {
            stuck.actionRows.integers[0] = 1
            try stuck.step()
        }
        #expect(stuck.observation(of: 0)[(9 * 10 + 4) * 4] == 1, "the paddle stays, for the first action was none")
        for (option, value) in [
            ("sticky_action_prob", "1.1"), ("sticky_action_prob", "nan"), ("difficulty_ramping", "1"),
        ] {
            #expect(throws: EnvironmentError.self) {
                try EnvironmentCatalog.make("MinAtar/Asterix-v0", options: [option: value])
            }
        }
    }
}
