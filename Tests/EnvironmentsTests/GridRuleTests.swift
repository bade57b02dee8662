import Environments
import Experience
import Testing

/// Wind, keys, doors and enemies of maps.
@Suite struct GridRuleTests {
    private static let (left, down, right, up) = (0, 1, 2, 3)

    private func world(_ text: String, seed: UInt64 = 1) throws -> GridWorld {
        var world = GridWorld(try GridMap(text: text))
        world.reset(seed: seed)
        return world
    }

    // MARK: Wind and moves

    /// Sutton and Barto's rule: move and wind are added, and the sum is clipped to the grid.
    @Test(arguments: ["windy", "windy-king"]) func windIsAddedToTheMove(name: String) throws {
        let map = try GridMap(contentsOf: mapPath(name))
        let world = GridWorld(map)
        let wind = [0, 0, 0, 1, 1, 1, 2, 2, 1, 0]
        let moves = [(0, -1), (1, 0), (0, 1), (-1, 0), (1, -1), (1, 1), (-1, 1), (-1, -1)]
        #expect(world.actionCount == map.moves && (map.rows, map.columns) == (7, 10))
        for state in 0..<70 where map.cells[state] != .goal {
            for action in 0..<map.moves {
                let row = min(max(state / 10 + moves[action].0 - wind[state % 10], 0), 6)
                let column = min(max(state % 10 + moves[action].1, 0), 9)
                let next = row * 10 + column
                #expect(
                    world.outcomes(state: state, action: action) == [
                        Outcome(probability: 1, nextState: next, reward: -1, terminated: map.cells[next] == .goal)
                    ])
            }
        }
    }

    @Test func gustsAreOneCellWeakerOrStronger() throws {
        let world = try world("gusts: 0.5\nwind: 0 2 -1\n\n...\n...\n...\n.S.\n...\n")
        func follows(_ state: Int, _ action: Int) -> [Int: Double] {
            Dictionary(world.outcomes(state: state, action: action).map { ($0.nextState, $0.probability) }) { $0 + $1 }
        }
        #expect(follows(10, Self.left) == [6: 0.25, 3: 0.5, 0: 0.25])
        #expect(follows(8, Self.left) == [7: 0.25, 10: 0.5, 13: 0.25], "down, where the numbers are negative")
        #expect(follows(9, Self.right) == [10: 1], "where no wind blows there are no gusts")
    }

    @Test func windStopsAtWallsAndCarriesOverPits() throws {
        let walled = try world("wind: 3 3\n\n..\n#.\n..\nS.\n")
        #expect(walled.outcomes(state: 6, action: Self.up).map(\.nextState) == [4])
        let pit = try world("wind: 2\n\n.\nX\nS\n")
        #expect(pit.outcomes(state: 2, action: Self.left).map(\.nextState) == [0])
        #expect(pit.outcomes(state: 2, action: Self.left).map(\.terminated) == [false])
        #expect(pit.outcomes(state: 2, action: Self.down).map(\.nextState) == [1], "the move takes one cell back")
    }

    @Test func diagonalsSlipToDiagonalsAndStayingDoesNot() throws {
        let world = try world("moves: 9\nslip: 0.5\n\n...\n.S.\n...\n")
        #expect(world.actionSpace == .discrete(9))
        #expect(world.outcomes(state: 4, action: 4).map(\.nextState) == [0, 6, 8], "down left: up left or down right")
        #expect(world.outcomes(state: 4, action: 6).map(\.nextState) == [8, 2, 0])
        #expect(world.outcomes(state: 4, action: 8).map(\.nextState) == [4])
        #expect(world.outcomes(state: 0, action: 7).allSatisfy { [0, 1, 3].contains($0.nextState) })
    }

    // MARK: Keys and doors

    @Test func aKeyOpensItsDoors() throws {
        var world = try world("step_reward: -1\n\nSaAbBG\n")
        #expect(world.observationSpace == .discrete(24) && !world.hasKey(0) && !world.hasKey(1))
        _ = world.step(Self.right)
        #expect(world.hasKey(0) && !world.hasKey(1) && world.cell == 1 && world.state == 7)
        _ = world.step(Self.left)
        #expect(world.hasKey(0) && world.state == 6, "it keeps the key")
        for _ in 0..<3 { _ = world.step(Self.right) }
        #expect(world.hasKey(1) && world.state == 3 * 6 + 3)
        #expect(world.step(Self.right) == Step(reward: -1))
        #expect(world.step(Self.right) == Step(reward: 1, terminated: true))
        #expect(world.state == 3 * 6 + 5)
        world.reset(seed: nil)
        #expect(world.state == 0 && !world.hasKey(0))
    }

    @Test func aDoorIsAWallWithoutItsKey() throws {
        var world = try world("\nS.AG\n.a..\n")
        for action in [Self.right, Self.right, Self.right] { _ = world.step(action) }
        #expect(world.cell == 1)
        #expect(world.step(Self.down) == Step(reward: 0) && world.hasKey(0) && !world.hasKey(1) && !world.hasKey(2))
        for action in [Self.up, Self.right] { _ = world.step(action) }
        #expect(world.cell == 2)
        #expect(try GridWorld(GridMap(text: "\n.a.\n.a.\n..A")).stateCount == 18, "one kind of key")
    }

    @Test func aCliffTakesNoKeys() throws {
        var world = try world("\nSa~\n")
        _ = world.step(Self.right)
        #expect(world.step(Self.right) == Step(reward: -100) && world.cell == 0 && world.hasKey(0))
    }

    // MARK: Enemies

    /// The cells of the first enemy over some steps in which the agent stays.
    private func walk(_ text: String, _ steps: Int, seed: UInt64 = 1) throws -> [Int] {
        var world = try world(text, seed: seed)
        return (0..<steps).map { _ in
            _ = world.step(8)
            return world.cell(ofEnemy: 0)
        }
    }

    @Test func guardsTurnAtObstacles() throws {
        #expect(try walk("moves: 9\n\nS....\n.#.>.\n", 6) == [9, 8, 7, 8, 9, 8])
        #expect(try walk("moves: 9\n\nS....\n.#.<.\n", 6) == [7, 8, 9, 8, 7, 8])
        #expect(try walk("moves: 9\n\nS..\n..v\n..G\n", 4) == [2, 5, 2, 5], "a goal is in the way")
        #expect(try walk("moves: 9\n\nS#v#.\n", 3) == [2, 2, 2], "nowhere to go")
        #expect(try walk("moves: 9\n\nS^\n..\n..\n", 5) == [3, 5, 3, 1, 3])
    }

    @Test func chasersComeNearer() throws {
        #expect(try walk("moves: 9\nchase: 1\n\nS.....\n......\n......\n....!.\n", 6) == [21, 15, 14, 8, 7, 1])
        #expect(try walk("moves: 9\nchase: 1\n\nS..#.!\n", 3) == [4, 4, 4], "a wall holds it up")
        #expect(try walk("moves: 9\nchase: 0\n\nS..!\n", 3) == [3, 3, 3])
        let rests = try walk("moves: 9\nchase: 0.25\n\nS\(String(repeating: ".", count: 100))!\n", 80)
        let moved = 101 - rests.last!
        #expect(8...35 ~= moved, "80 × 0.25 = 20, four standard deviations are 16")
    }

    @Test func wanderersGoAnywhereButIntoWalls() throws {
        let cells = try walk("moves: 9\n\nS#...\n##.?.\n", 4000)
        #expect(Set(cells) == [2, 3, 4, 7, 8, 9])
        // Each cell has as many ways in as out, so that all are equally likely; successive steps are correlated.
        for cell in Set(cells) { #expect(abs(cells.count { $0 == cell } - 667) < 250) }
    }

    @Test func meetingAnEnemyEndsTheEpisode() throws {
        var into = try world("enemy_reward: -5\nstep_reward: -1\n\nS<#\n")
        #expect(into.step(Self.right) == Step(reward: -5, terminated: true), "the agent moves first")
        #expect(into.step(Self.left) == Step(reward: 0, terminated: true), "who is caught stays")
        var waits = try world("enemy_reward: -5\nmoves: 9\n\nS.<\n")
        #expect(waits.step(8) == Step(reward: 0) && waits.step(8) == Step(reward: -5, terminated: true))
        var arrives = try world("\nS.G<#\n")
        #expect(
            arrives.step(Self.right) == Step(reward: 0) && arrives.step(Self.right) == Step(reward: 1, terminated: true)
        )
    }

    /// In each state that play reaches, the model's state is the observation, and guards move in the direction in which
    /// they look.
    @Test func statesAreNumbersOfCellsKeysAndPlaces() throws {
        let map = try GridMap(text: "moves: 9\n\nS.a..\n.#.?.\n>...A\n.!#..\n")
        var world = GridWorld(map)
        var states: [Int: [Int]] = [:]
        var sampler = SpaceSampler(.discrete(9), seed: 3)
        world.reset(seed: 4)
        for _ in 0..<20_000 {
            let parts = [world.cell, world.hasKey(0) ? 1 : 0] + (0..<3).map(world.cell(ofEnemy:))
            #expect(states[world.state, default: parts] == parts && world.state < world.stateCount)
            states[world.state] = parts
            if world.step(Int(sampler.sample()[0])).terminated { world.reset(seed: nil) }
        }
        #expect(states.count > 2000)
        #expect(world.stateCount == 20 * 2 * 6 * 17 * 17, "a guard's round of four cells, 17 that the others reach")
    }

    // MARK: Hostile maps

    @Test func whatCannotBeReachedCutsTheEpisode() throws {
        let path = try TemporaryMap("step_limit: 7\n\nS.#G\n")
        let batch = try EnvironmentCatalog.make("GridWorld", options: ["map": path.path])
        try batch.reset(seed: 1)
        for step in 1...7 {
            batch.actionRows.integers[0] = Self.right
            try batch.step()
            #expect(batch.truncated[0] == (step == 7) && !batch.terminated[0])
        }
    }

    @Test func largeFilesAreNotRead() throws {
        let path = try TemporaryMap("", size: 100_000_000)
        let error = #expect(throws: EnvironmentError.self) {
            try EnvironmentCatalog.make("GridWorld", options: ["map": path.path])
        }
        #expect("\(error!)".contains("larger than 65536 bytes"))
        let rows = String(repeating: String(repeating: ".", count: 300) + "\n", count: 300)
        #expect("\(#expect(throws: EnvironmentError.self) { try GridMap(text: "\n" + rows) }!)".contains("65536 bytes"))
    }

    @Test func tooManyTransitionsAreRefused() throws {
        let row = String(repeating: ".", count: 125) + "\n"
        func map(_ header: String, _ first: String) -> String {
            header + "\n" + first + row.dropFirst(first.count) + String(repeating: row, count: 127)
        }
        let error = #expect(throws: EnvironmentError.self) {
            try GridMap(text: map("slip: 0.1\nmoves: 9\n", "abc"), path: "m.txt")
        }
        #expect("\(error!)".contains("at most 1048576 transitions") && "\(error!)".contains("16000 cells, 3 keys"))
        #expect(try GridMap(text: map("slip: 0.1\nmoves: 9\n", "a")).moves == 9)
    }

    /// Too many states to number: the world can be observed as cells, but not tabulated.
    @Test func tooManyStatesWantAView() throws {
        let row = String(repeating: ".", count: 20) + "\n"
        let path = try TemporaryMap("\n" + String(repeating: row, count: 18) + "??!!" + row.dropFirst(4) + row)
        let error = #expect(throws: EnvironmentError.self) {
            try EnvironmentCatalog.make("GridWorld", options: ["map": path.path])
        }
        #expect("\(error!)".contains("view") && "\(error!)".contains("more than 1048576 states"))
        #expect(!GridWorld(try GridMap(contentsOf: path.path)).isTabular)
        for view in ["full", "5"] {
            let check = try EnvironmentCheck(id: "crowd", steps: 40) {
                try EnvironmentCatalog.make(
                    "GridWorld", count: $0, autoreset: $1, options: ["map": path.path, "view": view])
            }
            #expect(check.passed, "\(check)")
        }
    }

    /// Letters are changed, doubled and lost in all existing maps; if a map can be read, it can be played, copied and
    /// drawn.
    @Test func mutatedMapsNeverTrap() throws {
        var random = MutationSource(state: 5)
        let letters = Array("#.SGgX~abcABC<v>^?!;:\n 0129-x".utf8)
        var (played, refused) = (0, 0)
        for name in Assets.names(in: "maps", ending: ".txt") {
            let original = try Assets.read(mapPath(name), limit: 1 << 16)
            for _ in 0..<60 {
                var bytes = original
                for _ in 0...random.below(4) {
                    let place = random.below(bytes.count)
                    switch random.below(4) {
                    case 0: bytes.remove(at: place)
                    case 1: bytes.insert(bytes[random.below(bytes.count)], at: place)
                    case 2: bytes[place] = UInt8(random.below(256))
                    default: bytes[place] = letters[random.below(letters.count)]
                    }
                }
                guard let map = try? GridMap(text: String(decoding: bytes, as: UTF8.self)) else {
                    refused += 1
                    continue
                }
                play(GridView(GridWorld(map), random.below(2) == 0 ? .full : .window(side: 3)), &random)
                played += 1
            }
        }
        #expect(played > 200 && refused > 200, "\(played) played, \(refused) refused")
    }

    private func play(_ view: GridView, _ random: inout MutationSource) {
        var view = view
        let space = view.observationSpace
        view.reset(seed: 1)
        for _ in 0..<20 { _ = view.step(random.below(view.base.actionCount)) }
        #expect(space.contains(observation(of: view).map(Double.init)))
        var copy = view
        #expect((try? copy.restoreState(from: view.stateBytes())) != nil)
        if view.base.isTabular {
            let outcomes = view.base.outcomes(state: view.base.state, action: 0)
            #expect(abs(outcomes.reduce(0) { $0 + $1.probability } - 1) < 1e-12)
        }
    }
}

/// Numbers for mutations.
private struct MutationSource {
    var state: UInt64

    mutating func below(_ count: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % count
    }
}
