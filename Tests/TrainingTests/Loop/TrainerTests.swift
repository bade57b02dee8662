import Agents
import Environments
import Experience
import Testing

@testable import Training

/// Records its calls.
private final class Log: TrainingObserver {
    let name: String
    let witness: Witness
    init(_ name: String, _ witness: Witness) { (self.name, self.witness) = (name, witness) }

    private func write(_ text: String) { witness.events.append("\(name) \(text)") }
    func didStart(_ trainer: Trainer) { write("start \(trainer.steps)") }
    func didStep(_ trainer: Trainer) { write("step \(trainer.steps)") }
    func didFinish(_ episode: EpisodeSummary, _ trainer: Trainer) {
        write("finish \(episode.environment) of \(episode.length), \(trainer.episodes)")
    }
    func didEnd(_ trainer: Trainer) { write("end \(trainer.steps)") }
}

@Suite struct TrainerTests {
    /// What an agent should receive from one environment, taken from the environment itself.
    private static func expected(row: Int, seed: UInt64, calls: Int, _ autoreset: AutoresetMode) -> [SeenStep] {
        var world = Tally()
        world.reset(seed: seed)
        var hasEnded = false
        return (0..<calls).map { call in
            let action = Witness.action(call, row)
            let before = world.numbers
            if hasEnded && autoreset == .nextStep {
                world.reset(seed: nil)
                hasEnded = false
                return SeenStep(
                    observation: before, next: world.numbers, action: action, reward: 0, terminated: false,
                    truncated: false, isReset: true)
            }
            let step = world.step(action)
            let seen = SeenStep(
                observation: before, next: world.numbers, action: action, reward: step.reward,
                terminated: step.terminated, truncated: step.truncated, isReset: false)
            hasEnded = step.ended
            if step.ended && autoreset == .sameStep { world.reset(seed: nil) }
            return seen
        }
    }

    @Test(arguments: [AutoresetMode.sameStep, .nextStep], [1, 3])
    func agentsAreToldExactlyWhatHappened(autoreset: AutoresetMode, count: Int) throws {
        let witness = Witness()
        let trainer = try Trainer(agent: witness, environment: Tally.batch(count, autoreset), seed: 40)
        try trainer.run(steps: 40 * count)
        let calls = witness.steps.count
        for row in 0..<count {
            let expected = Self.expected(row: row, seed: 40 + UInt64(row), calls: calls, autoreset)
            #expect(witness.steps.map { $0[row] } == expected)
            #expect(witness.observations.map { $0[row] } == expected.map(\.observation))
            #expect(expected.contains(where: \.terminated) && expected.contains(where: \.truncated))
            #expect(expected.contains(where: \.isReset) == (autoreset == .nextStep))
            for step in expected where !step.isReset { #expect(step.next[2] == step.observation[2] + 1) }
        }
        let played = witness.steps.joined().filter { !$0.isReset }
        #expect(trainer.steps == played.count)
        #expect(trainer.episodes == played.count { $0.terminated || $0.truncated })
        #expect(witness.modes.allSatisfy { $0 == .explore })
    }

    @Test func stopsBySteps() throws {
        let trainer = try Trainer(agent: Witness(), environment: Tally.batch(4), seed: 0)
        try trainer.run(steps: 8)
        #expect(trainer.steps == 8)
        try trainer.run(steps: 8)
        #expect(trainer.steps == 8, "they have been played")
        try trainer.run(steps: 9)
        #expect(trainer.steps == 12, "all environments step together")
    }

    @Test func stopsByEpisodes() throws {
        let trainer = try Trainer(agent: Witness(), environment: Tally.batch(1), seed: 0)
        // 2, 3 and 4 steps.
        try trainer.run(steps: .max, episodes: 3)
        #expect(trainer.episodes == 3 && trainer.steps == 9)
        try trainer.run(steps: 10, episodes: 5)
        #expect(trainer.episodes == 3 && trainer.steps == 10)
    }

    @Test func stopsWhenAsked() throws {
        let trainer = try Trainer(agent: Witness(), environment: Tally.batch(1), seed: 0)
        var asked = 0
        try trainer.run(steps: .max) {
            asked += 1
            return asked > 7
        }
        #expect(trainer.steps == 7)
    }

    @Test func observersAreCalledInOrder() throws {
        let witness = Witness()
        let observers = [Log("a", witness), Log("b", witness)]
        // Episodes of 2 and 3 steps.
        let trainer = try Trainer(agent: witness, environment: Tally.batch(2), seed: 0, observers: observers)
        try trainer.run(steps: 5)
        let expected = """
            a start 0, b start 0, act, learn, a step 2, b step 2, act, learn, a step 4, a finish 0 of 2, 1, b step 4, \
            b finish 0 of 2, 1, act, learn, a step 6, a finish 1 of 3, 2, b step 6, b finish 1 of 3, 2, a end 6, b end 6
            """
        #expect(witness.events.joined(separator: ", ") == expected)
    }

    @Test func episodesThatEndTogetherComeInOrder() throws {
        let witness = Witness()
        let trainer = try Trainer(
            agent: witness, environment: Tally.batch(4), seed: 0, observers: [Log("a", witness)])
        try trainer.run(steps: 8)
        #expect(witness.events.filter { $0.contains("finish") } == ["a finish 0 of 2, 2", "a finish 3 of 2, 2"])
    }

    private struct Refusal: Error {}
    private final class Refuser: TrainingObserver {
        func didStep(_ trainer: Trainer) throws { if trainer.steps == 3 { throw Refusal() } }
    }

    @Test func anObserversErrorStopsTheRun() throws {
        let trainer = try Trainer(agent: Witness(), environment: Tally.batch(1), seed: 0, observers: [Refuser()])
        #expect(throws: Refusal.self) { try trainer.run(steps: 10) }
        #expect(trainer.steps == 3)
    }

    @Test func environmentsMustResetThemselves() async {
        await #expect(processExitsWith: .failure) {
            _ = try Trainer(agent: Witness(), environment: Tally.batch(1, .disabled), seed: 0)
        }
    }

