import Environments
import Graphics
import Random
import Testing

/// What wrappers do differently from Gymnasium's, or in addition.
@Suite struct WrapperTests {
    @Test func spaces() {
        #expect(FrameStack(CartPole(), count: 3).observationSpace.shape == [3, 4])
        #expect(FrameStack(FrozenLake(), count: 2).observationSpace == .multiDiscrete([16, 16]))
        #expect(FrameStack(Counter(), count: 2).observationSpace == .box(0...255, shape: [2, 2], element: .uint8))
        #expect(FlattenObservation(FrozenLake()).observationSpace == .box(0...1, shape: [16], element: .int32))
        #expect(FlattenObservation(Pictures()).observationSpace == .box(0...255, shape: [60], element: .uint8))
        #expect(Grayscale(Pictures()).observationSpace == .box(0...255, shape: [5, 4], element: .uint8))
        let small = Resize(Grayscale(Pictures()), height: 3, width: 2)
        #expect(small.observationSpace == .box(0...255, shape: [3, 2], element: .uint8))
        #expect(Resize(Pictures(), height: 3, width: 2).observationSpace.shape == [3, 2, 3])
        #expect(PixelObservation(CartPole()).observationSpace.shape == [400, 600, 3])
        #expect(RescaleAction(Dial(), from: -3...3).actionSpace == .box(-3...3, shape: [1]))
        #expect(ClipAction(Dial()).actionSpace == .box(-Double.infinity...Double.infinity, shape: [1]))
        #expect(
            NormalizeObservation(Counter()).observationSpace == .box(-Double.infinity...Double.infinity, shape: [2]))
        guard case .box(_, let high, [17], .float32) = TimeAwareObservation(FrozenLake(), limit: 9).observationSpace
        else { return #expect(Bool(false)) }
        #expect(high == Array(repeating: 1, count: 16) + [9])
        #expect(FrameSkip(CartPole(), count: 2).framesPerSecond == 25)
        #expect(FrameStack(ClipReward(CartPole()), count: 2).frameSize == CartPole().frameSize)
    }

    @Test func pixelsAreTheFrame() {
        var (plain, world) = (Pictures(), PixelObservation(Pictures()))
        plain.reset(seed: 1)
        world.reset(seed: 1)
        for _ in 0..<4 {
            #expect(observation(of: world) == observation(of: plain))
            _ = (plain.step(1), world.step(1))
        }
    }

    @Test func grayIsRoundedDown() {
        var world = Grayscale(Pictures())
        world.reset(seed: 0)
        #expect(observation(of: world)[0] == UInt8(0.7154 * 29 + 0.0721 * 58))
    }

