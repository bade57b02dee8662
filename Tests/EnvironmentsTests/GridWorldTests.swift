import Environments
import Experience
import Foundation
import Graphics
import TestSupport
import Testing

@Suite struct GridWorldTests {
    @Test func readsHeaderAndRows() throws {
        let header = "\u{FEFF}; a comment: here\r\nname: Small\r\nslip:0.2\nstep_limit: none\nstep_reward: -1\n"
        let map = try GridMap(text: header + "\n#S.\r\nG~X\n\n")
        #expect(map.name == "Small" && map.slip == 0.2 && map.stepLimit == nil && map.stepReward == -1)
        #expect(map.rows == 2 && map.columns == 3)
        #expect(map.cells == [.wall, .start, .floor, .goal, .cliff, .pit])
        #expect(map.starts == [1])
        #expect(try GridMap(text: "\n.S.S").starts == [1, 3])
        #expect(try GridMap(text: "\n..G").starts == [0, 1])
    }

    @Test(arguments: [
        ("", 1, 1, "the rows of a map"), ("name: x\n", 1, 1, "the rows of a map"),
        ("name x\n\n.", 1, 1, "'key: value'"), ("slop: 0.1\n\n.", 1, 1, "one of the keys"),
        ("slip: 2\n\n.", 1, 6, "a number from 0.0 to 1.0"), ("; x\nslip: nan\n\n.", 2, 6, "a number from"),
        ("step_limit: 0\n\n.", 1, 12, "'none' or a number"), ("name: a\nname: b\n\n.", 2, 1, "each key once"),
        ("\n...\n.Q.", 3, 2, "one of # . S G g X ~ a b c A B C < v > ^ ? !"), ("\n...\n..", 3, 3, "a row of 3 letters"),
        ("\n...\n\n...", 3, 1, "at most 128 rows of 1 to 128 letters"), ("\n###", 2, 1, "a start S"),
        ("\n.~.", 2, 1, "one start S"), ("\nS~S", 2, 1, "one start S"),
        ("\n..\u{e9}", 2, 3, "one of #"), ("moves: 5\n\n.", 1, 7, "4, 8 or 9 moves"),
        ("wind: 1 x\n\n..", 1, 6, "whole numbers from -9 to 9"), ("wind: 10\n\n.", 1, 6, "whole numbers"),
        ("wind:\n\n.", 1, 6, "whole numbers"), ("name: x\nwind: 0 1\n\n...", 2, 6, "the wind of 3 columns"),
        ("gusts: 1.5\n\n.", 1, 7, "a number from 0.0 to 1.0"), ("chase: -1\n\n.", 1, 7, "a number from"),
        ("enemy_reward: x\n\n.", 1, 14, "a number from"), ("\n.a.\n.AB", 3, 3, "a key b for the door B"),
        ("\n.?????\n.!!!<", 3, 6, "a row of 6 letters"), ("\n.????\n.!!!!\n.....\n..<..", 5, 3, "at most 8 enemies"),
        ("\n?!#\nG~X", 3, 1, "a start S"),
    ])
    func errorsTellThePlace(text: String, line: Int, column: Int, expected: String) {
        let error = #expect(throws: EnvironmentError.self) { try GridMap(text: text, path: "m.txt") }
        #expect("\(error!)".hasPrefix("m.txt:\(line):\(column): expected \(expected)"), "\(error!)")
    }

