import Experience

/// What a view of a grid world shows in a cell; the raw value is the channel of the observation.
///
/// Floors and starts show nothing. A key that the agent has is shown in the agent's cell; its doors are no longer
/// shown.
public enum GridChannel: Int, Hashable, Sendable, CaseIterable {
    /// A wall, or anything outside the map.
    case wall
    case goal, smallGoal, pit, cliff
    case keyA, keyB, keyC
    /// A door that the agent can't open.
    case doorA, doorB, doorC
    /// A guard who goes this way next.
    case guardLeft, guardDown, guardRight, guardUp
    case wanderer, chaser
    /// Wind of any strength.
    case windUp, windDown
    case agent

    static let count = allCases.count

    static func key(_ key: Int) -> GridChannel { GridChannel(rawValue: keyA.rawValue + key)! }
    static func door(_ key: Int) -> GridChannel { GridChannel(rawValue: doorA.rawValue + key)! }

    init?(_ cell: GridMap.Cell) {
        switch cell {
        case .wall: self = .wall
        case .floor, .start: return nil
        case .goal: self = .goal
        case .smallGoal: self = .smallGoal
        case .pit: self = .pit
        case .cliff: self = .cliff
        case .keyA, .keyB, .keyC: self = .key(cell.key!)
        case .doorA, .doorB, .doorC: self = .door(cell.door!)
        }
    }

    init(_ kind: GridMap.Enemy.Kind, facing: GridMove?) {
        self =
            switch facing {
            case .left: .guardLeft
            case .down: .guardDown
            case .right: .guardRight
            case .up: .guardUp
            case nil: kind == .wanderer ? .wanderer : .chaser
            }
    }
}

/// How much of a grid world is observed.
public enum GridExtent: Hashable, Sendable {
    /// All cells.
    case full
    /// The cells around the agent: a square of an odd side, 3...31.
    case window(side: Int)
}

/// The part of a grid that a view shows, which may extend beyond the grid.
struct GridWindow {
    let (top, left): (Int, Int)
    let (rows, columns): (Int, Int)

    /// The part of a grid that an agent in a cell observes.
    init(_ extent: GridExtent, around cell: Int, rows: Int, columns: Int) {
        switch extent {
        case .full: (top, left, self.rows, self.columns) = (0, 0, rows, columns)
        case .window(let side):
            (top, left) = (cell / columns - side / 2, cell % columns - side / 2)
            (self.rows, self.columns) = (side, side)
        }
    }

    /// The offset in the observation of a cell's channels; nil for a cell outside.
    func offset(row: Int, column: Int) -> Int? {
        let (down, across) = (row - top, column - left)
        guard 0..<rows ~= down, 0..<columns ~= across else { return nil }
        return (down * columns + across) * GridChannel.count
    }
}

/// The static parts of a grid as planes of zeros and ones, from which views are copied: rows × columns × channels.
struct GridPlanes: Sendable {
    let rows: Int
    let columns: Int
    private var bytes: [UInt8]

    /// Floors alone.
    init(rows: Int, columns: Int) {
        (self.rows, self.columns) = (rows, columns)
        bytes = Array(repeating: 0, count: rows * columns * GridChannel.count)
    }

    /// The cells of a map and its wind, all doors closed.
    init(_ map: GridMap) {
        self.init(rows: map.rows, columns: map.columns)
        for (cell, kind) in map.cells.enumerated() {
            if let channel = GridChannel(kind) { self[cell, channel] = true }
            let wind = map.wind.isEmpty || kind == .wall ? 0 : map.wind[cell % columns]
            if wind != 0 { self[cell, wind > 0 ? .windUp : .windDown] = true }
        }
    }

    /// Whether a cell contains something.
    subscript(cell: Int, channel: GridChannel) -> Bool {
        get { bytes[cell * GridChannel.count + channel.rawValue] == 1 }
        set { bytes[cell * GridChannel.count + channel.rawValue] = newValue ? 1 : 0 }
    }

    /// The observation space of a view.
    func space(_ extent: GridExtent) -> Space {
        let window = GridWindow(extent, around: 0, rows: rows, columns: columns)
        return .box(0...1, shape: [window.rows, window.columns, GridChannel.count], element: .uint8)
    }

    /// Copies the part inside a window; everything outside the grid is wall.
    func write(_ window: GridWindow, into observation: inout MutableSpan<UInt8>) {
        let count = window.rows * window.columns * GridChannel.count
        precondition(
            observation.count == count, "expected an observation of \(count) elements, found \(observation.count)")
        let inside = max(window.left, 0)..<min(window.left + window.columns, columns)
        for row in 0..<window.rows {
            let start = row * window.columns
            guard 0..<rows ~= window.top + row else {
                Self.wall(start..<start + window.columns, &observation)
                continue
            }
            let first = start + inside.lowerBound - window.left
            Self.wall(start..<first, &observation)
            Self.wall(first + inside.count..<start + window.columns, &observation)
            let cell = (window.top + row) * columns + inside.lowerBound
            observation.write(
                bytes, cell * GridChannel.count..<(cell + inside.count) * GridChannel.count,
                at: first * GridChannel.count)
        }
    }

    private static func wall(_ cells: Range<Int>, _ observation: inout MutableSpan<UInt8>) {
        for cell in cells {
            for channel in 0..<GridChannel.count { observation[cell * GridChannel.count + channel] = 0 }
            observation[cell * GridChannel.count + GridChannel.wall.rawValue] = 1
        }
    }
}
