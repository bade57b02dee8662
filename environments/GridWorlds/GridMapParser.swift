import Storage

/// Parses the text of a map file. Works on bytes, so that any file gives either a map or an error with its place.
struct GridMapParser {
    private let path: String
    private var line = 0
    private var map = GridMap()
    private var seenKeys: Set<String> = []
    private var windPlace = (line: 0, column: 0)
    private var firstRow = 0

    static let largestSide = 128
    private static let keys = [
        "name", "description", "moves", "slip", "wind", "gusts", "chase", "step_limit", "step_reward", "goal_reward",
        "small_goal_reward", "pit_reward", "cliff_reward", "enemy_reward",
    ]

    static func parse(_ bytes: [UInt8], path: String) throws(EnvironmentError) -> GridMap {
        var parser = GridMapParser(path: path)
        var lines = bytes.dropFirst(byteOrderMarkLength(of: bytes)).split(
            separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false
        ).map { line in
            line.last == UInt8(ascii: "\r") ? line.dropLast() : line
        }
        while lines.last?.isEmpty == true { lines.removeLast() }
        try parser.parseHeader(lines)
        try parser.parseRows(lines)
        try parser.check()
        return parser.map
    }

    private init(path: String) { self.path = path }

    private func wrong(column: Int = 1, expected: String, found: String) -> EnvironmentError {
        .badMap(path: path, line: line, column: column, expected: expected, found: found)
    }

    /// Parses the header, up to and including the empty line.
    private mutating func parseHeader(_ lines: [ArraySlice<UInt8>]) throws(EnvironmentError) {
        while line < lines.count {
            let bytes = lines[line]
            line += 1
            if bytes.isEmpty { return }
            if bytes.first == UInt8(ascii: ";") { continue }
            guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else {
                throw wrong(
                    expected: "'key: value', a comment after ';', or an empty line before the map",
                    found: Self.quoted(bytes))
            }
            let key = Self.trimmed(bytes[..<colon])
            let column = colon - bytes.startIndex + 2
            try set(key, to: Self.trimmed(bytes[(colon + 1)...]), column: column)
        }
    }

    private mutating func set(_ key: String, to value: String, column: Int) throws(EnvironmentError) {
        guard Self.keys.contains(key) else {
            let hint = nearestName(to: key, among: Self.keys).map { "; did you mean '\($0)'?" } ?? ""
            throw wrong(
                expected: "one of the keys \(Self.keys.joined(separator: ", "))", found: "'\(key)'\(hint)")
        }
        guard seenKeys.insert(key).inserted else { throw wrong(expected: "each key once", found: "'\(key)' again") }
        switch key {
        case "name": map.name = value
        case "description": map.description = value
        case "moves": map.moves = try moves(value, column)
        case "slip": map.slip = try number(value, in: 0...1, column)
        case "wind":
            map.wind = try wind(value, column)
            windPlace = (line, column)
        case "gusts": map.gusts = try number(value, in: 0...1, column)
        case "chase": map.chase = try number(value, in: 0...1, column)
        case "step_limit": map.stepLimit = try stepLimit(value, column)
        case "step_reward": map.stepReward = try number(value, in: -1e9...1e9, column)
        case "goal_reward": map.goalReward = try number(value, in: -1e9...1e9, column)
        case "small_goal_reward": map.smallGoalReward = try number(value, in: -1e9...1e9, column)
        case "pit_reward": map.pitReward = try number(value, in: -1e9...1e9, column)
        case "cliff_reward": map.cliffReward = try number(value, in: -1e9...1e9, column)
        default: map.enemyReward = try number(value, in: -1e9...1e9, column)
        }
    }

    private func number(
        _ text: String, in range: ClosedRange<Double>, _ column: Int
    ) throws(EnvironmentError) -> Double {
        guard let number = Double(text), range.contains(number) else {
            throw wrong(
                column: column, expected: "a number from \(range.lowerBound) to \(range.upperBound)",
                found: "'\(text)'")
        }
        return number
    }

    private func moves(_ text: String, _ column: Int) throws(EnvironmentError) -> Int {
        guard let moves = Int(text), [4, 8, 9].contains(moves) else {
            throw wrong(column: column, expected: "4, 8 or 9 moves", found: "'\(text)'")
        }
        return moves
    }

    private func wind(_ text: String, _ column: Int) throws(EnvironmentError) -> [Int] {
        let words = text.split(whereSeparator: \.isWhitespace)
        let strengths = words.prefix(Self.largestSide + 1).compactMap { Int($0).flatMap { -9...9 ~= $0 ? $0 : nil } }
        guard !words.isEmpty, strengths.count == words.count else {
            throw wrong(
                column: column, expected: "whole numbers from -9 to 9 separated by blanks, one for each column",
                found: Self.quoted(Array(text.utf8)[...]))
        }
        return strengths
    }

