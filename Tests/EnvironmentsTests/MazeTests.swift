import Environments
import Experience
import Testing

@Suite struct MazeTests {
    /// The walls as a text.
    private func walls(_ map: GridMap) -> String {
        String(map.cells.map { $0 == .wall ? "#" : "." })
    }

    private func openCount(_ map: GridMap) -> Int { map.cells.count { $0 != .wall } }

    /// The number of cells that can be reached from the start.
    private func reachable(_ map: GridMap) -> Int {
        var (seen, open) = (Set(map.starts), map.starts)
        while let cell = open.popLast() {
            for next in [cell - 1, cell + 1, cell - map.columns, cell + map.columns]
            where map.cells[next] != .wall && seen.insert(next).inserted { open.append(next) }
        }
        return seen.count
    }

    @Test func mazesAreTrees() {
        for seed in 0..<40 as Range<UInt64> {
            let (rows, columns) = (2 + Int(seed % 7), 2 + Int(seed / 3 % 9))
            let map = GridMap.maze(rows: rows, columns: columns, seed: seed)
            #expect((map.rows, map.columns) == (2 * rows + 1, 2 * columns + 1))
            #expect(openCount(map) == 2 * rows * columns - 1, "a tree has a passage less than rooms")
            #expect(reachable(map) == openCount(map))
            #expect(map.starts == [map.columns + 1] && map.cells[map.cells.count - map.columns - 2] == .goal)
            #expect(map.cells.count { $0 == .goal } == 1)
        }
    }

    /// Wilson's algorithm gives each of the 192 spanning trees of 3 × 3 rooms equally often.
    @Test func allMazesAreEquallyLikely() {
        var counts: [String: Int] = [:]
        let draws = 192 * 100
        for seed in 0..<draws {
            counts[walls(.maze(rows: 3, columns: 3, seed: UInt64(seed))), default: 0] += 1
        }
        #expect(counts.count == 192)
        let statistic = counts.values.reduce(0.0) { $0 + (Double($1) - 100) * (Double($1) - 100) / 100 }
        // 191 degrees of freedom: a standard deviation of 19.5.
        #expect(abs(statistic - 191) < 80, "\(statistic)")
    }

    @Test func loopsOpenWalls() {
        let (tree, half, all) = (
            GridMap.maze(rows: 20, columns: 20, seed: 3), GridMap.maze(rows: 20, columns: 20, loops: 0.5, seed: 3),
            GridMap.maze(rows: 20, columns: 20, loops: 1, seed: 3)
        )
        // 760 passages, 399 of which are open in a tree; half of the rest is 180.5, plus or minus 9.5.
        #expect(openCount(tree) == 799 && openCount(all) == 400 + 760)
        #expect(abs(openCount(half) - 799 - 180) < 45)
        #expect(zip(tree.cells, half.cells).allSatisfy { $0 == .wall || $1 != .wall }, "it is the same maze")
    }

    /// The order of random numbers is part of the meaning of a seed: walks, then loops.
    @Test func aSeedIsAMaze() {
        #expect(walls(.maze(rows: 4, columns: 4, seed: 1)) == walls(.maze(rows: 4, columns: 4, seed: 1)))
        #expect(walls(.maze(rows: 4, columns: 4, seed: 1)) != walls(.maze(rows: 4, columns: 4, seed: 2)))
    }

    @Test func mazesAreGolden() {
        let text = walls(.maze(rows: 4, columns: 4, loops: 0.1, seed: 7))
        #expect(text == fixtureText("maze.txt").filter { $0 != "\n" })
    }

    @Test func theFixedMazeIsPlannedIn() throws {
        let options = ["rows": "5", "columns": "6", "maze_seed": "9", "loops": "0.3"]
        let batch = try EnvironmentCatalog.make("Maze-v0", count: 2, options: options)
        let model = try #require(batch.tabularModel)
        try batch.reset(seed: 1)
        let values = OptimalValues(model, discount: 0.9)
        var steps = 0
        while !batch.terminated[0] {
            let state = Int(batch.observationNumbers(of: 0)[0])
            let worth = (0..<4).map { action in
                let outcome = model.outcomes(state: state, action: action)[0]
                return outcome.terminated ? outcome.reward : 0.9 * values[outcome.nextState]
            }
            let action = worth.firstIndex(of: worth.max()!)!
            for index in 0..<2 { batch.actionRows.integers[index] = action }
            try batch.step()
            steps += 1
            #expect(steps < 300)
            if steps == 300 { break }
        }
        #expect(batch.rewards[0] == 1 && steps >= 18)
        #expect(try EnvironmentCatalog.entry("Maze-v0").stepLimit == 490)
    }