    @Test func memoryIsBounded() {
        let wide = "\n" + String(repeating: ".", count: 129)
        let high = "\n" + String(repeating: ".\n", count: 129)
        for text in [wide, high] { #expect(throws: EnvironmentError.self) { try GridMap(text: text) } }
        #expect(throws: EnvironmentError.self) { try Assets.read(mapPath("cliff"), limit: 10) }
        #expect(throws: EnvironmentError.self) { try Assets.read("/", limit: 10) }
    }

    /// Tests everything that the product does with a map file. In a separate process, so that its memory can be
    /// watched.
    @Test func everyDamageOfAMapIsRefusedOrPlayed() async {
        await #expect(processExitsWith: .success) {
            let path = FileManager.default.temporaryDirectory.appending(path: "reverie-map-\(UUID().uuidString)").path
            defer { try? FileManager.default.removeItem(atPath: path) }
            let original = Array(
                "name: A small one\nslip: 0.25\nstep_limit: 90\npit_reward: -2\n\n#S.\nX~G\n.g#\n".utf8)
            let memory = peakMemory()
            var (played, refused) = (0, 0)
            try forEachDamage(of: original, at: path) { _, _ in
                do {
                    try play(path)
                    played += 1
                } catch EnvironmentError.badMap { refused += 1 }
            }
            #expect(played > 50 && refused > 100)
            #expect(peakMemory() - memory < 64 << 20)
        }
    }

    /// Any bytes give a map or an error.
    @Test func randomTextsNeverTrap() {
        var random = RandomText(seed: 1)
        for _ in 0..<3000 { _ = try? GridMap(text: random.next()) }
    }

    @Test func movesWallsAndEnds() throws {
        var world = GridWorld(try GridMap(text: "goal_reward: 5\nstep_reward: -1\npit_reward: -7\n\nS.G\n.#X"))
        world.reset(seed: 1)
        #expect(world.step(0) == Step(reward: -1) && world.state == 0, "against the border")
        #expect(world.step(2) == Step(reward: -1) && world.state == 1)
        #expect(world.step(1) == Step(reward: -1) && world.state == 1, "against a wall")
        #expect(world.step(2) == Step(reward: 5, terminated: true) && world.state == 2)
        #expect(world.step(1) == Step(reward: 0, terminated: true) && world.state == 2, "a goal is not left again")
        #expect(observation(of: world) == [2])
    }

    @Test func aCliffPutsBackToTheStart() throws {
        var world = GridWorld(try GridMap(contentsOf: mapPath("cliff")))
        world.reset(seed: 1)
        #expect(world.state == 36)
        #expect(world.step(2) == Step(reward: -100) && world.state == 36)
        for action in [3] + Array(repeating: 2, count: 11) { #expect(world.step(action) == Step(reward: -1)) }
        #expect(world.step(1) == Step(reward: -1, terminated: true) && world.state == 47)
    }

    @Test func slipsAsOftenAsTold() throws {
        let map = try GridMap(text: "slip: 0.3\nstep_limit: none\n\n...\n.S.\n...")
        var ends = [Int: Int]()
        var world = GridWorld(map)
        world.reset(seed: 2)
        for _ in 0..<20_000 {
            world.reset(seed: nil)
            _ = world.step(3)
            ends[world.state, default: 0] += 1
        }
        // Standard errors: 65 and 50.
        #expect(abs(ends[1]! - 14_000) < 300)
        #expect(abs(ends[3]! - 3_000) < 220 && abs(ends[5]! - 3_000) < 220)
    }

    @Test func modelsAreProbabilities() throws {
        let models: [any Environment & TabularModel] = [
            FrozenLake(), FrozenLake(.large, successRate: nil), GridWorld(try GridMap(contentsOf: mapPath("bridge"))),
            TimeLimit(GridWorld(try GridMap(contentsOf: mapPath("four-rooms"))), steps: 500),
        ]
        for model in models { checkModel(model) }
    }

    private func checkModel(_ model: some Environment & TabularModel) {
        #expect(model.stateCount == model.observationSpace.discreteCount)
        #expect(model.actionCount == model.actionSpace.discreteCount)
        for state in 0..<model.stateCount {
            for action in 0..<model.actionCount {
                let outcomes = model.outcomes(state: state, action: action)
                #expect(abs(outcomes.reduce(0) { $0 + $1.probability } - 1) < 1e-12)
                #expect(outcomes.allSatisfy { 0..<model.stateCount ~= $0.nextState })
            }
        }
    }

    @Test func playFollowsTheModel() throws {
        let batch = try EnvironmentCatalog.make("FrozenLake8x8-v1", count: 8)
        let model = try #require(batch.tabularModel)
        try batch.reset(seed: 3)
        var sampler = SpaceSampler(.discrete(4), seed: 1)
        for _ in 0..<200 {
            let states = (0..<8).map { Int(batch.observationNumbers(of: $0)[0]) }
            for index in 0..<8 { batch.actionRows.integers[index] = Int(sampler.sample()[0]) }
            try batch.step()
            for index in 0..<8 {
                let next = Int(batch.finalObservation(of: index).loadUnaligned(as: Int32.self))
                let outcomes = model.outcomes(state: states[index], action: batch.actionRows.integers[index])
                #expect(
                    outcomes.contains {
                        $0.nextState == next && $0.reward == batch.rewards[index]
                            && $0.terminated == batch.terminated[index]
                    })
            }
        }
        #expect(try EnvironmentCatalog.make("CartPole-v1").tabularModel == nil)
    }

