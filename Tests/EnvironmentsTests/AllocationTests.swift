import Environments
import Experience
import Random
import TestSupport
import Testing

#if os(Linux)
    @Suite struct AllocationTests {
        private static func play(_ batch: any BatchedEnvironment, _ statistics: inout EpisodeStatistics) throws {
            var random = RandomStream(seed: 1)
            let actions = batch.actionSpace.discreteCount == nil ? nil : batch.actionRows.integers
            for _ in 0..<300 {
                for index in 0..<64 {
                    if let actions {
                        actions[index] = random.integers(below: 2)
                    } else {
                        batch.actionRows.floats[index] = random.uniformFloat()
                    }
                }
                try batch.step()
                statistics.record(batch)
            }
        }

        private static let ids =
            [
                "CartPole-v1", "MountainCar-v0", "MountainCarContinuous-v0", "Pendulum-v1", "Acrobot-v1",
                "FrozenLake-v1", "CliffWalking-v1", "Taxi-v4", "Blackjack-v1", "grid:four-rooms",
                "Memory/TMaze-v0", "Memory/RepeatPrevious-v0",
            ] + ["Asterix", "Breakout", "Freeway", "Seaquest", "SpaceInvaders"].map { "MinAtar/\($0)-v1" }

        @Test(arguments: ids, [AutoresetMode.sameStep, .nextStep])
        func stepsResetsAndStatisticsAllocateNothing(id: String, mode: AutoresetMode) async {
            await #expect(processExitsWith: .success) { [id, mode] in
                let batch = try EnvironmentCatalog.make(
                    id, count: 64, autoreset: mode, options: ["max_episode_steps": "30"])
                var statistics = EpisodeStatistics(count: 64)
                try batch.reset(seed: 1)
                try AllocationTests.play(batch, &statistics)
                try withoutMemory { try AllocationTests.play(batch, &statistics) }
                #expect(statistics.episodeCount > 1000)
            }
        }

        @Test(arguments: [
            ("grid:hunted", [:]), ("grid:two-keys", ["view": "full"]), ("grid:guards", ["view": "5"]),
            ("Maze-v0", ["fresh": "true", "loops": "0.2"]), ("Maze-v0", ["fresh": "true", "view": "7"]),
            ("Maze-v0", ["fresh": "true", "view": "3", "action_mask": "true"]),
            ("grid:four-rooms", ["view": "3", "action_mask": "true"]),
        ])
        func gridsAllocateNothing(id: String, options: [String: String]) async {
            await #expect(processExitsWith: .success) { [id, options] in
                let batch = try EnvironmentCatalog.make(
                    id, count: 64, options: options.merging(["max_episode_steps": "30"]) { $1 })
                var statistics = EpisodeStatistics(count: 64)
                try batch.reset(seed: 1)
                try AllocationTests.play(batch, &statistics)
                try withoutMemory { try AllocationTests.play(batch, &statistics) }
                #expect(statistics.episodeCount > 1000)
            }
        }

        @Test func anAllocationEndsTheProcess() async {
            await #expect(processExitsWith: .failure) {
                withoutMemory { print((0..<Int.random(in: 5...9)).map { $0 }) }
            }
        }
    }
#endif
