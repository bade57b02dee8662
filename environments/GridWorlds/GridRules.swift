/// The rules of a ``GridMap``, shared by all copies of a world: how the agent and its enemies move.
///
/// The agent's own state combines its cell and its keys, keys × cells + cell; the keys are the bits of a number, one
/// for each kind of key on the map, the first kind lowest.
final class GridRules: Sendable {
    let map: GridMap
    let enemies: [GridEnemy]
    /// The transitions of the agent, without enemies.
    let table: TransitionTable
    /// The kinds of keys on the map, one per bit.
    let keys: [Int]
    /// The valid actions in each of the agent's states; empty if the world has no masks.
    let masks: [ActionMask]
    /// The number of joint states of agent and enemies; nil if there are too many to number.
    let stateCount: Int?

    /// The largest number of states that can be numbered.
    static let largestStateCount = 1 << 20

    init(_ map: GridMap, hasActionMask: Bool) {
        self.map = map
        enemies = map.enemies.map { GridEnemy($0, on: map) }
        let walk = GridWalk(map)
        keys = walk.keys
        table = TransitionTable(
            stateCount: map.cells.count << keys.count, actionCount: map.moves, firstStates: map.starts,
            outcomes: walk.outcomes)
        masks = hasActionMask ? walk.masks(of: table) : []
        var count: Int? = table.stateCount
        for enemy in enemies {
            count = count.map { $0 * enemy.placeCount }.flatMap { $0 <= Self.largestStateCount ? $0 : nil }
        }
        stateCount = count
    }

    /// The cell of an agent's state.
    func cell(_ agent: Int) -> Int { agent % map.cells.count }

    /// Whether an agent in this state has a key, 0...2.
    func holds(_ key: Int, _ agent: Int) -> Bool {
        keys.firstIndex(of: key).map { (agent / map.cells.count) >> $0 & 1 == 1 } ?? false
    }
}

/// The agent's moves on a map: slips, wind, walls, doors and keys.
private struct GridWalk {
    let map: GridMap
    let keys: [Int]
    private let start: Int

    init(_ map: GridMap) {
        self.map = map
        keys = map.keys
        start = map.starts[0]
    }

    /// The outcomes of an action: slips in the order of their sides, and for each of them gusts from weak to strong.
    func outcomes(agent: Int, action: Int) -> [Outcome] {
        let (held, cell) = agent.quotientAndRemainder(dividingBy: map.cells.count)
        if map.isEnd(cell) { return [Outcome(probability: 1, nextState: agent, reward: 0, terminated: true)] }
        return slips(action).flatMap { action, probability in
            winds(cell % map.columns).map { wind, share in
                let change = GridAction.changes[action]
                let end = end(of: cell, rows: change.rows - wind, columns: change.columns, held: held)
                return outcome(from: cell, to: end, held: held, probability: probability * share)
            }
        }
    }

    /// The actions that can have an effect, staying among them; all of them where the episode has ended.
    func masks(of table: TransitionTable) -> [ActionMask] {
        (0..<table.stateCount).map { agent in
            let isOver = map.isEnd(agent % map.cells.count)
            return ActionMask { action in
                action < table.actionCount
                    && (isOver || action == GridAction.stay
                        || table.outcomes[table.range(agent, action)].contains {
                            $0.nextState != agent || $0.reward != map.stepReward
                        })
            }
        }
    }

    private func outcome(from cell: Int, to end: Int, held: Int, probability: Double) -> Outcome {
        let held = map.cells[end].key.map { held | bit($0) } ?? held
        let next = map.cells[end] == .cliff ? start : end
        return Outcome(
            probability: probability, nextState: held * map.cells.count + next,
            reward: end == cell ? map.stepReward : map.reward(end), terminated: map.isEnd(end))
    }

    private func slips(_ action: Int) -> [(action: Int, probability: Double)] {
        let sides = GridAction.sides(of: action)
        if map.slip == 0 || sides.isEmpty { return [(action, 1)] }
        return [(sides[0], map.slip / 2), (action, 1 - map.slip), (sides[1], map.slip / 2)]
    }

    private func winds(_ column: Int) -> [(strength: Int, probability: Double)] {
        let strength = map.wind.isEmpty ? 0 : map.wind[column]
        if map.gusts == 0 || strength == 0 { return [(strength, 1)] }
        let more = strength.signum()
        return [
            (strength - more, map.gusts / 2), (strength, 1 - map.gusts), (strength + more, map.gusts / 2),
        ]
    }

    /// The end of a path that goes sideways first, then up or down, until something is in the way.
    private func end(of cell: Int, rows: Int, columns: Int, held: Int) -> Int {
        let sideways = columns < 0 ? GridMove.left : .right
        let upOrDown = rows < 0 ? GridMove.up : .down
        return walk(walk(cell, sideways, abs(columns), held), upOrDown, abs(rows), held)
    }

    private func walk(_ cell: Int, _ move: GridMove, _ count: Int, _ held: Int) -> Int {
        var cell = cell
        for _ in 0..<count {
            let next = move.applied(to: cell, rows: map.rows, columns: map.columns)
            if isClosed(map.cells[next], held) { break }
            cell = next
        }
        return cell
    }

    private func isClosed(_ cell: GridMap.Cell, _ held: Int) -> Bool {
        cell == .wall || cell.door.map { held & bit($0) == 0 } ?? false
    }

    private func bit(_ key: Int) -> Int { 1 << keys.firstIndex(of: key)! }
}
