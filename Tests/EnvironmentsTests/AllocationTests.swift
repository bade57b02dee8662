import Environments
import Random
import Testing

#if os(Linux)
    import Glibc

    /// Runs `body` in a process that has no memory left to give: an allocation, even one that is freed at once,
    /// ends the process. Only for a process of its own.
    private func withoutMemory(_ body: () -> Void) {
        var usual = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &usual)
        var none = rlimit(rlim_cur: 0, rlim_max: usual.rlim_max)
        setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &none)
        // What has been freed before would still be given out again, so all of it is taken.
        for exponent in stride(from: 40, to: 10, by: -1) { takeAll(1 << exponent) }
        for size in stride(from: 1024, to: 0, by: -8) { takeAll(size) }
        body()
        setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &usual)
    }

    // A list of all blocks, each holding the address of the one before, so that none is optimised away.
    nonisolated(unsafe) private var taken: UnsafeMutableRawPointer?

    private func takeAll(_ size: Int) {
        while let block = malloc(size) {
            block.storeBytes(of: taken, as: UnsafeMutableRawPointer?.self)
            taken = block
        }
    }

    @Suite struct AllocationTests {
        private static func play(_ batch: any BatchedEnvironment, _ statistics: inout EpisodeStatistics) {
            var random = RandomStream(seed: 1)
            let actions = batch.discreteActions
            for _ in 0..<300 {
                for index in 0..<64 { actions[index] = random.integers(below: 2) }
                batch.step()
                statistics.record(batch)
            }
        }

        @Test(arguments: ["CartPole-v1", "FrozenLake-v1", "grid:four-rooms"], [AutoresetMode.sameStep, .nextStep])
        func stepsResetsAndStatisticsAllocateNothing(id: String, mode: AutoresetMode) async {
            await #expect(processExitsWith: .success) { [id, mode] in
                let batch = try EnvironmentCatalog.make(
                    id, count: 64, autoreset: mode, options: ["max_episode_steps": "30"])
                var statistics = EpisodeStatistics(count: 64)
                batch.reset(seed: 1)
                AllocationTests.play(batch, &statistics)
                withoutMemory { AllocationTests.play(batch, &statistics) }
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
