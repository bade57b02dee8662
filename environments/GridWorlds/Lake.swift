import Random

/// A map of a frozen lake.
public struct Lake: Hashable, Sendable {
    public enum Cell: UInt8, Hashable, Sendable, CaseIterable {
        case start = 0x53
        case frozen = 0x46
        case hole = 0x48
        case goal = 0x47
    }

    public let rows: Int
    public let columns: Int
    /// The cells, row-major.
    public let cells: [Cell]

    /// Makes a lake from its rows in the letters S (start), F (frozen), H (hole) and G (goal); at most 128 x 128.
    ///
    /// - Throws: ``EnvironmentError/badValue(option:value:expected:)``.
    public init(rows texts: [String]) throws(EnvironmentError) {
        func wrong(_ expected: String, _ found: String) -> EnvironmentError {
            .badValue(option: "desc", value: found, expected: expected)
        }
        let length = texts.first?.utf8.count ?? 0
        guard 1...128 ~= texts.count, 1...128 ~= length else {
            throw wrong("1 to 128 rows of 1 to 128 letters", "\(texts.count) rows, the first of \(length) letters")
        }
        var cells: [Cell] = []
        for (index, text) in texts.enumerated() {
            guard text.utf8.count == length else {
                throw wrong("rows of \(length) letters, like the first", "\(text) in row \(index + 1)")
            }
            for letter in text.utf8 {
                guard let cell = Cell(rawValue: letter) else {
                    throw wrong("only the letters S, F, H and G", "\(text) in row \(index + 1)")
                }
                cells.append(cell)
            }
        }
        guard cells.contains(.start) else { throw wrong("a start S", texts.joined(separator: "/")) }
        (rows, columns, self.cells) = (texts.count, length, cells)
    }

    private init(cells: [Cell], size: Int) {
        (rows, columns, self.cells) = (size, size, cells)
    }

    /// Gymnasium's map "4x4".
    public static let small = try! Lake(rows: ["SFFF", "FHFH", "FFFH", "HFFG"])
    /// Gymnasium's map "8x8".
    public static let large = try! Lake(
        rows: [
            "SFFFFFFF", "FFFFFFFF", "FFFHFFFF", "FFFFFHFF", "FFFHFFFF", "FHHFFFHF", "FHFFHFHF", "FFFHFFFG",
        ])

    /// Gymnasium's random map: square, with the start top left, the goal bottom right, and a path between them.
    ///
    /// - Parameters:
    ///   - size: rows and columns, 2...128.
    ///   - frozenProbability: the probability that a cell is not a hole, 0...1.
    ///   - seed: the seed of the map's own random stream.
    /// - Throws: ``EnvironmentError/badValue(option:value:expected:)`` if none of 10,000 maps has a path.
    public static func random(
        size: Int = 8, frozenProbability: Double = 0.8, seed: UInt64
    ) throws(EnvironmentError) -> Lake {
        precondition(2...128 ~= size, "expected a lake of 2...128 rows, found \(size)")
        var random = PCG64(seed: seed)
        let odds = [frozenProbability, 1 - frozenProbability]
        for _ in 0..<10_000 {
            var cells = (0..<size * size).map { _ in random.choice(probabilities: odds) == 0 ? Cell.frozen : .hole }
            cells[0] = .start
            cells[size * size - 1] = .goal
            let lake = Lake(cells: cells, size: size)
            if lake.hasWay { return lake }
        }
        throw .badValue(
            option: "frozen_probability", value: "\(frozenProbability)",
            expected: "a larger share of ice: none of 10,000 maps of size \(size) has a path from start to goal")
    }

    /// The cells in which an episode can start.
    var starts: [Int] { cells.indices.filter { cells[$0] == .start } }

    /// Whether an episode ends in the cell `index`.
    func isEnd(_ index: Int) -> Bool { cells[index] == .hole || cells[index] == .goal }

    private var hasWay: Bool {
        var seen = Set(starts)
        var open = starts
        while let cell = open.popLast() {
            if cells[cell] == .goal { return true }
            for move in GridMove.allCases {
                let next = move.applied(to: cell, rows: rows, columns: columns)
                if cells[next] != .hole, seen.insert(next).inserted { open.append(next) }
            }
        }
        return false
    }
}

extension Lake {
    /// The map that the options describe; nil if they describe none.
    init?(_ options: EnvironmentOptions) throws {
        if let text = options.text("desc") {
            try self.init(rows: text.split(separator: "/", omittingEmptySubsequences: false).map(String.init))
            return
        }
        let size = try options.integer("map_size", in: 2...128)
        let seed = try options.integer("map_seed", in: 0...Int.max)
        let frozenProbability = try options.number("frozen_probability", in: 0...1)
        switch try options.choice("map_name", of: ["4x4", "8x8", "random"]) {
        case "4x4": self = .small
        case "8x8": self = .large
        case "random":
            self = try .random(
                size: size ?? 8, frozenProbability: frozenProbability ?? 0.8, seed: UInt64(seed ?? 0))
        default:
            guard size == nil, seed == nil, frozenProbability == nil else {
                throw EnvironmentError.badValue(
                    option: "map_name", value: "",
                    expected: "random, because map_size, map_seed or frozen_probability is given")
            }
            return nil
        }
    }
}
