/// The map of a ``GridWorld``: its cells and rules, read from a text file.
///
/// A file has a header of `key: value` lines, an empty line, and the rows of the map, all of one length. Lines of
/// the header that begin with `;` are comments. The letters are `#` wall, `.` floor, `S` start, `G` goal,
/// `g` small goal, `X` pit and `~` cliff; without a start an episode begins on any floor.
///
/// | key | meaning | usual |
/// |---|---|---|
/// | `name`, `description` | what lists show | empty |
/// | `slip` | probability that a move goes to one side or the other, 0...1 | 0 |
/// | `step_limit` | the step in which an episode is cut, or `none` | 100 |
/// | `step_reward` | reward of each step that enters none of the below | 0 |
/// | `goal_reward`, `small_goal_reward` | rewards of the two goals, which end the episode | 1, 0.1 |
/// | `pit_reward` | reward of a pit, which ends the episode | -1 |
/// | `cliff_reward` | reward of a cliff, which puts the agent back to the start | -100 |
///
/// A file has at most 64 KiB, a map at most 128 × 128 cells.
public struct GridMap: Hashable, Sendable {
    /// What a cell is, its raw value the letter in the file.
    public enum Cell: UInt8, Hashable, Sendable, CaseIterable {
        case wall = 0x23
        case floor = 0x2e
        case start = 0x53
        case goal = 0x47
        case smallGoal = 0x67
        case pit = 0x58
        case cliff = 0x7e
    }

    /// The map's name.
    public internal(set) var name = ""
    /// What the map is about, in one line.
    public internal(set) var description = ""
    /// The probability that a move goes astray, half of it to either side.
    public internal(set) var slip = 0.0
    /// The step in which an episode is cut; nil where none is.
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
    /// The number of rows.
    public internal(set) var rows = 0
    /// The number of columns.
    public internal(set) var columns = 0
    /// The cells, row-major.
    public internal(set) var cells: [Cell] = []

    init() {}

    /// Reads a map file.
    ///
    /// - Throws: ``EnvironmentError/unreadable(path:reason:)`` or
    ///   ``EnvironmentError/badMap(path:line:column:expected:found:)``.
    public init(contentsOf path: String) throws(EnvironmentError) {
        self = try GridMapParser.parse(try Assets.read(path, limit: 1 << 16), path: path)
    }

    /// Reads a map from the text of a file; `path` names it in errors.
    ///
    /// - Throws: ``EnvironmentError/badMap(path:line:column:expected:found:)``.
    public init(text: String, path: String = "map") throws(EnvironmentError) {
        self = try GridMapParser.parse(Array(text.utf8), path: path)
    }

    /// The folder of the maps among the assets.
    static let assetFolder = "maps"

    /// The cells that an episode can start in.
    public var starts: [Int] {
        let marked = cells.indices.filter { cells[$0] == .start }
        return marked.isEmpty ? cells.indices.filter { cells[$0] == .floor } : marked
    }

    /// Whether an episode ends in the cell `index`.
    func isEnd(_ index: Int) -> Bool {
        switch cells[index] {
        case .goal, .smallGoal, .pit: true
        case .wall, .floor, .start, .cliff: false
        }
    }

    /// The reward of entering the cell `index`.
    func reward(_ index: Int) -> Double {
        switch cells[index] {
        case .goal: goalReward
        case .smallGoal: smallGoalReward
        case .pit: pitReward
        case .cliff: cliffReward
        case .wall, .floor, .start: stepReward
        }
    }
}
