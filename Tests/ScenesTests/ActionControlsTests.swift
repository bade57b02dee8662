import Environments
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
