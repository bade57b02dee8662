import Configuration
import Environments
import NeuralNetworks
import Testing

@testable import Agents

/// Every agent learns, up to a return that a wrong update doesn't reach, and agents with an imposed fault don't reach
/// it. The seeds were not used for tuning, except for DDPG and TD3.
@Suite struct LearningTests {
    private static let seeds: [UInt64] = [1, 2, 3]

    /// An agent added to the catalogue has to prove that it learns.
    @Test func everyAgentIsTaught() {
        let taught = Pupil.all.map(\.name) + ["random", "td-lambda"]
        #expect(Set(taught) == Set(AgentCatalog.entries.map(\.name)) && Set(taught).count == taught.count)
    }

    @Test(arguments: Pupil.all.flatMap { pupil in pupil.lessons.map { (pupil, $0) } })
    func soundAgentsLearn(pupil: Pupil, lesson: Lesson) throws {
        for seed in Self.seeds {
            let score = try pupil.score(in: lesson, seed: seed)
            #expect(score >= lesson.bar, "seed \(seed): \(score)")
        }
    }

    @Test(arguments: Pupil.all.flatMap { pupil in pupil.faults.map { (pupil, $0) } })
    func faultyAgentsDoNot(pupil: Pupil, fault: Fault) throws {
        let lesson = fault == .cutsAreEnds ? pupil.longLesson : pupil.lessons[0]
        let scores = try Self.seeds.map { try pupil.score(in: lesson, seed: $0, fault: fault) }
        #expect(scores.count { $0 < lesson.bar } >= 2, "\(scores)")
    }

    /// The lessons are hard enough: random actions don't pass.
    @Test(arguments: [Lesson.corridor, .quietCorridor, .loop]) func chanceIsNotEnough(lesson: Lesson) throws {
        let agent = RandomAgent(actionCount: 2, seed: 1)
        let score = try greedyReturn(agent, in: lesson.make(8, false), episodes: 400, seed: 1)
        #expect(score < 0.8 * lesson.bar, "\(score)")
    }

    @Test(arguments: [Lesson.dial, .slide]) func chanceIsNotEnoughForNumbers(lesson: Lesson) throws {
        let environment = lesson.make(8, false)
        let agent = RandomAgent(actionSpace: environment.actionSpace, seed: 1)
        let score = try greedyReturn(agent, in: environment, episodes: 400, seed: 1)
        #expect(score < 0.8 * lesson.bar, "\(score)")
    }

    // MARK: Values of a fixed policy

    /// The distance of TD(λ) from the values of the uniform policy after training, in a walk whose episodes are
    /// truncated.
    private static func predictionError(fault: Fault?, seed: UInt64) throws -> Double {
        let environment = VectorEnvironment("walk", count: 2) { TimeLimit(RandomWalk(), steps: 4) }
        var settings = TDLambdaSettings()
        (settings.discount, settings.lambda) = (1, 0.3)
        (settings.finalLearningRate, settings.scheduleSteps) = (0.002, 30_000)
        let changed = fault.flatMap { faulty(settings, $0) }
        let description = EnvironmentDescription(environment)
        var agent = try (changed ?? settings).makeAgent(for: description, seed: seed)
        let table = agent.variables["values"]
        if let fault, changed == nil { agent = MisinformedAgent(agent, fault) }
        do {
            try play(agent, in: environment, steps: 40_000, seed: seed)
        } catch let error as AgentError where error.isDivergence {
            return .infinity
        }
        let differences = (1...5).map { abs(Double(table.values[$0]) - Double($0) / 6) }
        return differences.contains { !$0.isFinite } ? .infinity : differences.max()!
    }

    @Test func predictionsAreLearned() throws {
        for seed in Self.seeds {
            let error = try Self.predictionError(fault: nil, seed: seed)
            #expect(error < 0.08, "seed \(seed): \(error)")
        }
    }

    @Test(arguments: Fault.allCases) func faultyPredictionsAreNot(fault: Fault) throws {
        let errors = try Self.seeds.map { try Self.predictionError(fault: fault, seed: $0) }
        #expect(errors.count { $0 >= 0.08 } >= 2, "\(errors)")
    }
}
