import Environments
import Experience
import Graphics
import Testing

/// `TraceTests.episodes` compares with POPGym's.
@Suite struct RepeatPreviousTests {
    /// The rewards of an episode in which `choose` is given all suits seen so far.
    private func play(_ world: inout RepeatPrevious, _ choose: ([Int]) -> Int) -> [Double] {
        var (suits, rewards) = ([world.suit], [Double]())
        while !world.hasEnded {
            let result = world.step(choose(suits))
            #expect(result.terminated == world.hasEnded && !result.truncated)
            rewards.append(result.reward)
            suits.append(Int(observation(of: world)[0]))
        }
        return rewards
    }

    @Test func rulesByHand() {
        var world = RepeatPrevious(k: 2)
        world.reset(seed: 5)
        let first = world.suit
        #expect(world.askedSuit == nil && observation(of: world) == [Int32(first)])
        #expect(world.step(first) == Step(reward: 0), "nothing has been asked for yet")
        let second = world.suit
        #expect(world.askedSuit == first)
        #expect(world.step(first) == Step(reward: 1.0 / 50))
        #expect(world.askedSuit == second)
        #expect(world.step((second + 1) % 4) == Step(reward: -1.0 / 50))
        #expect(world.dealt == 4 && world.answer == (second + 1) % 4)
    }

    /// Each deck has 13 cards of a suit, dealt in an order that follows from the seed.
    @Test(arguments: [(4, nil, 52), (32, nil, 104), (64, nil, 156), (4, 5, 260)])
    func allCardsAreDealt(k: Int, decks: Int?, cards: Int) {
        var (world, again) = (RepeatPrevious(k: k, decks: decks), RepeatPrevious(k: k, decks: decks))
        world.reset(seed: 4)
        again.reset(seed: 4)
        var orders: [[Int]] = []
        for _ in 0..<2 {
            var (seen, other) = ([Int](), [Int]())
            #expect(
                play(&world) {
                    seen = $0; return 0
                }.count == cards - 1)
            _ = play(&again) {
                other = $0; return 1
            }
            #expect(seen == other)
            let all = seen + [world.suit]
            for suit in 0..<4 { #expect(all.count { $0 == suit } == cards / 4) }
            orders.append(all)
            #expect(world.step(2) == Step(reward: 0, terminated: true), "nothing happens after the end")
            world.reset(seed: nil)
            again.reset(seed: nil)
        }
        #expect(orders[0] != orders[1])
    }

    /// A policy that remembers all suits has a return of 1: every reward from the k-th card on.
    @Test(arguments: [1, 4, 32, 64, 155]) func rememberingIsBest(k: Int) {
        var world = RepeatPrevious(k: k, decks: 3)
        for seed in 0..<5 as Range<UInt64> {
            world.reset(seed: seed)
            let rewards = play(&world) { $0.count >= k ? $0[$0.count - k] : 0 }
            #expect(rewards.prefix(k - 1).allSatisfy { $0 == 0 } && rewards.dropFirst(k - 1).allSatisfy { $0 > 0 })
            #expect(abs(rewards.reduce(0, +) - 1) < 1e-12)
            world.reset(seed: seed)
            let wrong = play(&world) { $0.count >= k ? ($0[$0.count - k] + 1) % 4 : 0 }
            #expect(abs(wrong.reduce(0, +) + 1) < 1e-12)
        }
    }

    /// How often each suit is asked for while another one is in sight: the best choice by sight gets the bound.
    @Test(arguments: [2, 4, 30]) func withoutMemoryMostIsLost(k: Int) {
        var world = RepeatPrevious(k: k)
        var counts = Array(repeating: Array(repeating: 0, count: 4), count: 4)
        for seed in 0..<400 as Range<UInt64> {
            world.reset(seed: seed)
            _ = play(&world) { suits in
                if suits.count >= k { counts[suits.last!][suits[suits.count - k]] += 1 }
                return 0
            }
        }
        let all = Double(counts.joined().reduce(0, +))
        let best = Double(counts.reduce(0) { $0 + $1.max()! }) / all
        let same = Double((0..<4).reduce(0) { $0 + counts[$1][$1] }) / all
        #expect(abs(2 * best - 1 - world.memorylessReturn) < 0.025)
        #expect(abs(same - 12.0 / 51) < 0.01)
        #expect(abs(world.memorylessReturn - (2 * 13.0 / 51 - 1)) < 1e-12 && RepeatPrevious(k: 1).memorylessReturn == 1)
    }

    @Test func optionsAreChecked() throws {
        let id = "Memory/RepeatPrevious-v0"
        func message(_ options: [String: String]) -> String {
            do {
                _ = try EnvironmentCatalog.make(id, options: options)
                return "no error"
            } catch {
                return "\(error)"
            }
        }
        #expect(message(["k": "0"]).contains("from 1 to 1000"))
        #expect(message(["decks": "0"]).contains("from 1 to 100"))
        #expect(message(["k": "52", "decks": "1"]).contains("below the 52 cards; or more decks, found '52'"))
        #expect(message(["k": "51", "decks": "1"]) == "no error" && message(["k": "1000"]) == "no error")
        #expect(try EnvironmentCatalog.make(id).stepLimit == nil)
    }

    /// Frames show the card in sight and how many there were, but none that has to be remembered.
    @Test func framesHideWhatIsAsked() {
        var frames: [Int: Set<[UInt32]>] = [:]
        for seed in 0..<24 as Range<UInt64> {
            var world = RepeatPrevious(k: 4)
            world.reset(seed: seed)
            for _ in 0..<3 { _ = world.step(0) }
            #expect(world.askedSuit != nil)
            var frame = Frame(world.frameSize)
            world.draw(into: &frame)
            frames[world.suit, default: []].insert(Array(frame.pixels))
        }
        #expect(frames.count == 4 && frames.values.allSatisfy { $0.count == 1 })
    }
}