    private func stepLimit(_ text: String, _ column: Int) throws(EnvironmentError) -> Int? {
        if text == "none" { return nil }
        guard let steps = Int(text), 1...1_000_000_000 ~= steps else {
            throw wrong(column: column, expected: "'none' or a number from 1 to 1000000000", found: "'\(text)'")
        }
        return steps
    }

    private mutating func parseRows(_ lines: [ArraySlice<UInt8>]) throws(EnvironmentError) {
        firstRow = line + 1
        for bytes in lines[min(line, lines.count)...] {
            line += 1
            if map.rows == 0 { map.columns = bytes.count }
            guard map.rows < Self.largestSide, 1...Self.largestSide ~= bytes.count else {
                throw wrong(
                    expected: "at most \(Self.largestSide) rows of 1 to \(Self.largestSide) letters",
                    found: "row \(map.rows + 1) of \(bytes.count) letters")
            }
            guard bytes.count == map.columns else {
                throw wrong(
                    column: min(bytes.count, map.columns) + 1,
                    expected: "a row of \(map.columns) letters, like the first",
                    found: "\(bytes.count) letters")
            }
            for (column, byte) in bytes.enumerated() { try parse(byte, column: column + 1) }
            map.rows += 1
        }
    }

    private mutating func parse(_ byte: UInt8, column: Int) throws(EnvironmentError) {
        if let cell = GridMap.Cell(rawValue: byte) {
            map.cells.append(cell)
        } else if let kind = GridMap.Enemy.Kind(rawValue: byte) {
            guard map.enemies.count < GridMap.largestEnemyCount else {
                throw wrong(
                    column: column, expected: "at most \(GridMap.largestEnemyCount) enemies", found: "one more")
            }
            map.enemies.append(GridMap.Enemy(kind: kind, cell: map.cells.count))
            map.cells.append(.floor)
        } else {
            throw wrong(
                column: column, expected: "one of # . S G g X ~ a b c A B C < v > ^ ? !", found: Self.quoted([byte]))
        }
    }

    private mutating func check() throws(EnvironmentError) {
        line = max(line, 1)
        if map.cells.isEmpty {
            throw wrong(expected: "the rows of a map after an empty line", found: "the end of the file")
        }
        if map.starts.isEmpty {
            throw wrong(expected: "a start S or an empty cell to start on", found: "none in the map")
        }
        if map.cells.contains(.cliff), map.starts.count != 1 {
            throw wrong(
                expected: "one start S in a map with a cliff, to return to", found: "\(map.starts.count) starts")
        }
        guard map.transitionCount <= GridMap.largestTransitionCount else {
            throw wrong(
                expected: "at most \(GridMap.largestTransitionCount) transitions; use fewer cells, keys or moves",
                found: "\(map.cells.count) cells, \(map.keys.count) keys and \(map.moves) moves, of which chance makes "
                    + "\(map.transitionCount)")
        }
        if !map.wind.isEmpty, map.wind.count != map.columns {
            line = windPlace.line
            throw wrong(
                column: windPlace.column, expected: "the wind of \(map.columns) columns",
                found: "\(map.wind.count) numbers")
        }
        try checkDoors()
    }

    /// A door without its key would be a wall: more likely the key was forgotten.
    private mutating func checkDoors() throws(EnvironmentError) {
        let keys = map.keys
        for (index, cell) in map.cells.enumerated() {
            guard let door = cell.door, !keys.contains(door) else { continue }
            line = firstRow + index / map.columns
            let letter = Character(UnicodeScalar(cell.rawValue))
            throw wrong(
                column: index % map.columns + 1, expected: "a key \(letter.lowercased()) for the door \(letter)",
                found: "none in the map")
        }
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> String {
        let isBlank: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        let start = bytes.firstIndex { !isBlank($0) } ?? bytes.endIndex
        let end = bytes.lastIndex { !isBlank($0) }.map { $0 + 1 } ?? start
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }

    /// Bytes for an error message: shortened if there are many, and escaped if they are not plain ASCII.
    private static func quoted(_ bytes: ArraySlice<UInt8>) -> String {
        let shown = bytes.prefix(40).map { byte in
            0x20..<0x7f ~= byte ? String(UnicodeScalar(byte)) : "\\x" + String(byte, radix: 16)
        }
        return "'\(shown.joined())\(bytes.count > 40 ? "…" : "")'"
    }
}
