import Environments
import Experience
import Graphics
import Random
import Testing

@Suite struct ToyTextTests {
    /// The hash that `make_traces.py` makes of all outcomes of a state.
    private func hash(_ model: any TabularModel, _ state: Int) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for action in 0..<model.actionCount {
            for outcome in model.outcomes(state: state, action: action) {
                for word in [
                    UInt64(action), outcome.probability.bitPattern, UInt64(outcome.nextState),
                    outcome.reward.bitPattern, outcome.terminated ? 1 : 0,
                ] {
                    hash = (hash ^ word) &* 0x100_0000_01b3
                }
            }
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    @Test(arguments: TraceBlock.all("model")) func modelsAreGymnasiums(_ block: TraceBlock) throws {
        let batch = try EnvironmentCatalog.make(block.words[1], options: block.options(from: 2))
        let model = try #require(batch.tabularModel)
        #expect(model.stateCount == block.lines.count)
        for (state, line) in block.lines.enumerated() { #expect(hash(model, state) == line, "state \(state)") }
    }

    @Test(arguments: TraceBlock.all("masks")) func masksAreGymnasiums(_ block: TraceBlock) throws {
        let batch = VectorEnvironment("Taxi", count: 1) { Taxi() }
        #expect(block.lines.count == 500)
        batch.reset(seed: 1)
        for (state, line) in block.lines.enumerated() {
            var bytes = batch[0].stateBytes()
            withUnsafeBytes(of: Int64(state).littleEndian) { bytes.replaceSubrange(0..<8, with: $0) }
            try batch[0].restoreState(from: bytes)
            let masks = try #require(batch.actionMasks)
            #expect(masks[0].flags(count: 6) == line.map { $0 == "1" }, "state \(state)")
        }
    }

    @Test func masksOfABatch() throws {
        let batch = try EnvironmentCatalog.make("Taxi-v4", count: 2)
        try batch.reset(seed: 1)
        #expect((0..<2).map { batch.observationNumbers(of: $0)[0] } == [252, 128])
        let masks = try #require(batch.actionMasks)
        #expect(masks[0].flags(count: 6) == [true, true, true, true, false, false])
        #expect(masks[1].flags(count: 6) == [true, true, false, true, false, false])
        #expect(try EnvironmentCatalog.make("CliffWalking-v1").actionMasks == nil)
        var sampler = SpaceSampler(batch.actionSpace, seed: 2)
        for _ in 0..<300 {
            for index in 0..<2 {
                batch.actionRows.integers[index] = sampler.sample(allowed: masks[index].flags(count: 6))
            }
            try batch.step()
            #expect(batch.rewards.allSatisfy { $0 > -10 }, "the actions of the mask are valid")
        }
    }

    @Test func aFicklePassengerChangesTheirMindOnceAtMost() {
        var taxi = Taxi(fickleProbability: 1)
        var changes = 0
        for seed in 0..<20 {
            taxi.reset(seed: UInt64(seed))
            let destination = taxi.state % 4
            #expect(taxi.isFickle)
            var random = RandomStream(seed: UInt64(seed))
            for _ in 0..<400 where taxi.isFickle {
                let wasRiding = taxi.state / 4 % 5 == 4
                _ = taxi.step(random.integers(below: 5))
                #expect(taxi.isFickle || wasRiding)
            }
            if !taxi.isFickle {
                changes += 1
                #expect(taxi.state % 4 != destination)
            }
        }
        #expect(changes >= 5)
    }

    @Test func aSlipperyCliffIsSlippery() {
        var ends: [Int: Int] = [:]
        var random = 0
        for seed in 0..<3000 {
            var walker = CliffWalking(isSlippery: true)
            walker.reset(seed: UInt64(seed))
            let result = walker.step(0)
            ends[walker.state, default: 0] += 1
            random += result.reward == -100 ? 1 : 0
        }
        // Up, to the left (stays) and to the right (falls, and starts again): standard error 26.
        #expect(abs(ends[24]! - 1000) < 110 && abs(random - 1000) < 110)
        #expect(ends[24]! + ends[36]! == 3000)
    }

    @Test func theBookPlaysBlackjack() {
        // Sticking on 20 or 21 only, the first policy of example 5.1, loses about a third of a bet per game.
        func mean(_ rules: Blackjack.Rules) -> Double {
            var game = Blackjack(rules: rules)
            game.reset(seed: 1)
            var sum = 0.0
            for _ in 0..<20_000 {
                var result = Step(reward: 0)
                while !result.ended { result = game.step(game.player.points >= 20 ? 0 : 1) }
                sum += result.reward
                game.reset(seed: nil)
            }
            return sum / 20_000
        }
        let (plain, bonus, book) = (mean(.plain), mean(.bonus), mean(.book))
        #expect(-0.40 < plain && plain < -0.28)
        #expect(plain < bonus && plain < book)
    }

    @Test func aHandCountsAces() throws {
        var game = Blackjack()
        game.reset(seed: 3)
        for seed in 0..<200 {
            game.reset(seed: UInt64(seed))
            while !game.hasEnded, game.player.points < 21 { _ = game.step(1) }
            let cards = (0..<game.player.count).map { Int(game.player.cards[$0]) }
            let sum = cards.reduce(0, +)
            #expect(game.player.sum == sum && game.player.hasAce == cards.contains(1))
            #expect(game.player.points == (cards.contains(1) && sum <= 11 ? sum + 10 : sum))
            #expect(game.player.isBust == game.hasEnded)
        }
    }

    @Test func picturesShowTheState() throws {
        var taxi = Taxi()
        taxi.reset(seed: 1)
        #expect(taxi.state == 252)
        var frame = Frame(taxi.frameSize)
        taxi.draw(into: &frame)
        // 252: row 2, column 2, the passenger at blue.
        #expect(frame[20 + 160 + 40, 20 + 160 + 41] == Color(hex: 0xF7C325))
        #expect(frame[20 + 240 + 19, 20 + 320 + 50] == Color(hex: 0x5B3FA0))
        var game = Blackjack()
        game.reset(seed: 1)
        frame = Frame(game.frameSize)
        game.draw(into: &frame)
        #expect(frame[133, 90] == .white && frame[145, 85] != .white, "the second card lies face down")
        while game.player.points < 17 { _ = game.step(1) }
        _ = game.step(0)
        let before = frame
        game.draw(into: &frame)
        #expect(frame != before)
    }
}