    @Test func episodesHaveMazesOfTheirOwn() throws {
        var maze = FreshMaze(rows: 4, columns: 5, loops: 0.2)
        maze.reset(seed: 1)
        let first = observation(of: maze)
        maze.reset(seed: nil)
        let second = observation(of: maze)
        maze.reset(seed: 1)
        #expect(observation(of: maze) == first && first != second)
        #expect(maze.observationSpace == .box(0...1, shape: [9, 11, 20], element: .uint8))
    }

    /// Sampled by one carver: the first episode under a seed is the fixed maze of that seed.
    @Test func freshMazesAreThoseOfTheirSeed() throws {
        let map = GridMap.maze(rows: 4, columns: 5, loops: 0.2, seed: 11)
        var fixed = GridView(GridWorld(map), .window(side: 5))
        var fresh = FreshMaze(rows: 4, columns: 5, loops: 0.2, extent: .window(side: 5))
        fixed.reset(seed: 1)
        fresh.reset(seed: 11)
        var sampler = SpaceSampler(.discrete(4), seed: 2)
        for _ in 0..<3000 {
            #expect(observation(of: fixed) == observation(of: fresh))
            let action = Int(sampler.sample()[0])
            #expect(fixed.step(action) == fresh.step(action))
        }
        #expect(fresh.step(0).terminated == fixed.step(0).terminated)
    }

    @Test(arguments: [
        ["fresh": "true"], ["fresh": "true", "view": "5", "loops": "0.5"], ["view": "full", "rows": "3"],
    ])
    func everyKindKeepsAllRules(options: [String: String]) throws {
        let check = try EnvironmentCheck(id: "Maze-v0", steps: 60) {
            try EnvironmentCatalog.make("Maze-v0", count: $0, autoreset: $1, options: options)
        }
        #expect(check.passed, "\(check)")
        #expect(check["snapshot"] == .passed && check["copy"] == .passed)
    }

    @Test func damagedStatesAreRefused() throws {
        var maze = FreshMaze(rows: 3, columns: 3)
        maze.reset(seed: 4)
        _ = maze.step(1)
        let bytes = maze.stateBytes()
        var read = FreshMaze(rows: 3, columns: 3)
        try read.restoreState(from: bytes)
        #expect(observation(of: read) == observation(of: maze) && read.stateBytes() == bytes)
        for (place, value) in [(40, 17), (47, 1)] as [(Int, UInt8)] {
            var damaged = bytes
            damaged[place] = value
            #expect(throws: EnvironmentError.self) { try read.restoreState(from: damaged) }
        }
        #expect(throws: EnvironmentError.self) { try read.restoreState(from: Array(bytes.dropLast())) }
    }

    @Test(arguments: [
        ("rows", "1", "from 2 to 63"), ("columns", "64", "from 2 to 63"), ("loops", "1.5", "from 0.0 to 1.0"),
        ("maze_seed", "-1", "from 0 to"), ("fresh", "yes", "true, false"), ("view", "6", "odd number"),
    ])
    func badValuesAreRefused(option: String, value: String, expected: String) {
        let error = #expect(throws: EnvironmentError.self) {
            try EnvironmentCatalog.make("Maze-v0", options: [option: value])
        }
        #expect("\(error!)".contains(expected))
    }

    @Test func whatDoesNotGoTogetherIsRefused() {
        for (options, expected) in [
            (["fresh": "true", "maze_seed": "3"], "no seed with fresh=true"),
            (["fresh": "true", "view": "state"], "full or a side with fresh=true"),
        ] {
            let error = #expect(throws: EnvironmentError.self) {
                try EnvironmentCatalog.make("Maze-v0", options: options)
            }
            #expect("\(error!)".contains(expected))
        }
    }
}
