import Environments
import Experience
import Graphics
import Random
import Testing

@Suite struct VectorEnvironmentTests {
    /// The results of a batch in one step, with every byte of its rows.
    private struct Given: Equatable {
        var observations: [UInt8]
        var finalObservations: [UInt8]
        var rewards: [Double]
        var flags: [[Bool]]

        init(_ batch: any BatchedEnvironment) {
            observations = Array(batch.observations.bytes)
            finalObservations = Array(batch.finalObservations.bytes)
            rewards = Array(batch.rewards)
            flags = [Array(batch.terminated), Array(batch.truncated), Array(batch.isResetStep)]
        }
    }

    /// Steps a batch with random actions; returns the results.
    private func play(_ batch: any BatchedEnvironment, steps: Int, seed: UInt64 = 3) throws -> [Given] {
        var random = RandomStream(seed: seed)
        return try (0..<steps).map { _ in
            batch.writeRandomActions(&random)
            try batch.step()
            return Given(batch)
        }
    }

    static let ids = EnvironmentCatalog.entries.map(\.id).filter { $0 != "GridWorld" && !$0.hasPrefix("grid:") }

    @Test(arguments: ids, AutoresetMode.allCases)
    func aBatchIsManySingles(id: String, mode: AutoresetMode) throws {
        let batch = try EnvironmentCatalog.make(id, count: 4, autoreset: mode, options: ["max_episode_steps": "15"])
        let singles = try (0..<4).map { _ in
            try EnvironmentCatalog.make(id, autoreset: mode, options: ["max_episode_steps": "15"])
        }
        try batch.reset(seed: 40)
        for (index, single) in singles.enumerated() { try single.reset(seed: 40 + UInt64(index)) }
        var random = RandomStream(seed: 8)
        for _ in 0..<100 {
            if mode == .disabled {
                let ended = (0..<4).map { batch.terminated[$0] || batch.truncated[$0] }
                if ended.contains(true) { try batch.reset(mask: ended) }
                for (index, single) in singles.enumerated() where ended[index] { try single.reset() }
            }
            batch.writeRandomActions(&random)
            for (index, single) in singles.enumerated() {
                single.setAction(batch.action(of: index), of: 0)
                try single.step()
            }
            try batch.step()
            for (index, single) in singles.enumerated() {
                #expect(hasBytes(batch.observation(of: index), of: single.observation(of: 0)))
                #expect(hasBytes(batch.finalObservation(of: index), of: single.finalObservation(of: 0)))
                #expect(batch.rewards[index] == single.rewards[0])
                #expect(batch.terminated[index] == single.terminated[0])
                #expect(batch.truncated[index] == single.truncated[0])
                #expect(batch.isResetStep[index] == single.isResetStep[0])
                #expect(batch.actionMasks?[index] == single.actionMasks?[0])
            }
        }
    }

