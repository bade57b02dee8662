import Experience
import Graphics
import Random

/// A world of square cells given by a ``GridMap``: walls to walk around, goals to reach, pits and cliffs to avoid, keys
/// to fetch, wind to allow for, enemies to avoid.
///
/// The observation is the number of the state: row × columns + column of the agent; with keys, plus the agent's keys ×
/// cells; with enemies, combined with each of their places in turn. ``GridView`` observes the cells instead. Actions: 0
/// left, 1 down, 2 right, 3 up and, if the map has more, 4 down left, 5 down right, 6 up right, 7 up left, 8 stay.
public struct GridWorld: Environment {
    public private(set) var random = PCG64()
    let rules: GridRules
    private let table: TransitionTable
    private let enemyCount: Int
    // The agent's state in the table.
    private(set) var agent = 0
    private var places = InlineArray<8, UInt16>(repeating: 0)

    /// Makes an environment; reset it before use.
    ///
    /// - Parameters:
    ///   - map: the map.
    ///   - hasActionMask: whether it says which actions are valid: all but moves that leave the agent where it is.
    ///     Where enemies move and the agent can't choose to stay, such a move is the only way to wait.
    public init(_ map: GridMap, hasActionMask: Bool = false) {
        rules = GridRules(map, hasActionMask: hasActionMask)
        table = rules.table
        enemyCount = rules.enemies.count
        agent = map.starts[0]
    }

    /// The map.
    public var map: GridMap { rules.map }
    /// The agent's cell.
    public var cell: Int { rules.cell(agent) }

    /// The cell of an enemy, by its place in ``GridMap/enemies``.
    public func cell(ofEnemy index: Int) -> Int {
        precondition(
            0 <= index && index < enemyCount, "GridWorld: expected an enemy below \(enemyCount), found \(index)")
        return rules.enemies[index].cell(places[index])
    }

    /// Whether the agent has a key: 0 for a, 1 for b, 2 for c.
    public func hasKey(_ key: Int) -> Bool { rules.holds(key, agent) }

    /// Whether the states can be numbered: there are at most 1,048,576.
    ///
    /// If not, use ``GridView``: the world itself has no observations and no transition model then.
    public var isTabular: Bool { rules.stateCount != nil }

    /// The number of the state.
    ///
    /// - Precondition: ``isTabular``.
    public var state: Int { enemyCount == 0 ? agent : number(agent, places) }

    /// All states, including unreachable ones.
    public var observationSpace: Space { .discrete(stateCount) }
    public var actionSpace: Space { .discrete(table.actionCount) }

    /// The moves that the map allows.
    public var actionNames: [String] { Array(GridAction.names.prefix(table.actionCount)) }

    /// The actions that are not in vain, if the world has a mask.
    public var actionMask: ActionMask? { rules.masks.isEmpty ? nil : rules.masks[agent] }

    /// Draws the start among the cells marked so, or among all floors. The enemies begin where the map has them.
    public mutating func reset(seed: UInt64?) {
        if let seed { random = PCG64(seed: seed) }
        agent = table.drawFirstState(&random)
        places = InlineArray(repeating: 0)
    }

    /// Moves the agent, then the enemies in their order. After a goal, a pit or a catch, the agent stays.
    ///
    /// Uses one random double for the agent's move, and for each enemy the numbers that ``GridEnemy`` describes.
    public mutating func step(_ action: Int) -> Step {
        precondition(
            0 <= action && action < table.actionCount,
            "GridWorld: the action \(action) is not in Discrete(\(table.actionCount))")
        if enemyCount > 0 { return stepAmongEnemies(action) }
        let outcome = table.draw(agent, action, &random)
        agent = outcome.nextState
        return Step(reward: outcome.reward, terminated: outcome.terminated)
    }

    private mutating func stepAmongEnemies(_ action: Int) -> Step {
        if isCaught(agent, places) { return Step(reward: 0, terminated: true) }
        let outcome = table.draw(agent, action, &random)
        agent = outcome.nextState
        if outcome.terminated { return Step(reward: outcome.reward, terminated: true) }
        let isCaught = isCaught(agent, places) || moveEnemies()
        return Step(reward: isCaught ? rules.map.enemyReward : outcome.reward, terminated: isCaught)
    }

