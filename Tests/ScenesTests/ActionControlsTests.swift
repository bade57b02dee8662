import Environments
import Experience
import Graphics
import Testing
import Viewer

@testable import Scenes

@Suite struct ActionControlsTests {
    private func controls(_ id: String) throws -> ActionControls {
        try #require(ActionControls(of: EnvironmentCatalog.make(id, autoreset: .disabled)))
    }

    @Test(arguments: [
        ("MinAtar/Seaquest-v0", [ViewerKey.left], 1), ("MinAtar/Seaquest-v0", [.up], 2),
        ("MinAtar/Seaquest-v0", [.space], 5), ("MinAtar/Seaquest-v0", [], 0),
        ("MinAtar/Seaquest-v0", [.left, .right], 0), ("MinAtar/Breakout-v1", [.right], 2),
        ("MountainCar-v0", [], 1), ("Acrobot-v1", [.left], 2), ("Acrobot-v1", [.right], 0),
        ("Taxi-v4", [.down], 0), ("Taxi-v4", [.up], 1), ("Taxi-v4", [.space], 4), ("Taxi-v4", [.enter], 5),
        ("Blackjack-v1", [.space], 0), ("Blackjack-v1", [.enter], 1), ("Blackjack-v1", [.sign("1")], 1),
        ("CartPole-v1", [.left], 0), ("grid:maze", [.up], 3),
    ])
    func keysPlayActions(id: String, held: [ViewerKey], action: Int) throws {
        #expect(try controls(id).action(Set(held)) == [Double(action)])
    }

    @Test(arguments: [
        ([ViewerKey.up], Arcade.Action.up), ([.down, .left], .downLeft), ([.up, .right, .space], .upRightFire),
        ([], .noop),
        ([.space], .fire),
    ])
    func joysticksHaveAllDirections(held: [ViewerKey], action: Arcade.Action) throws {
        let pong = try EnvironmentCatalog.make(
            "Arcade/Pong-v0", autoreset: .disabled, options: ["full_action_space": "true"])
        #expect(try #require(ActionControls(of: pong)).action(Set(held)) == [Double(action.rawValue)])
    }

    /// If no action is idle, or the environment is turn-based, time waits for a key.
    @Test(arguments: ["Taxi-v4", "CartPole-v1", "grid:open", "Blackjack-v1"]) func someWait(id: String) throws {
        #expect(try controls(id).action([]) == nil)
    }

    @Test func numbersFollowTheArrows() throws {
        let pendulum = try controls("Pendulum-v1")
        #expect(pendulum.action([.left]) == [-2] && pendulum.action([.right]) == [2] && pendulum.action([]) == [0])
    }

    /// A world with a given action space, which ends after three steps. Its reward is the sum of an action's numbers.
    private struct Desk<Action: BitwiseCopyable & Sendable>: Environment, StateCodable {
        var actionSpace: Space
        var framesPerSecond = 30.0
        var time = 0
        var observationSpace: Space { .box(0...3, shape: [1]) }
        var frameSize: FrameSize { FrameSize(width: 1, height: 1) }

