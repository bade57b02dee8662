import Environments
import Graphics
import Testing

@Suite struct TMazeTests {
    private static let (left, down, right, up) = (0, 1, 2, 3)

    /// A maze whose goal is in an arm.
    private func maze(_ goal: TMaze.Arm, length: Int) -> TMaze {
        var maze = TMaze(length: length)
        repeat { maze.reset(seed: nil) } while maze.goal != goal
        return maze
    }

    private func sign(_ arm: TMaze.Arm) -> [Float] { arm == .up ? [0, 1, 1] : [1, 1, 0] }

    /// The observations and rewards of Bakker's paper, step by step.
    @Test(arguments: [TMaze.Arm.up, .down], [TMaze.Arm.up, .down]) func rulesByHand(goal: TMaze.Arm, end: TMaze.Arm) {
        var maze = maze(goal, length: 3)
        #expect(observation(of: maze) == sign(goal))
        let (corridor, junction): ([Float], [Float]) = ([1, 0, 1], [0, 1, 0])
        let steps: [(action: Int, reward: Double, observation: [Float])] = [
            (Self.left, -0.1, sign(goal)), (Self.up, -0.1, sign(goal)), (Self.down, -0.1, sign(goal)),
            (Self.right, 0, corridor), (Self.up, -0.1, corridor), (Self.left, 0, sign(goal)),
            (Self.right, 0, corridor), (Self.right, 0, corridor), (Self.down, -0.1, corridor),
            (Self.right, 0, junction), (Self.right, -0.1, junction), (Self.left, 0, corridor),
            (Self.right, 0, junction),
        ]
        for step in steps {
            #expect(maze.step(step.action) == Step(reward: step.reward))
            #expect(observation(of: maze) == step.observation)
        }
        let last = maze.step(end == .up ? Self.up : Self.down)
        #expect(last == Step(reward: end == goal ? 4 : -0.1, terminated: true))
        #expect(maze.arm == end && observation(of: maze) == [0, 0, 0])
        #expect(maze.step(Self.right) == Step(reward: 0, terminated: true), "nothing happens after the end")
    }

    /// A policy that remembers the first observation has the best return at any length.
    @Test(arguments: [1, 2, 10, 50, 1000]) func rememberingTheSignIsBest(length: Int) throws {
        let batch = try EnvironmentCatalog.make(
            "Memory/TMaze-v0", count: 40, autoreset: .disabled, options: ["length": "\(length)"])
        try batch.reset(seed: 3)
        let signs = (0..<40).map { batch.observationNumbers(of: $0) }
        #expect(Set(signs).count == 2)
        var returns = Array(repeating: 0.0, count: 40)
        for step in 0...length {
            for index in 0..<40 {
                #expect(!batch.terminated[index] && !batch.truncated[index])
                let isJunction = batch.observationNumbers(of: index) == [0, 1, 0]
                #expect(isJunction == (step == length))
                let turn = signs[index] == [0, 1, 1] ? Self.up : Self.down
                batch.actionRows.integers[index] = isJunction ? turn : Self.right
            }
            try batch.step()
            for index in 0..<40 { returns[index] += batch.rewards[index] }
        }
        #expect(returns.allSatisfy { $0 == TMaze.bestReturn } && batch.terminated.allSatisfy { $0 })
    }

    /// None of the 256 policies that choose by the latest observation is better than a guess at the junction.
    @Test func withoutMemoryHalfIsLost() throws {
        let kinds: [[Float]] = [sign(.up), sign(.down), [1, 0, 1], [0, 1, 0]]
        let returns = (0..<256).map { number in
            let actions = (0..<4).map { number >> (2 * $0) & 3 }
            let goals = [TMaze.Arm.up, .down].map { goal in
                var world = TimeLimit(maze(goal, length: 3), steps: TMaze.stepLimit(length: 3))
                var sum = 0.0
                while true {
                    let result = world.step(actions[kinds.firstIndex(of: observation(of: world))!])
                    sum += result.reward
                    if result.ended { return sum }
                }
            }
            return (goals[0] + goals[1]) / 2
        }
        #expect(returns.max() == TMaze.memorylessReturn && TMaze.memorylessReturn == 1.95)
        #expect(returns.count { $0 == returns.max() } == 2, "to the junction, and always the same arm")
    }

    @Test func goalsAreEquallyLikelyAndFollowFromTheSeed() {
        var (maze, again) = (TMaze(), TMaze())
        maze.reset(seed: 8)
        again.reset(seed: 8)
        var ups = 0
        for _ in 0..<1000 {
            maze.reset(seed: nil)
            again.reset(seed: nil)
            #expect(maze.goal == again.goal)
            ups += maze.goal == .up ? 1 : 0
        }
        #expect(abs(ups - 500) < 80)
    }

    @Test func theStepLimitFollowsFromTheLength() throws {
        let id = "Memory/TMaze-v0"
        #expect(try EnvironmentCatalog.make(id).stepLimit == 220)
        #expect(try EnvironmentCatalog.make(id, options: ["length": "50"]).stepLimit == 1020)
        let both = ["length": "50", "max_episode_steps": "60"]
        #expect(try EnvironmentCatalog.make(id, options: both).stepLimit == 60)
        #expect(try EnvironmentCatalog.make("Maze-v0", options: ["rows": "20"]).stepLimit == 1400)
        let wrapped = ["length": "50", "wrap": "flatten"]
        #expect(try EnvironmentCatalog.make(id, options: wrapped).stepLimit == 1020)
        for length in ["0", "10001", "far"] {
            let error = EnvironmentError.badValue(
                option: "length", value: length, expected: "a whole number from 1 to 10000")
            #expect(throws: error) { try EnvironmentCatalog.make(id, options: ["length": length]) }
        }
    }

    /// Whoever sees the frames has to remember too: the sign is shown at the start only, the goal at the end.
    @Test(arguments: [2, 12, 200]) func framesHideWhatIsNotSeen(length: Int) {
        var mazes = [maze(.up, length: length), maze(.down, length: length)]
        func areEqual() -> Bool {
            let frames = mazes.map { maze in
                var frame = Frame(maze.frameSize)
                maze.draw(into: &frame)
                return frame
            }
            return frames[0] == frames[1]
        }
        #expect(!areEqual())
        for _ in 0..<length {
            for index in 0..<2 { _ = mazes[index].step(Self.right) }
            #expect(areEqual())
        }
        for index in 0..<2 { _ = mazes[index].step(Self.up) }
        #expect(!areEqual())
        #expect(mazes[0].frameSize.width <= 600)
    }
}