    /// Inspects everything, and plays episodes of its own between the steps.
    private final class Curious: TrainingObserver {
        var looks = 0
        func didStep(_ trainer: Trainer) throws {
            guard trainer.steps % 500 == 0 else { return }
            looks += 1
            _ = try trainer.agent.assess(trainer.environment.observations)
            _ = (trainer.agent.metrics, trainer.agent.variables, trainer.agent.stateBytes())
            _ = try Evaluator(trainer.agent) { try EnvironmentCatalog.make("CartPole-v1", count: $0) }
                .run(episodes: 2, seed: 9)
        }
    }

    @Test func observersChangeNothing() throws {
        func run(_ observers: [any TrainingObserver]) throws -> [[UInt32]] {
            var settings = DQNSettings()
            (settings.hiddenSizes, settings.explorationSteps, settings.learningStart) = ([16], 1000, 100)
            let environment = try EnvironmentCatalog.make("CartPole-v1", count: 4)
            let agent = try DQN(settings, environment: EnvironmentDescription(environment), seed: 3)
            let trainer = try Trainer(agent: agent, environment: environment, seed: 3, observers: observers)
            try trainer.run(steps: 3000)
            #expect(agent.updates > 600)
            return agent.variables.variables.map { $0.values.map(\.bitPattern) }
        }
        let curious = Curious()
        #expect(try run([curious]) == run([]))
        #expect(curious.looks == 6)
    }

    /// A planner that has nothing left to plan ends the training, and the observers are told.
    @Test func finishedAgentsEndTheTraining() throws {
        let witness = Witness()
        let environment = try EnvironmentCatalog.make("FrozenLake-v1", count: 2)
        let agent = try PolicyIterationSettings().makeAgent(for: EnvironmentDescription(environment), seed: 1)
        let trainer = try Trainer(agent: agent, environment: environment, seed: 1, observers: [Log("log", witness)])
        #expect(try trainer.run(steps: 1_000))
        #expect(agent.isFinished && trainer.steps == 2 * agent.updates && agent.updates < 20)
        #expect(witness.events.last == "log end \(trainer.steps)")
        let steps = trainer.steps
        #expect(try trainer.run(steps: 2_000) && trainer.steps == steps)
    }
}
