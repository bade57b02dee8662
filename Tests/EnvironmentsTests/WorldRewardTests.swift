import Environments
import Experience
import Graphics
import Testing

/// Returns are those of the world itself, whatever wrappers make of its rewards.
@Suite struct WorldRewardTests {
    /// Rewards are twenty times the action.
    private struct Bank: Environment, StateCodable {
        var counter = Counter()
        var observationSpace: Space { counter.observationSpace }
        var actionSpace: Space { counter.actionSpace }
        var frameSize: FrameSize { counter.frameSize }
        mutating func reset(seed: UInt64?) { counter.reset(seed: seed) }
        mutating func step(_ action: Int) -> Step {
            var result = counter.step(action)
            result.reward *= 20
            return result
        }
        func observe(into observation: inout MutableSpan<UInt8>) { counter.observe(into: &observation) }
        func draw(into frame: inout Frame) {}
        mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
            try counter.codeState(with: &coder)
        }
    }

    private func play<World: Environment>(
        _ mode: AutoresetMode = .sameStep, _ make: () -> World
    ) -> (statistics: EpisodeStatistics, batch: VectorEnvironment<World>) where World.Action == Int {
        let batch = VectorEnvironment("bank", count: 2, autoreset: mode, make: make)
        batch.reset(seeds: [0, 0], mask: nil)
        var statistics = EpisodeStatistics(of: batch)
        for _ in 0..<5 {
            (batch.actions[0], batch.actions[1]) = (1, 0)
            batch.step()
            statistics.record(batch)
        }
        return (statistics, batch)
    }

    @Test(arguments: [AutoresetMode.sameStep, .nextStep]) func clippedRewards(mode: AutoresetMode) {
        let (statistics, batch) = play(mode) { FrameStack(ClipReward(Bank()), count: 2) }
        #expect(statistics.recent.map(\.return) == [100, 0])
        #expect(statistics.recent.map(\.wrappedReturn) == [5, 0])
        #expect(statistics.recentMeanReturn == 50 && statistics.recentMeanWrappedReturn == 2.5)
        // The learner is given what the wrapper made.
        #expect(batch.rewards[0] == 1 && batch.worldRewards[0] == 20)
    }

    @Test func severalWrappersLeaveTheWorldsOwn() {
        let (statistics, _) = play { NormalizeReward(ClipReward(Bank(), to: -7...7)) }
        #expect(statistics.recent[0].return == 100)
        #expect(statistics.recent[0].wrappedReturn! > 0 && statistics.recent[0].wrappedReturn! != 35)
    }

    @Test func skippedFramesAddUp() {
        let inside = play { FrameSkip(ClipReward(Bank()), count: 5) }
        #expect(inside.statistics.recent.map(\.return) == [100, 0, 100, 0, 100, 0, 100, 0, 100, 0])
        #expect(inside.statistics.recent[0].wrappedReturn == 5)
        let outside = play { ClipReward(FrameSkip(Bank(), count: 5)) }
        #expect(outside.statistics.recent[0].return == 100 && outside.statistics.recent[0].wrappedReturn == 1)
    }

    @Test func whereNothingIsChangedThereIsOneReward() {
        let (statistics, batch) = play { FrameSkip(TimeLimit(Bank(), steps: 9), count: 5) }
        #expect(!batch.changesRewards && batch.rewards.baseAddress == batch.worldRewards.baseAddress)
        #expect(statistics.recent[0] == EpisodeSummary(return: 100, length: 1))
        #expect(statistics.recentMeanWrappedReturn == nil)
    }

    /// Gymnasium's `RecordEpisodeStatistics` tells what arrives at its own place.
    @Test func thePlaceInTheStackStaysVisible() {
        var (inside, outside) = (
            ClipReward(RecordEpisodeStatistics(Bank())), RecordEpisodeStatistics(ClipReward(Bank()))
        )
        inside.reset(seed: 0)
        outside.reset(seed: 0)
        for _ in 0..<5 { _ = (inside.step(1), outside.step(1)) }
        #expect(inside.base.statistics.recent[0].return == 100 && outside.statistics.recent[0].return == 100)
        #expect(inside.base.statistics.recent[0].wrappedReturn == nil)
        #expect(outside.statistics.recent[0].wrappedReturn == 5)
    }

    @Test func statesHoldBoth() throws {
        let (statistics, batch) = play { ClipReward(Bank()) }
        batch.actions[0] = 1
        batch.step()
        var copy = EpisodeStatistics(of: batch)
        try copy.restoreState(from: statistics.stateBytes())
        #expect(copy.recent == statistics.recent && copy.recentMeanWrappedReturn == 2.5)
        let other = VectorEnvironment("bank", count: 1) { ClipReward(Bank()) }
        try other.restore(batch.snapshot(of: 0), to: 0)
        #expect(other.worldRewards[0] == 20 && other.rewards[0] == 1)
        other.reset(seed: 0)
        #expect(other.worldRewards[0] == 0)
        // A snapshot without the world's own reward is another form.
        let bare = VectorEnvironment("bank", count: 1) { Bank() }
        bare.reset(seed: 0)
        #expect(throws: EnvironmentError.self) { try other.restore(bare.snapshot(of: 0), to: 0) }
    }

    /// The preprocessing of Mnih et al. clips rewards: an invader counts 1, and its points stay the game's.
    @Test func anArcadeGameKeepsItsPoints() throws {
        let options = ["preprocess": "nature", "terminal_on_life_loss": "false"]
        let batch = try EnvironmentCatalog.make("Arcade/SpaceInvaders-v0", options: options)
        #expect(batch.changesRewards && batch.stepLimit == 108_000)
        try batch.reset(seed: 1)
        var (points, clipped) = (0.0, 0.0)
        for step in 0..<400 {
            batch.actionRows.integers[0] = step % 2 == 0 ? 1 : (step / 40) % 2 + 2
            try batch.step()
            points += batch.worldRewards[0]
            clipped += batch.rewards[0]
        }
        #expect(clipped >= 2 && points >= 5 * clipped)
        let plain = ["preprocess": "nature", "clip_reward": "false"]
        #expect(try !EnvironmentCatalog.make("Arcade/SpaceInvaders-v0", options: plain).changesRewards)
    }

    /// Returns whose sum is too large still have a mean.
    @Test func hugeReturnsHaveAMean() {
        var statistics = EpisodeStatistics(count: 1)
        for _ in 0..<4 { statistics.record(Step(reward: 1e308, terminated: true)) }
        #expect(statistics.recentMeanReturn == 1e308)
    }
}