        mutating func reset(seed: UInt64?) { time = 0 }
        mutating func step(_ action: Action) -> Step {
            time += 1
            let sum = withUnsafeBytes(of: action) { bytes in
                switch actionSpace.actionType {
                case .uint8: bytes.reduce(0) { $0 + Double($1) }
                case .int64: bytes.bindMemory(to: Int.self).reduce(0) { $0 + Double($1) }
                default: bytes.bindMemory(to: Float.self).reduce(0) { $0 + Double($1) }
                }
            }
            return Step(reward: sum, truncated: time == 3)
        }
        func observe(into observation: inout MutableSpan<Float>) { observation[0] = Float(time) }
        func draw(into frame: inout Frame) { frame.clear(.white) }
        mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) { try coder.code(&time) }
    }

    private func desk<Action: BitwiseCopyable & Sendable>(
        _ space: Space, _ action: Action.Type, pace: Double = 30
    ) -> any BatchedEnvironment {
        VectorEnvironment("desk", count: 1, autoreset: .disabled) {
            Desk<Action>(actionSpace: space, framesPerSecond: pace)
        }
    }

    private func letter(_ key: Character) -> ViewerKey { .letter(key) }

    /// Each number has two keys, which can be held with those of the others; numbers without bounds move by 1.
    @Test func severalNumbersHaveKeysEach() throws {
        let space = Space.box(
            low: [-1, 0, -.infinity, 2], high: [1, 5, .infinity, 3], shape: [4], element: .float32)
        let controls = try #require(ActionControls(of: desk(space, InlineArray<4, Float>.self)))
        #expect(controls.action([]) == [0, 0, 0, 2])
        #expect(controls.action([.left, .up, letter("d"), letter("h")]) == [-1, 5, 1, 3])
        #expect(controls.action([.left, .right, .down, letter("a")]) == [0, 0, -1, 2])
        #expect(controls.help == ["1: Left -1, Right 1", "2: Down 0, Up 5", "3: A -1, D 1", "4: G 2, H 3"])
        #expect(controls.keys.isDisjoint(with: "prsufqv".map(letter)), "the window's own keys")
        #expect(ActionControls(of: desk(.box(-1...1, shape: [40]), InlineArray<40, Float>.self)) == nil)
    }

    /// Each choice has a key per member but the first, which needs none.
    @Test func severalChoicesHaveKeysEach() throws {
        let controls = try #require(ActionControls(of: desk(.multiDiscrete([3, 2]), InlineArray<2, Int>.self)))
        #expect(controls.action([]) == [0, 0] && controls.action([letter("d")]) == [2, 0])
        #expect(controls.action([letter("a"), letter("g")]) == [1, 1])
        #expect(controls.help == ["1: A 1, D 2", "2: G 1"])
        #expect(ActionControls(of: desk(.multiDiscrete([40]), Int.self)) == nil)
        let waiting = desk(.multiDiscrete([3, 2]), InlineArray<2, Int>.self, pace: 4)
        let slow = try #require(ActionControls(of: waiting))
        #expect(slow.action([]) == nil && slow.action([.space]) == [0, 0] && slow.action([letter("g")]) == [0, 1])
    }

    @Test func bitsHaveAKeyEach() throws {
        let controls = try #require(ActionControls(of: desk(.multiBinary([2, 2]), InlineArray<4, UInt8>.self)))
        #expect(controls.action([letter("a"), letter("h")]) == [1, 0, 0, 1] && controls.action([]) == [0, 0, 0, 0])
        #expect(controls.help == ["A: bit 1", "D: bit 2", "G: bit 3", "H: bit 4"])
        // Letters, then digits.
        let many = try #require(ActionControls(of: desk(.multiBinary([29]), InlineArray<29, UInt8>.self)))
        #expect(many.action([.sign("0")])!.last == 1 && many.keys.count == 29)
        #expect(ActionControls(of: desk(.multiBinary([30]), InlineArray<30, UInt8>.self)) == nil)
    }

    /// Letters are for actions beyond the ninth.
    @Test func manyActionsHaveKeys() throws {
        let controls = try #require(ActionControls(of: desk(.discrete(12), Int.self)))
        #expect(controls.action([.sign("9")]) == [9] && controls.action([letter("a")]) == [10])
        #expect(controls.action([letter("d")]) == [11] && controls.help.last == "D: 11")
    }

    /// A person's several numbers reach the environment, and the panel says them.
    @Test func aPersonPlaysActionsOfEveryKind() throws {
        let cases: [(any BatchedEnvironment, Set<ViewerKey>, String, String)] = [
            (desk(.multiDiscrete([3, 2]), InlineArray<2, Int>.self), [letter("d"), letter("g")], "2 1", "3"),
            (desk(.multiBinary([3]), InlineArray<3, UInt8>.self), [letter("a"), letter("g")], "1 0 1", "2"),
            (desk(.box(-1...1, shape: [3]), InlineArray<3, Float>.self), [.left, letter("d")], "-1 0 1", "0"),
        ]
        for (world, held, action, reward) in cases {
            let person = Person(try #require(ActionControls(of: world)))
            let scene = try AgentScene(title: "desk", agent: person, environment: world, mode: .greedy, seed: 3)
            scene.hold(held)
            #expect(try scene.advance())
            func value(_ label: String) -> String? { scene.panel.values.first { $0.label == label }?.text }
            #expect(value("Action") == action && value("Reward") == reward && value("Step") == "1")
            #expect(scene.stepBack() && value("Step") == "0")
        }
    }

    /// Every action of every environment that a person can play has a key.
    @Test func everyActionHasAKey() throws {
        for entry in EnvironmentCatalog.entries {
            guard let world = try? EnvironmentCatalog.make(entry.id), let count = world.actionSpace.discreteCount else {
                continue
            }
            let controls = try #require(ActionControls(of: world))
            let arrows: [ViewerKey] = [.left, .right, .up, .down, .space, .enter]
            let chords = (0..<1 << arrows.count).map { bits in
                Set(arrows.indices.filter { bits >> $0 & 1 == 1 }.map { arrows[$0] })
            }
            let digits = (0...9).map { Set([ViewerKey.sign(Character("\($0)"))]) }
            let played = Set((chords + digits).compactMap { controls.action($0) })
            #expect(played.count == count, "\(entry.id)")
        }
    }

    @Test func aPersonPlaysAnEpisode() throws {
        let world = try EnvironmentCatalog.make("grid:open", autoreset: .disabled)
        let person = Person(try #require(ActionControls(of: world)))
        let scene = try AgentScene(title: "open", agent: person, environment: world, mode: .greedy, seed: 3)
        func step() -> String { scene.panel.values.first { $0.label == "Step" }!.text }
        #expect(try scene.advance() && step() == "0")
        scene.hold([.right])
        #expect(try scene.advance() && scene.advance() && step() == "2")
        #expect(scene.stepBack() && step() == "1")
        #expect(scene.panel.lines.contains("Right or 2: right"))
        #expect(scene.playKeys.isSuperset(of: [.left, .right, .up, .down, .sign("3")]))
    }
}
