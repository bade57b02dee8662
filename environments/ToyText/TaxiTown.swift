/// The town of ``Taxi``: five rows and columns, walls between some columns, four stops, and the transitions.
enum TaxiTown {
    static let side = 5
    static let stateCount = 500
    /// The cells of the stops red, green, yellow and blue, row-major.
    static let stops = [0, 4, 20, 23]
    /// The passenger's place in the taxi; the other places are stops.
    static let riding = 4

    /// The parts of a state.
    struct Place {
        /// The taxi's cell, row × 5 + column.
        var cell: Int
        /// A stop, or ``TaxiTown/riding``.
        var passenger: Int
        /// A stop.
        var destination: Int

        init(_ state: Int) {
            (cell, passenger, destination) = (state / 20, state / 4 % 5, state % 4)
        }

        var state: Int { (cell * 5 + passenger) * 4 + destination }
        var canPickUp: Bool { passenger < riding && stops[passenger] == cell }
        var canDropOff: Bool { passenger == riding && stops.contains(cell) }
    }

    /// Whether there is a wall between a cell and its neighbour to the east, both in the town.
    static func hasWall(eastOf cell: Int) -> Bool {
        switch cell / side {
        case 0, 1: cell % side == 1
        case 3, 4: cell % side == 0 || cell % side == 2
        default: false
        }
    }

    /// The moves by action.
    private static let moves: [GridMove] = [.down, .up, .right, .left]
    private static let (pickUp, dropOff) = (4, 5)

    /// The cell that a move leads to: the same one at the border and at a wall.
    private static func destination(of move: GridMove, from cell: Int) -> Int {
        switch move {
        case .right where hasWall(eastOf: cell): cell
        case .left where cell % side > 0 && hasWall(eastOf: cell - 1): cell
        default: move.applied(to: cell, rows: side, columns: side)
        }
    }

    /// The actions that change the state.
    static let masks = (0..<stateCount).map { state in
        let place = Place(state)
        return ActionMask { action in
            switch action {
            case pickUp: place.canPickUp
            case dropOff: place.canDropOff
            default: action < 4 && destination(of: moves[action], from: place.cell) != place.cell
            }
        }
    }

    /// The transitions in dry weather.
    static let dry = table { place, move in [(destination(of: move, from: place.cell), 1)] }

    /// The transitions in the rain, where a move succeeds with a probability and otherwise goes to either side.
    ///
    /// The sides are those of the intended move, in the original's order left, right; if the intended move is blocked,
    /// the taxi stays.
    static func table(rainyProbability: Double) -> TransitionTable {
        table { place, move in
            let astray = (1 - rainyProbability) / 2
            let meant = destination(of: move, from: place.cell)
            let odds = [(move, rainyProbability)] + sides(of: move).map { ($0, astray) }
            return odds.map { move, probability in
                (meant == place.cell ? meant : destination(of: move, from: place.cell), probability)
            }
        }
    }

    private static func sides(of move: GridMove) -> [GridMove] {
        switch move {
        case .down: [.right, .left]
        case .up: [.left, .right]
        case .right: [.up, .down]
        case .left: [.down, .up]
        }
    }

    private static func table(_ moved: (Place, GridMove) -> [(cell: Int, probability: Double)]) -> TransitionTable {
        let firstStates = (0..<stateCount).filter {
            let place = Place($0)
            return place.passenger < riding && place.passenger != place.destination
        }
        return TransitionTable(stateCount: stateCount, actionCount: 6, firstStates: firstStates) { state, action in
            let place = Place(state)
            guard action < 4 else { return [service(place, isPickUp: action == pickUp)] }
            return moved(place, moves[action]).map { cell, probability in
                var next = place
                next.cell = cell
                return Outcome(probability: probability, nextState: next.state, reward: -1, terminated: false)
            }
        }
    }

    private static func service(_ place: Place, isPickUp: Bool) -> Outcome {
        var (next, reward, isDelivery) = (place, -10.0, false)
        if isPickUp, place.canPickUp {
            next.passenger = riding
            reward = -1
        } else if !isPickUp, place.canDropOff {
            next.passenger = stops.firstIndex(of: place.cell)!
            isDelivery = next.passenger == place.destination
            reward = isDelivery ? 20 : -1
        }
        return Outcome(probability: 1, nextState: next.state, reward: reward, terminated: isDelivery)
    }
}