    /// Moves the enemies; returns whether one of them catches the agent.
    private mutating func moveEnemies() -> Bool {
        let cell = cell
        for index in 0..<enemyCount {
            places[index] = rules.enemies[index].moved(places[index], agent: cell, &random)
        }
        return isCaught(agent, places)
    }

    private func isCaught(_ agent: Int, _ places: InlineArray<8, UInt16>) -> Bool {
        let cell = rules.cell(agent)
        for index in 0..<enemyCount where rules.enemies[index].cell(places[index]) == cell { return true }
        return false
    }

    public func observe(into observation: inout MutableSpan<Int32>) {
        observation[0] = Int32(truncatingIfNeeded: state)
    }

    private func number(_ agent: Int, _ places: InlineArray<8, UInt16>) -> Int {
        precondition(isTabular, Self.unnumbered)
        var number = 0
        for index in (0..<enemyCount).reversed() {
            number = number * rules.enemies[index].placeCount + Int(places[index])
        }
        return number * table.stateCount + agent
    }

    private static let unnumbered =
        "GridWorld: more than \(GridRules.largestStateCount) states, too many to number; use a GridView"

    /// The direction in which a guard looks; nil for other enemies.
    func facing(ofEnemy index: Int) -> GridMove? { rules.enemies[index].facing(places[index]) }

    /// A copy that shares the rules, but not the unseeded random stream.
    func withOwnStream() -> GridWorld {
        var copy = self
        copy.random = PCG64()
        return copy
    }
}

extension GridWorld: StateCodable {
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&agent, in: 0...table.stateCount - 1)
        for index in 0..<enemyCount {
            try coder.code(&places[index], in: 0...UInt16(rules.enemies[index].placeCount - 1))
        }
        try coder.code(&random)
    }
}

extension GridWorld: TabularModel {
    /// Cells × keys × the enemies' places; walls are states too, but unreachable.
    ///
    /// - Precondition: ``isTabular``.
    public var stateCount: Int {
        precondition(isTabular, Self.unnumbered)
        return rules.stateCount!
    }

    public var actionCount: Int { table.actionCount }

    public func outcomes(state: Int, action: Int) -> [Outcome] {
        if enemyCount == 0 { return table.list(state: state, action: action) }
        precondition(0 <= state && state < stateCount, "expected a state below \(stateCount), found \(state)")
        let (agent, places) = parts(of: state)
        if isCaught(agent, places) { return [Outcome(probability: 1, nextState: state, reward: 0, terminated: true)] }
        return table.list(state: agent, action: action).flatMap { outcome in
            let meets = isCaught(outcome.nextState, places)
            let follows = outcome.terminated || meets ? [(places, 1)] : enemyMoves(places, agent: outcome.nextState)
            return follows.map { next, probability in
                let isCaught = !outcome.terminated && isCaught(outcome.nextState, next)
                return Outcome(
                    probability: outcome.probability * probability, nextState: number(outcome.nextState, next),
                    reward: isCaught ? rules.map.enemyReward : outcome.reward,
                    terminated: outcome.terminated || isCaught)
            }
        }
    }

    private func parts(of state: Int) -> (agent: Int, places: InlineArray<8, UInt16>) {
        var (rest, agent) = state.quotientAndRemainder(dividingBy: table.stateCount)
        var places = InlineArray<8, UInt16>(repeating: 0)
        for index in 0..<enemyCount {
            places[index] = UInt16(rest % rules.enemies[index].placeCount)
            rest /= rules.enemies[index].placeCount
        }
        return (agent, places)
    }

    /// All joint places of the enemies after a step that took the agent to a state, with their probabilities.
    private func enemyMoves(
        _ places: InlineArray<8, UInt16>, agent: Int
    ) -> [(places: InlineArray<8, UInt16>, probability: Double)] {
        var all = [(places: places, probability: 1.0)]
        for index in 0..<enemyCount {
            let moves = rules.enemies[index].moves(places[index], agent: rules.cell(agent))
            all = all.flatMap { places, probability in
                moves.map { place, share in
                    var next = places
                    next[index] = place
                    return (next, probability * share)
                }
            }
        }
        return all
    }
}