    /// Gymnasium's own optimum: value iteration on the slippery 4 × 4 lake reaches the goal in 82 % of episodes.
    @Test func planningSolvesTheLake() {
        let lake = FrozenLake()
        var values = [Double](repeating: 0, count: 16)
        for _ in 0..<2000 {
            values = (0..<16).map { state in
                (0..<4).map { action in
                    lake.outcomes(state: state, action: action).reduce(0) {
                        $0 + $1.probability * ($1.reward + ($1.terminated ? 0 : values[$1.nextState]))
                    }
                }.max()!
            }
        }
        #expect(abs(values[0] - 14.0 / 17) < 1e-9)
    }

    @Test(arguments: Assets.names(in: "maps", ending: ".txt")) func everyMapCanBeSolved(name: String) throws {
        let map = try GridMap(contentsOf: mapPath(name))
        #expect(!map.name.isEmpty && !map.description.isEmpty)
        var world = GridWorld(map)
        world.reset(seed: 1)
        var open = map.starts.map { world.state / map.cells.count * map.cells.count + $0 }
        var reached = Set(open)
        var goals = 0
        while let state = open.popLast() {
            for action in 0..<world.actionCount {
                for outcome in world.outcomes(state: state, action: action) {
                    if outcome.terminated, map.cells[outcome.nextState % map.cells.count] == .goal { goals += 1 }
                    if reached.insert(outcome.nextState).inserted { open.append(outcome.nextState) }
                }
            }
        }
        #expect(goals > 0)
        #expect(!reached.contains { map.cells[$0 % map.cells.count] == .wall })
    }

    /// A map says what it teaches and where it comes from.
    @Test(arguments: Assets.names(in: "maps", ending: ".txt")) func everyMapHasAHead(name: String) throws {
        #expect(try Assets.read(mapPath(name), limit: 1 << 16).starts(with: "; ".utf8))
    }
}

/// Texts that look a little like maps.
private struct RandomText {
    private var state: UInt64
    private static let pieces = [
        "#", ".", "S", "G", "g", "X", "~", "\n", "\n\n", "slip:", "step_limit: ", ":", ";", " ", "0.5", "none", "\r",
        "name: ", "é", "1e400", "-",
    ]

    init(seed: UInt64) { state = seed }

    mutating func next() -> String {
        (0..<12).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Self.pieces[Int(state >> 33) % Self.pieces.count]
        }.joined()
    }
}

/// Plays and draws some steps in the world of a map file.
private func play(_ path: String) throws {
    let batch = try EnvironmentCatalog.make("GridWorld", count: 2, options: ["map": path])
    var frame = Frame(batch.frameSize)
    try batch.reset(seed: 1)
    for step in 0..<20 {
        for index in 0..<2 { batch.actionRows.integers[index] = (step + index) % 4 }
        try batch.step()
        for index in 0..<2 { #expect(batch.observationSpace.contains(batch.observationNumbers(of: index))) }
    }
    try batch.draw(0, into: &frame)
    try batch.restore(batch.snapshot(of: 0), to: 1)
}
