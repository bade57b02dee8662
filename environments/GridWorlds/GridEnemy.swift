import Random

/// One enemy of a map: the places where it can be, and how it moves between them.
///
/// Places are numbered, so that they can be part of a state. A guard's places are the steps of its round, so that a
/// place determines both where it is and where it goes next; those of other enemies are the cells that they can reach.
/// Place 0 is the start.
struct GridEnemy: Sendable {
    let kind: GridMap.Enemy.Kind
    /// The cell of each place.
    let cells: [UInt16]
    // The place that each of the four moves leads to from each place, the same if it is blocked; empty for guards.
    private let ways: [UInt16]
    private let columns: Int
    private let chase: Double

    init(_ enemy: GridMap.Enemy, on map: GridMap) {
        (kind, columns, chase) = (enemy.kind, map.columns, map.chase)
        if let facing = enemy.kind.facing {
            cells = Self.round(from: enemy.cell, facing, on: map)
            ways = []
        } else {
            (cells, ways) = Self.area(around: enemy.cell, on: map)
        }
    }

    /// The number of places.
    var placeCount: Int { cells.count }

    /// The cell of a place.
    func cell(_ place: UInt16) -> Int { Int(cells[Int(place)]) }

    /// Where a guard goes next; nil for the others.
    func facing(_ place: UInt16) -> GridMove? {
        guard let facing = kind.facing, placeCount > 1 else { return kind.facing }
        let isAlongRow = facing == .left || facing == .right
        let goesOn = cell(next(place)) > cell(place)
        return isAlongRow ? (goesOn ? .right : .left) : (goesOn ? .down : .up)
    }

    /// Moves once. A wanderer uses one random integer, a chaser one double, a guard none.
    func moved(_ place: UInt16, agent: Int, _ random: inout PCG64) -> UInt16 {
        switch kind {
        case .guardLeft, .guardDown, .guardRight, .guardUp: next(place)
        case .wanderer: ways[Int(place) * 4 + random.integers(4)]
        case .chaser: random.random() < chase ? pursuit(place, agent) : place
        }
    }

    /// All places that ``moved(_:agent:_:)`` can give, with their probabilities.
    func moves(_ place: UInt16, agent: Int) -> [(place: UInt16, probability: Double)] {
        switch kind {
        case .guardLeft, .guardDown, .guardRight, .guardUp: [(next(place), 1)]
        case .wanderer: (0..<4).map { (ways[Int(place) * 4 + $0], 0.25) }
        case .chaser: [(pursuit(place, agent), chase), (place, 1 - chase)].filter { $0.1 > 0 }
        }
    }

    private func next(_ place: UInt16) -> UInt16 { Int(place) + 1 < placeCount ? place + 1 : 0 }

    private func pursuit(_ place: UInt16, _ agent: Int) -> UInt16 {
        let cell = cell(place)
        let (rows, columns) = (agent / columns - cell / columns, agent % columns - cell % columns)
        let vertical = rows == 0 ? place : way(place, rows > 0 ? .down : .up)
        let horizontal = columns == 0 ? place : way(place, columns > 0 ? .right : .left)
        let (first, second) = abs(rows) >= abs(columns) ? (vertical, horizontal) : (horizontal, vertical)
        return first == place ? second : first
    }

    private func way(_ place: UInt16, _ move: GridMove) -> UInt16 { ways[Int(place) * 4 + move.rawValue] }
}

extension GridEnemy {
    /// Ahead to the obstacle and back, then to the opposite obstacle and back.
    private static func round(from start: Int, _ facing: GridMove, on map: GridMap) -> [UInt16] {
        let ahead = line(from: start, facing, on: map)
        let behind = line(from: start, GridMove(rawValue: (facing.rawValue + 2) % 4)!, on: map)
        let between = ahead.isEmpty || behind.isEmpty ? [] : [start]
        return ([start] + thereAndBack(ahead) + between + thereAndBack(behind)).map { UInt16($0) }
    }

    private static func thereAndBack(_ cells: [Int]) -> [Int] { cells + cells.dropLast().reversed() }

    private static func line(from start: Int, _ move: GridMove, on map: GridMap) -> [Int] {
        var (cells, cell) = ([Int](), start)
        while true {
            let next = neighbour(of: cell, move, on: map)
            if next == cell { return cells }
            cells.append(next)
            cell = next
        }
    }

    /// The cells that can be reached, nearest first, and the moves between them.
    private static func area(around start: Int, on map: GridMap) -> (cells: [UInt16], ways: [UInt16]) {
        var places = [start: 0]
        var cells = [start]
        var ways: [UInt16] = []
        var place = 0
        while place < cells.count {
            for move in GridMove.allCases {
                let next = neighbour(of: cells[place], move, on: map)
                let known = places[next] ?? cells.count
                if known == cells.count {
                    places[next] = known
                    cells.append(next)
                }
                ways.append(UInt16(known))
            }
            place += 1
        }
        return (cells.map { UInt16($0) }, ways)
    }

    private static func neighbour(of cell: Int, _ move: GridMove, on map: GridMap) -> Int {
        let next = move.applied(to: cell, rows: map.rows, columns: map.columns)
        return map.cells[next].isGround ? next : cell
    }
}