    @Test(arguments: ids) func theSameSeedGivesTheSame(id: String) throws {
        func run(_ seed: UInt64) throws -> [Given] {
            let batch = try EnvironmentCatalog.make(id, count: 3)
            try batch.reset(seed: seed)
            return try play(batch, steps: 100)
        }
        #expect(Bool(try run(1) == run(1)))
        // Nothing is random on firm ground with one start, or in a maze that is always the same.
        if id != "CliffWalking-v1" && id != "Maze-v0" { #expect(Bool(try run(1) != run(2))) }
    }

    @Test func nextStepIgnoresTheActionAfterAnEnd() {
        let batch = VectorEnvironment("counter", count: 1, autoreset: .nextStep) { Counter() }
        batch.reset(seed: 3)
        batch.actions[0] = 1
        batch.step()
        batch.step()
        #expect(batch.observationNumbers(of: 0) == [5, 250] && batch.terminated[0] && !batch.isResetStep[0])
        #expect(batch.rewards[0] == 1)
        batch.step()
        #expect(batch.observationNumbers(of: 0) == [100, 155] && batch.isResetStep[0])
        #expect(batch.rewards[0] == 0 && !batch.terminated[0])
        batch.step()
        #expect(batch.observationNumbers(of: 0) == [101, 154] && !batch.isResetStep[0])
    }

    @Test func sameStepKeepsTheFinalObservation() {
        let batch = VectorEnvironment("counter", count: 2, autoreset: .sameStep) { Counter() }
        batch.reset(seeds: [4, 6], mask: nil)
        batch.step()
        #expect(Array(batch.terminated) == [true, false])
        #expect(Array(batch.observations.bytes) == [100, 155, 7, 248])
        #expect(Array(batch.finalObservations.bytes) == [5, 250, 7, 248])
        batch.step()
        #expect(Array(batch.finalObservations.bytes) == Array(batch.observations.bytes))
    }

    @Test func aMaskResetsSome() {
        let batch = VectorEnvironment("counter", count: 3, autoreset: .disabled) { Counter() }
        batch.reset(seeds: [1, 2, 4], mask: nil)
        batch.step()
        #expect(Array(batch.terminated) == [false, false, true])
        batch.reset(seeds: [nil, nil, 8], mask: [true, false, true])
        #expect((0..<3).map { batch.observationNumbers(of: $0)[0] } == [100, 3, 8])
        #expect(Array(batch.terminated) == [false, false, false])
        batch.step()
        #expect((0..<3).map { batch.observationNumbers(of: $0)[0] } == [101, 4, 9])
    }

    @Test func aMaskedResetClearsAPendingOne() {
        let batch = VectorEnvironment("counter", count: 2, autoreset: .nextStep) { Counter() }
        batch.reset(seeds: [4, 4], mask: nil)
        batch.step()
        batch.reset(seeds: [7, nil], mask: [true, false])
        batch.step()
        #expect(Array(batch.isResetStep) == [false, true])
        #expect((0..<2).map { batch.observationNumbers(of: $0)[0] } == [8, 100])
    }

    @Test func preconditionsOfMisuse() async {
        await #expect(processExitsWith: .failure) {
            VectorEnvironment("counter", count: 1) { Counter() }.step()
        }
        await #expect(processExitsWith: .failure) {
            let batch = VectorEnvironment("counter", count: 1, autoreset: .disabled) { Counter() }
            batch.reset(seed: 4)
            batch.step()
            batch.step()
        }
        await #expect(processExitsWith: .failure) {
            let batch = VectorEnvironment("counter", count: 2) { Counter() }
            batch.reset(seed: 4)
            batch.reset(mask: [false, false])
        }
        await #expect(processExitsWith: .failure) {
            let batch = VectorEnvironment("lever", count: 2) { Lever() }
            batch.actionRows.integers[0] = 1
        }
    }

    @Test func numbersAsActions() throws {
        let batch: any BatchedEnvironment = VectorEnvironment("lever", count: 2) { TimeLimit(Lever(), steps: 9) }
        try batch.reset()
        batch.actionRows.floats[0] = 0.5
        batch.actionRows.floats[1] = -1
        try batch.step()
        #expect(Array(batch.rewards) == [0.5, -1])
        #expect(!batch.canSnapshot)
        #expect(throws: EnvironmentError.noSnapshot(environment: "lever")) { try batch.snapshot(of: 0) }
    }

    @Test(arguments: ids, AutoresetMode.allCases)
    func snapshotsContinueExactly(id: String, mode: AutoresetMode) throws {
        let options = ["max_episode_steps": "7"]
        let batch = try EnvironmentCatalog.make(id, count: 2, autoreset: mode, options: options)
        let copy = try EnvironmentCatalog.make(id, count: 2, autoreset: mode, options: options)
        try batch.reset(seed: 9)
        for _ in 0..<(mode == .disabled ? 1 : 5) {
            if mode != .disabled { _ = try play(batch, steps: 6) }
            for index in 0..<2 { try copy.restore(batch.snapshot(of: index), to: index) }
            #expect(hasBytes(copy.observations.bytes, of: batch.observations.bytes))
            #expect(hasBytes(copy.finalObservations.bytes, of: batch.finalObservations.bytes))
            #expect(copy.rewards.elementsEqual(batch.rewards))
            #expect(copy.terminated.elementsEqual(batch.terminated))
            #expect(copy.truncated.elementsEqual(batch.truncated))
            #expect(copy.isResetStep.elementsEqual(batch.isResetStep))
            if mode != .disabled { #expect(Bool(try play(copy, steps: 20) == play(batch, steps: 20))) }
        }
    }

    @Test func badSnapshotsAreRefused() throws {
        let batch = try EnvironmentCatalog.make("FrozenLake-v1")
        try batch.reset(seed: 1)
        let good = try batch.snapshot(of: 0)
        for length in 0..<good.count {
            #expect(throws: EnvironmentError.self) { try batch.restore(Array(good[..<length]), to: 0) }
        }
        #expect(throws: EnvironmentError.self) { try batch.restore(good + [0], to: 0) }
        // No bytes may crash it; flags, mark and cell are checked, the rest may be any numbers.
        for index in good.indices {
            var bad = good
            bad[index] ^= 0xff
            try? batch.restore(bad, to: 0)
            try batch.restore(good, to: 0)
        }
        let other = try EnvironmentCatalog.make("CartPole-v1")
        try other.reset(seed: 1)
        #expect(throws: EnvironmentError.badState(offset: 0, expected: "the state of 'CartPole-v1'")) {
            try other.restore(good, to: 0)
        }
    }

    @Test func valuesAreSnapshots() {
        let batch = VectorEnvironment("CartPole", count: 2) { CartPole() }
        batch.reset(seed: 1)
        let before = batch[0]
        let first = Array(batch.observations.bytes)
        batch.step()
        #expect(Array(batch.observations.bytes) != first)
        batch[0] = before
        #expect(Array(batch.observation(of: 0)) == Array(first[..<16]))
        #expect(batch.rewards[0] == 0)
    }

    @Test func buffersAreAligned() throws {
        let batch = try EnvironmentCatalog.make("CartPole-v1", count: 3)
        for address in [batch.observations.bytes.baseAddress, batch.finalObservations.bytes.baseAddress] {
            #expect(Int(bitPattern: address) % 64 == 0)
        }
        #expect(Int(bitPattern: batch.rewards.baseAddress) % 64 == 0)
    }
}

@Suite struct TimeLimitTests {
    @Test func truncatesAtTheLimitAndAfter() {
        var world = TimeLimit(Counter(), steps: 3)
        world.reset(seed: 0)
        #expect((0..<6).map { _ in world.step(0).truncated } == [false, false, true, true, true, true])
        world.reset(seed: nil)
        #expect(world.elapsed == 0 && !world.step(0).truncated)
    }

    @Test func terminatedAndTruncatedBoth() {
        var world = TimeLimit(Counter(), steps: 5)
        world.reset(seed: 0)
        for _ in 0..<4 { #expect(!world.step(0).ended) }
        #expect(world.step(1) == Step(reward: 1, terminated: true, truncated: true))
    }

    @Test func noLimit() {
        var world = TimeLimit(Counter(length: 1000), steps: nil)
        world.reset(seed: 0)
        for _ in 0..<250 { #expect(!world.step(0).ended) }
    }
}
