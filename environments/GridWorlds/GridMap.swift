/// The map of a ``GridWorld``: its cells and rules, read from a text file.
///
/// A file has a header of `key: value` lines, an empty line, and the rows of the map, all of the same length. Header
/// lines that begin with `;` are comments.
///
/// | letter | what it is |
/// |---|---|
/// | `#` `.` | a wall, a floor |
/// | `S` | a start; without one an episode begins on any floor |
/// | `G` `g` | a goal, a small goal |
/// | `X` `~` | a pit, a cliff |
/// | `a` `b` `c` | a key, which the agent keeps |
/// | `A` `B` `C` | a door, which is a wall without its key |
/// | `<` `v` `>` `^` | a guard who patrols its row or column between obstacles, first in this direction |
/// | `?` | a wanderer: moves left, down, right or up with equal probability, or stays if it can't |
/// | `!` | a chaser: approaches along the axis of greater distance (rows if equal), or else along the other |
///
/// | key | meaning | default |
/// |---|---|---|
/// | `name`, `description` | what lists show | empty |
/// | `moves` | 4 for left, down, right, up; 8 also for the diagonals; 9 also for staying | 4 |
/// | `slip` | probability that a move slips to one side or the other, 0...1 | 0 |
/// | `wind` | for each column, how many cells wind carries the agent up (down if negative), -9...9 | none |
/// | `gusts` | probability that wind, where there is any, is one cell stronger or weaker, 0...1 | 0 |
/// | `chase` | probability that a chaser moves, 0...1; otherwise it stays | 0.5 |
/// | `step_limit` | the step after which an episode is truncated, or `none` | 100 |
/// | `step_reward` | reward of a step that enters nothing special | 0 |
/// | `goal_reward`, `small_goal_reward` | rewards of the two goals, which end the episode | 1, 0.1 |
/// | `pit_reward` | reward of a pit, which ends the episode | -1 |
/// | `cliff_reward` | reward of a cliff, which returns the agent to the start | -100 |
/// | `enemy_reward` | reward of meeting an enemy, instead of any other; it ends the episode | -1 |
///
/// A step combines the move and the wind of the column where it begins: sideways first, then up or down, until
/// something is in the way. Only the final cell counts: wind carries over pits. Then the enemies move, in the order of
/// their cells. They walk on floors, starts and keys, and ignore each other.
///
/// A file has at most 64 KiB, a map at most 128 × 128 cells, 8 enemies and 1,048,576 transitions of the agent. An
/// unreachable goal is not an error: episodes are truncated then.
public struct GridMap: Hashable, Sendable {
    /// The content of a cell; its raw value is the letter in the file.
    public enum Cell: UInt8, Hashable, Sendable, CaseIterable {
        case wall = 0x23
        case floor = 0x2e
        case start = 0x53
        case goal = 0x47
        case smallGoal = 0x67
        case pit = 0x58
        case cliff = 0x7e
        case keyA = 0x61
        case keyB = 0x62
        case keyC = 0x63
        case doorA = 0x41
        case doorB = 0x42
        case doorC = 0x43

        /// The key in this cell, 0...2; nil if there is none.
        public var key: Int? { 0x61...0x63 ~= rawValue ? Int(rawValue) - 0x61 : nil }
        /// The key that opens this door, 0...2; nil if there is no door.
        public var door: Int? { 0x41...0x43 ~= rawValue ? Int(rawValue) - 0x41 : nil }

        /// Whether enemies can walk here.
        var isGround: Bool { self == .floor || self == .start || key != nil }
    }

    /// An enemy, which moves and which the agent must avoid.
    public struct Enemy: Hashable, Sendable {
        /// How an enemy moves; its raw value is the letter in the file.
        public enum Kind: UInt8, Hashable, Sendable, CaseIterable {
            case guardLeft = 0x3c
            case guardDown = 0x76
            case guardRight = 0x3e
            case guardUp = 0x5e
            case wanderer = 0x3f
            case chaser = 0x21

            /// The direction in which a guard starts; nil for the others.
            var facing: GridMove? {
                switch self {
                case .guardLeft: .left
                case .guardDown: .down
                case .guardRight: .right
                case .guardUp: .up
                case .wanderer, .chaser: nil
                }
            }
        }

        public let kind: Kind
        /// The cell, a floor, in which it starts.
        public let cell: Int
    }

