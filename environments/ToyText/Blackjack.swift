import Experience
import Random

/// Gymnasium's `Blackjack-v1`: draw cards to come closer to 21 than the dealer, but not above.
///
/// Example 5.1 of Sutton and Barto, "Reinforcement Learning". Cards are drawn with replacement. The observation is the
/// player's points, the dealer's face-up card (1 is an ace) and whether the player has an ace that counts as 11.
/// Actions: 0 stick, 1 hit. After sticking, the dealer draws up to 17 points; the reward is 1 if the player comes
/// closer to 21, -1 if the dealer does.
///
/// It has no ``TabularModel``: the observation is not a single number and, by the book's rules, not even a state,
/// because a natural looks like any other 21 points but wins differently.
public struct Blackjack: Environment {
    /// The player's cards.
    public private(set) var player = BlackjackHand()
    /// The dealer's cards, of which the first is face up.
    public private(set) var dealer = BlackjackHand()
    /// The suit of the dealer's face-up card, 0...3, for drawing.
    public private(set) var suit = 0
    /// Jack, queen or king if the dealer's face-up card counts as 10, for drawing.
    public private(set) var court = 0
    /// Whether the episode has ended.
    public private(set) var hasEnded = false
    public private(set) var random = PCG64()
    /// How a natural, an ace and a ten in the first two cards, is rewarded.
    public let rules: Rules

    /// The reward for a natural, 21 points in the first two cards.
    public enum Rules: Hashable, Sendable {
        /// Nothing special.
        case plain
        /// 1.5 instead of 1 for winning with it.
        case bonus
        /// It wins against everything but the dealer's natural, as in Sutton and Barto.
        case book
    }

    /// Makes an environment; reset it before use.
    public init(rules: Rules = .book) {
        self.rules = rules
    }

    /// The points, the dealer's face-up card, and whether an ace counts as 11.
    public var observationSpace: Space { .tuple([.discrete(32), .discrete(11), .discrete(2)]) }
    /// Stick, hit.
    public var actionSpace: Space { .discrete(2) }

    /// To stick or to hit.
    public var actionNames: [String] { ["stick", "hit"] }

    /// Deals two cards to the dealer and two to the player.
    public mutating func reset(seed: UInt64?) {
        if let seed { random = PCG64(seed: seed) }
        (dealer, player) = (BlackjackHand(), BlackjackHand())
        for _ in 0..<2 { dealer.add(drawCard()) }
        for _ in 0..<2 { player.add(drawCard()) }
        // For drawing only, but sampled from the same stream as the cards.
        suit = random.integers(4)
        court = dealer.cards[0] == 10 ? random.integers(3) : 0
        hasEnded = false
    }

    /// Draws a card, or lets the dealer draw theirs. A game that has ended stays as it is.
    public mutating func step(_ action: Int) -> Step {
        precondition(action == 0 || action == 1, "Blackjack: the action \(action) is not in Discrete(2)")
        if hasEnded { return Step(reward: 0, terminated: true) }
        if action == 1 {
            player.add(drawCard())
            hasEnded = player.isBust
            return Step(reward: hasEnded ? -1 : 0, terminated: hasEnded)
        }
        while dealer.points < 17 { dealer.add(drawCard()) }
        hasEnded = true
        return Step(reward: reward, terminated: true)
    }

    private mutating func drawCard() -> Int { min(random.integers(13) + 1, 10) }

    private var reward: Double {
        if rules == .book, player.isNatural, !dealer.isNatural { return 1 }
        let lead = (player.score - dealer.score).signum()
        return rules == .bonus && player.isNatural && lead > 0 ? 1.5 : Double(lead)
    }

    public func observe(into observation: inout MutableSpan<Int32>) {
        precondition(observation.count == 3, "Blackjack: an observation has 3 elements, not \(observation.count)")
        observation[0] = Int32(truncatingIfNeeded: player.points)
        observation[1] = Int32(dealer.cards[0])
        observation[2] = player.hasUsableAce ? 1 : 0
    }
}

/// The cards of one side in ``Blackjack``.
public struct BlackjackHand: Hashable, Sendable, BitwiseCopyable {
    /// The cards in the order in which they were dealt, 1 (ace) to 10; zeros after the last. 21 cards always reach 21
    /// points, and the next one ends the game.
    public private(set) var cards = InlineArray<22, UInt8>(repeating: 0)
    /// The number of cards.
    public private(set) var count = 0
    /// The sum of the cards, with aces as 1.
    public private(set) var sum = 0
    /// Whether there is an ace.
    public private(set) var hasAce = false

    /// Whether an ace can count as 11 without exceeding 21.
    public var hasUsableAce: Bool { hasAce && sum + 10 <= 21 }
    /// The value of the hand.
    public var points: Int { hasUsableAce ? sum + 10 : sum }
    /// Whether it exceeds 21.
    public var isBust: Bool { points > 21 }
    /// The value in the comparison: 0 if it exceeds 21.
    public var score: Int { isBust ? 0 : points }
    /// Whether it is an ace and a card that counts as 10.
    public var isNatural: Bool { count == 2 && hasAce && sum == 11 }

    mutating func add(_ card: Int) {
        cards[count] = UInt8(card)
        count += 1
        sum += card
        hasAce = hasAce || card == 1
    }

    /// Whether both hands hold the same cards.
    public static func == (left: Self, right: Self) -> Bool {
        left.count == right.count && left.cards.indices.allSatisfy { left.cards[$0] == right.cards[$0] }
    }

    public func hash(into hasher: inout Hasher) {
        for index in 0..<count { hasher.combine(cards[index]) }
    }
}

extension BlackjackHand: StateCodable {
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        var (count, cards) = (count, cards)
        try coder.code(&count, in: 0...cards.count)
        for index in 0..<count { try coder.code(&cards[index], in: 1...10) }
        self = BlackjackHand()
        for index in 0..<count { add(Int(cards[index])) }
    }
}

extension Blackjack: StateCodable {
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try player.codeState(with: &coder)
        try dealer.codeState(with: &coder)
        try coder.code(&suit, in: 0...3)
        try coder.code(&court, in: 0...2)
        try coder.code(&hasEnded)
        // Nobody draws on after a bust, for which a hand has no room.
        if player.isBust { hasEnded = true }
        try coder.code(&random)
    }
}

extension Blackjack {
    static let entries = [
        EnvironmentEntry(
            "Blackjack-v1", "come closer to 21 than the dealer", rewards: "1 for a win, -1 for a loss, 0 for a draw.",
            options: [
                EnvironmentOption(
                    "sab", "Sutton and Barto's rules: a natural beats everything but a natural", usual: "true"),
                EnvironmentOption(
                    "natural", "reward 1.5 for winning with a natural; only with sab=false", usual: "false"),
            ]
        ) { request in
            let isBook = try request.options.flag("sab") ?? true
            let hasBonus = try request.options.flag("natural") ?? false
            let rules: Rules = isBook ? .book : hasBonus ? .bonus : .plain
            return try request.batch { Blackjack(rules: rules) }
        }
    ]
}
