import Experience
import Graphics
import Random

/// Gymnasium's `Taxi-v4`: fetch a passenger and bring them to their destination.
///
/// Dietterich, "Hierarchical reinforcement learning with the MAXQ value function decomposition" (2000). The observation
/// is ((row × 5 + column) × 5 + passenger) × 4 + destination: a passenger waits at one of the four stops (0 red, 1
/// green, 2 yellow, 3 blue) or rides (4). Actions: 0 south, 1 north, 2 east, 3 west, 4 pick up, 5 drop off. A step
/// costs 1, an impossible pick-up or drop-off 10; the delivery gives 20 and ends the episode.
public struct Taxi: Environment {
    /// The number of the state: taxi, passenger and destination.
    public private(set) var state = 0
    /// Whether the passenger may still change their destination in this episode.
    public private(set) var isFickle = false
    public private(set) var random = PCG64()
    /// The probability that the passenger changes their destination once the taxi has set off with them; nil for never.
    public let fickleProbability: Double?
    @usableFromInline let table: TransitionTable
    // Stored here because each access to a static property checks whether it has been initialised.
    private let masks = TaxiTown.masks

    /// Makes an environment; reset it before use.
    ///
    /// - Parameters:
    ///   - rainyProbability: the probability that a move in the rain goes in the intended direction, 0...1; nil for dry
    ///     weather.
    ///   - fickleProbability: the probability that a passenger changes their destination once in an episode, 0...1; nil
    ///     for never, in which case no random number is used either.
    public init(rainyProbability: Double? = nil, fickleProbability: Double? = nil) {
        for probability in [rainyProbability, fickleProbability] {
            precondition(0...1 ~= probability ?? 1, "Taxi: expected a probability in 0...1, found \(probability ?? 1)")
        }
        self.fickleProbability = fickleProbability
        table = rainyProbability.map(TaxiTown.table) ?? TaxiTown.dry
    }

    /// The 500 combinations of taxi, passenger and destination.
    public var observationSpace: Space { .discrete(TaxiTown.stateCount) }
    /// Four moves, pick up, drop off.
    public var actionSpace: Space { .discrete(6) }

    /// Four moves, pick up, drop off.
    public var actionNames: [String] { ["south", "north", "east", "west", "pick up", "drop off"] }
    /// The actions that are not in vain: moves without a wall in the way, a pick-up or drop-off that is possible.
    public var actionMask: ActionMask? { masks[state] }

    /// Samples the taxi's cell, a stop for the passenger, and another stop as the destination.
    public mutating func reset(seed: UInt64?) {
        if let seed { random = PCG64(seed: seed) }
        state = table.drawFirstState(&random)
        isFickle = fickleProbability.map { random.random() < $0 } ?? false
    }

    /// Moves, picks up or drops off. A fickle passenger samples a new destination when the taxi sets off with them.
    public mutating func step(_ action: Int) -> Step {
        precondition(0 <= action && action < 6, "Taxi: the action \(action) is not in Discrete(6)")
        let outcome = table.draw(state, action, &random)
        let before = TaxiTown.Place(state)
        state = outcome.nextState
        if isFickle, before.passenger == TaxiTown.riding {
            var after = TaxiTown.Place(state)
            if after.cell != before.cell {
                isFickle = false
                let other = random.integers(3)
                after.destination = other < after.destination ? other : other + 1
                state = after.state
            }
        }
        return Step(reward: outcome.reward, terminated: outcome.terminated)
    }

    public func observe(into observation: inout MutableSpan<Int32>) {
        observation[0] = Int32(truncatingIfNeeded: state)
    }
}

extension Taxi: StateCodable {
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&state, in: 0...TaxiTown.stateCount - 1)
        try coder.code(&isFickle)
        try coder.code(&random)
    }
}

extension Taxi: TabularModel {
    /// Five rows and columns, five places of the passenger, four destinations.
    public var stateCount: Int { table.stateCount }
    public var actionCount: Int { 6 }

    /// The outcomes of an action, as if the passenger never changed their destination.
    public func outcomes(state: Int, action: Int) -> [Outcome] { table.list(state: state, action: action) }
}

extension Taxi {
    static let entries = [
        EnvironmentEntry(
            "Taxi-v4", "fetch a passenger and bring them to their destination", stepLimit: 200, rewardThreshold: 8,
            rewards: "20 for dropping the passenger off at the destination, -10 for an invalid pick-up or drop-off, "
                + "otherwise -1.",
            options: [
                EnvironmentOption("is_rainy", "whether moves may slip to either side", usual: "false"),
                EnvironmentOption(
                    "fickle_passenger", "whether passengers may change their destination", usual: "false"),
                EnvironmentOption(
                    "rainy_probability", "the probability that a move in the rain succeeds", usual: "0.8"),
                EnvironmentOption(
                    "fickle_probability", "the probability that a passenger changes their destination", usual: "0.3"),
            ]
        ) { request in
            let isRainy = try request.options.flag("is_rainy") ?? false
            let isFickle = try request.options.flag("fickle_passenger") ?? false
            let rainyProbability = try request.options.number("rainy_probability", in: 0...1) ?? 0.8
            let fickleProbability = try request.options.number("fickle_probability", in: 0...1) ?? 0.3
            let world = Taxi(
                rainyProbability: isRainy ? rainyProbability : nil,
                fickleProbability: isFickle ? fickleProbability : nil)
            return try request.batch { world.withOwnStream() }
        }
    ]

    /// A copy that shares the table, but not the unseeded random stream.
    private func withOwnStream() -> Taxi {
        var copy = self
        copy.random = PCG64()
        return copy
    }
}