    public internal(set) var name = ""
    /// A one-line description.
    public internal(set) var description = ""
    /// The probability that a move slips, with half of it for either side.
    public internal(set) var slip = 0.0
    /// The number of actions: 4, 8 or 9.
    public internal(set) var moves = 4
    /// How many cells wind carries the agent up in each column; empty if there is no wind.
    public internal(set) var wind: [Int] = []
    /// The probability that wind is one cell stronger or weaker, with half of it for each.
    public internal(set) var gusts = 0.0
    /// The probability that a chaser moves in a step.
    public internal(set) var chase = 0.5
    /// The step after which an episode is truncated; nil for no limit.
    public internal(set) var stepLimit: Int? = 100
    /// The reward of a step that enters nothing special.
    public internal(set) var stepReward = 0.0
    /// The reward of a goal.
    public internal(set) var goalReward = 1.0
    /// The reward of a small goal.
    public internal(set) var smallGoalReward = 0.1
    /// The reward of a pit.
    public internal(set) var pitReward = -1.0
    /// The reward of a cliff.
    public internal(set) var cliffReward = -100.0
    /// The reward of meeting an enemy.
    public internal(set) var enemyReward = -1.0
    public internal(set) var rows = 0
    public internal(set) var columns = 0
    /// The cells, row-major.
    public internal(set) var cells: [Cell] = []
    /// The enemies, in the order of their cells.
    public internal(set) var enemies: [Enemy] = []

    init() {}

    /// The largest size of a file in bytes.
    private static let largestSize = 1 << 16

    /// Reads a map file.
    ///
    /// - Throws: ``EnvironmentError/unreadable(path:reason:)`` or
    ///   ``EnvironmentError/badMap(path:line:column:expected:found:)``.
    public init(contentsOf path: String) throws(EnvironmentError) {
        self = try GridMapParser.parse(try Assets.read(path, limit: Self.largestSize), path: path)
    }

    /// Reads a map from the text of a file; `path` names it in errors.
    ///
    /// - Throws: ``EnvironmentError/unreadable(path:reason:)`` for a text of more than 64 KiB, or
    ///   ``EnvironmentError/badMap(path:line:column:expected:found:)``.
    public init(text: String, path: String = "map") throws(EnvironmentError) {
        guard text.utf8.count <= Self.largestSize else {
            throw .unreadable(path: path, reason: "it is larger than \(Self.largestSize) bytes")
        }
        self = try GridMapParser.parse(Array(text.utf8), path: path)
    }

    /// The folder of the maps among the assets.
    static let assetFolder = "maps"

    /// The cells in which an episode can start: those marked, or all floors without an enemy.
    public var starts: [Int] {
        let marked = cells.indices.filter { cells[$0] == .start }
        if !marked.isEmpty { return marked }
        let taken = enemies.map(\.cell)
        return cells.indices.filter { cells[$0] == .floor && !taken.contains($0) }
    }

    /// The id of the environment that plays any map, and its option for the map's path.
    public static let environmentID = "GridWorld", optionName = "map"

    /// What is allowed but probably not meant; nil if nothing is.
    public var remark: String? {
        guard !cells.contains(.goal), !cells.contains(.smallGoal) else { return nil }
        return "the map has no goal, so that no step earns goal_reward; put a G or g where the agent should go"
    }

    /// The kinds of keys on the map, in the order a, b, c.
    var keys: [Int] { Set(cells.compactMap(\.key)).sorted() }

    /// The largest number of random outcomes of a move.
    var branching: Int { (slip > 0 ? 3 : 1) * (gusts > 0 && !wind.isEmpty ? 3 : 1) }

    /// The largest number of transitions of the agent, without enemies.
    var transitionCount: Int { (cells.count << keys.count) * moves * branching }

    /// The largest ``transitionCount`` of a map.
    static let largestTransitionCount = 1 << 20
    /// The largest number of enemies on a map.
    static let largestEnemyCount = 8

    /// Whether an episode ends in the cell `index`.
    func isEnd(_ index: Int) -> Bool {
        switch cells[index] {
        case .goal, .smallGoal, .pit: true
        default: false
        }
    }

    /// The reward of entering the cell `index`.
    func reward(_ index: Int) -> Double {
        switch cells[index] {
        case .goal: goalReward
        case .smallGoal: smallGoalReward
        case .pit: pitReward
        case .cliff: cliffReward
        default: stepReward
        }
    }
}