    /// Images that are shrunk by integer factors, enlarged by them, or resized by other factors keep their mean.
    @Test(arguments: [(5, 4), (1, 1), (10, 8), (5, 2), (1, 4), (3, 3), (7, 2), (4, 9)])
    func resizing(height: Int, width: Int) {
        var world = Resize(Pictures(), height: height, width: width)
        world.reset(seed: 0)
        _ = world.step(0)
        let source = observation(of: world.base).map(Double.init)
        let result = observation(of: world).map(Double.init)
        func pixel(_ y: Int, _ x: Int, _ channel: Int) -> Double { source[(y * 4 + x) * 3 + channel] }
        for channel in 0..<3 {
            let mean = stride(from: channel, to: 60, by: 3).map { source[$0] }.reduce(0, +) / 20
            let found = stride(from: channel, to: result.count, by: 3).map { result[$0] }.reduce(0, +)
            #expect(abs(found / Double(height * width) - mean) <= 0.5)
        }
        for y in 0..<height {
            for x in 0..<width {
                // The mean of the image over the new pixel, by sampling at the centres of a fine grid.
                let fine = 60
                var sum = 0.0
                for row in 0..<fine {
                    for column in 0..<fine {
                        let top = (Double(y) + (Double(row) + 0.5) / Double(fine)) * 5 / Double(height)
                        let left = (Double(x) + (Double(column) + 0.5) / Double(fine)) * 4 / Double(width)
                        sum += pixel(Int(top), Int(left), 1)
                    }
                }
                #expect(abs(result[(y * width + x) * 3 + 1] - sum / Double(fine * fine)) < 3)
            }
        }
        if height == 5, width == 4 { #expect(result == source) }
        if height == 5, width == 2 { #expect(result[1] == ((pixel(0, 0, 1) + pixel(0, 1, 1)) / 2).rounded()) }
    }

    @Test func actionsStickAsOftenAsTheySay() {
        var world = StickyAction(Counter(length: 251), probability: 0.25)
        var random = RandomStream(seed: 3)
        var (sticks, steps, last) = (0, 0, 0)
        for episode in 0..<200 {
            world.reset(seed: episode == 0 ? 0 : nil)
            world.base.value = 0
            for step in 0..<100 {
                let action = random.integers(below: 2)
                let played = Int(world.step(action).reward)
                #expect(played == world.lastAction)
                if step == 0 {
                    #expect(played == action)
                } else if action != last {
                    steps += 1
                    sticks += played == last ? 1 : 0
                }
                last = played
            }
        }
        // Three standard deviations of a share of 0.25 among about 10 000 draws.
        #expect(abs(Double(sticks) / Double(steps) - 0.25) < 0.014)
    }

    @Test func stickinessFollowsTheSeedAndLeavesTheWorldItsStream() {
        func played(_ seed: UInt64) -> [Double] {
            var world = StickyAction(Counter(length: 251), probability: 0.5)
            world.reset(seed: seed)
            world.base.value = 0
            return (0..<64).map { world.step($0 % 2).reward }
        }
        #expect(played(1) == played(1) && played(1) != played(2))
        var (plain, sticky) = (CartPole(), StickyAction(CartPole(), probability: 0.9))
        plain.reset(seed: 4)
        sticky.reset(seed: 4)
        for _ in 0..<5 { _ = sticky.step(0) }
        plain.reset(seed: nil)
        sticky.reset(seed: nil)
        #expect(observation(of: sticky) == observation(of: plain))
    }

    @Test func neverStickyIsPlain() {
        var (plain, sticky) = (CartPole(), StickyAction(CartPole(), probability: 0))
        plain.reset(seed: 4)
        sticky.reset(seed: 4)
        for step in 0..<20 {
            #expect(plain.step(step % 2) == sticky.step(step % 2))
            #expect(observation(of: sticky) == observation(of: plain))
        }
    }

    @Test func clippedActionsStayInBounds() {
        var world = ClipAction(Dial())
        world.reset(seed: 1)
        for (action, played) in [(-100, -2.5), (-2.5, -2.5), (0, 0), (7, 7), (Float.infinity, 7)] {
            #expect(world.step(action).reward == played)
        }
    }

    /// Whatever the range, its ends become the ends of the environment's range, up to rounding.
    @Test func rescaledActionsReachTheBounds() {
        var random = RandomStream(seed: 1)
        for _ in 0..<2000 {
            let low = random.uniform() * 20 - 10
            let range = low...low + 0.01 + random.uniform() * 10
            var world = RescaleAction(Dial(), from: range)
            world.reset(seed: 1)
            let played = [range.lowerBound, range.upperBound].map { world.step(Float($0)).reward }
            #expect(abs(played[0] + 2.5) < 0.05 && abs(played[1] - 7) < 0.05)
        }
    }

    @Test func poolingShowsTheGreaterOfTheLastTwo() {
        var world = FrameSkip(Counter(length: 251), count: 3, poolsLastFrames: true)
        world.reset(seed: 10)
        #expect(observation(of: world) == [10, 245])
        #expect(world.step(1).reward == 3)
        #expect(observation(of: world) == [13, 243])
        var short = FrameSkip(Counter(length: 5), count: 3, poolsLastFrames: true)
        short.reset(seed: 13)
        #expect(short.step(0) == Step(reward: 0, terminated: true))
        #expect(observation(of: short) == [15, 240])
    }

    @Test func singleEpisodesAreCounted() {
        var world = RecordEpisodeStatistics(Counter())
        world.reset(seed: 0)
        for _ in 0..<3 { _ = world.step(1) }
        world.reset(seed: 0)
        for _ in 0..<5 { _ = world.step(1) }
        let statistics = world.statistics
        #expect(statistics.episodeCount == 1 && statistics.recentMeanReturn == 5 && statistics.recentMeanLength == 5)
        #expect(statistics.completed.map(\.return) == [5] && statistics.completed.map(\.length) == [5])
    }

    @Test func misuseIsNamed() async {
        await #expect(processExitsWith: .failure) { _ = FrameStack(CartPole(), count: 0) }
        await #expect(processExitsWith: .failure) { _ = RescaleAction(CartPole()) }
        await #expect(processExitsWith: .failure) { _ = Resize(Pictures(), height: 0, width: 3) }
        await #expect(processExitsWith: .failure) { _ = Grayscale(Grayscale(Pictures())) }
        await #expect(processExitsWith: .failure) { _ = StickyAction(CartPole(), probability: 1) }
    }
}
