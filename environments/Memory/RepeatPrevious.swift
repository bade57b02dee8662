import Experience
import Graphics
import Random

/// POPGym's `RepeatPrevious`: cards are dealt one by one, and each action names the suit of an earlier one.
///
/// Morad et al., "POPGym: Benchmarking Partially Observable Reinforcement Learning" (2023). The observation is the suit
/// of the card dealt last: 0 spades, 1 diamonds, 2 clubs, 3 hearts; actions are suits too. The action after the t-th
/// card is asked for the suit of card t - k + 1, the k-th last one, so that k = 1 asks for the card in sight. It gives
/// ±1 / (C - k), C cards in all, and nothing as long as fewer than k cards have been dealt. The last card ends the
/// episode, after C - 1 steps.
///
/// The best return is 1. A policy that doesn't remember cards gets ``memorylessReturn``, about -0.5, at best. Under the
/// same seed the cards are the original's.
public struct RepeatPrevious: Environment {
    /// Which card is asked for: the k-th last.
    public let k: Int
    /// The number of decks of 52 cards that are shuffled together.
    public let decks: Int
    /// The number of cards dealt in this episode, at least 1.
    public private(set) var dealt = 1
    /// What the last action named, for drawing; nil if no card was asked for.
    public private(set) var answer: Int?
    public private(set) var random = PCG64()
    // The suits of all cards; they are dealt from the end.
    private var suits: [UInt8]
    // The stream before the cards were shuffled, from which they can be shuffled again.
    private var source = PCG64(seed: 0)
    private let reward: Double

    /// Makes an environment; reset it before use.
    ///
    /// - Parameters:
    ///   - k: which card is asked for, the k-th last; positive.
    ///   - decks: the number of decks of 52 cards; more cards than `k` in all. Nil for POPGym's: 1 for k = 4, 2 for
    ///     k = 32, 3 for k = 64.
    public init(k: Int = 4, decks: Int? = nil) {
        let decks = decks ?? Self.usualDecks(k: k)
        precondition(
            decks >= 1 && 1..<52 * decks ~= k,
            "RepeatPrevious: expected k in 1..<\(52 * max(1, decks)), fewer than the cards, found \(k)")
        (self.k, self.decks) = (k, decks)
        suits = Array(repeating: 0, count: 52 * decks)
        reward = 1 / Double(52 * decks - k)
        var stream = source
        Self.shuffle(&suits, &stream)
    }

    /// The number of decks for a k, as POPGym has them for k = 4, 32 and 64: one more for every 32.
    public static func usualDecks(k: Int) -> Int { 1 + k / 32 }

    /// The mean return of the best policy that knows the latest card only. For k > 1 it names another suit than that
    /// card's, which has one member fewer among the other cards.
    public var memorylessReturn: Double { k == 1 ? 1 : 2 * Double(13 * decks) / Double(52 * decks - 1) - 1 }

    /// A suit.
    public var observationSpace: Space { .discrete(4) }
    /// A suit.
    public var actionSpace: Space { .discrete(4) }

    /// The suits.
    public var actionNames: [String] { ["spades", "diamonds", "clubs", "hearts"] }

    /// The number of cards.
    public var cardCount: Int { suits.count }
    /// The suit of the card dealt last.
    public var suit: Int { suit(of: dealt) }
    /// The suit of the card that the next action is asked for; nil if there is none.
    public var askedSuit: Int? { dealt >= k && !hasEnded ? suit(of: dealt - k + 1) : nil }
    /// Whether all cards have been dealt.
    public var hasEnded: Bool { dealt == suits.count }

    /// The suit of a card that has been dealt, counted from 1.
    func suit(of card: Int) -> Int { Int(suits[suits.count - card]) }

    /// Shuffles the cards and deals one.
    public mutating func reset(seed: UInt64?) {
        if let seed { random = PCG64(seed: seed) }
        source = random
        Self.shuffle(&suits, &random)
        (dealt, answer) = (1, nil)
    }

    /// Shuffles the cards from the order in which they are bought.
    private static func shuffle(_ suits: inout [UInt8], _ stream: inout PCG64) {
        for index in suits.indices { suits[index] = UInt8(index % 4) }
        stream.shuffle(&suits)
    }

    /// Judges the answer and deals a card. After the last one nothing is asked.
    public mutating func step(_ action: Int) -> Step {
        precondition(0 <= action && action < 4, "RepeatPrevious: the action \(action) is not in Discrete(4)")
        if hasEnded { return Step(reward: 0, terminated: true) }
        let asked = askedSuit
        answer = asked == nil ? nil : action
        dealt += 1
        return Step(reward: asked.map { $0 == action ? reward : -reward } ?? 0, terminated: hasEnded)
    }

    public func observe(into observation: inout MutableSpan<Int32>) {
        observation[0] = Int32(suits[suits.count - dealt])
    }
}

extension RepeatPrevious: StateCodable {
    /// Codes the cards as the stream that they were shuffled with.
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&source)
        if coder.isReading {
            var stream = source
            Self.shuffle(&suits, &stream)
        }
        try coder.code(&dealt, in: 1...suits.count)
        // The k-th card is the first one after which a suit is named.
        var named = answer.map { UInt8($0 + 1) } ?? 0
        try coder.code(&named, in: dealt > k ? 1...4 : 0...0)
        answer = named == 0 ? nil : Int(named - 1)
        try coder.code(&random)
    }
}

extension RepeatPrevious {
    static let entries = [
        EnvironmentEntry(
            "Memory/RepeatPrevious-v0", "name the suit of the k-th last card",
            rewards:
                "±1 / (cards - k) for each suit from the k-th card on, so that the best return is 1, without memory "
                + "about -0.5. It ends with the last card.",
            options: [
                EnvironmentOption(
                    "k", "which card is asked for, the k-th last: 4, 32 and 64 are POPGym's easy, medium and hard",
                    usual: "4"),
                EnvironmentOption("decks", "decks of 52 cards, 1 to 100, with more cards than k", usual: "1 + k / 32"),
            ]
        ) { request in
            let k = try request.options.integer("k", in: 1...1000) ?? 4
            let decks = try request.options.integer("decks", in: 1...100) ?? usualDecks(k: k)
            guard k < 52 * decks else {
                throw EnvironmentError.badValue(
                    option: "k", value: "\(k)", expected: "a whole number below the \(52 * decks) cards; or more decks")
            }
            return try request.batch { RepeatPrevious(k: k, decks: decks) }
        }
    ]
}
