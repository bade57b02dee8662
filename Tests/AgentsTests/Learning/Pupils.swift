import Environments
import Testing

@testable import Agents

/// An agent of the catalogue with settings with which it learns the lessons, and the faults that must keep it from
/// learning them.
struct Pupil: Sendable, CustomTestStringConvertible {
    let name: String
    /// The number of training steps.
    let steps: Int
    /// The faults that show in the corridor; that truncation counts as termination shows in the loop.
    let faults: [Fault]
    /// What it can learn, the lesson of all faults but truncation first. The loop's worth lies beyond the truncated
    /// episodes, which are all that returns alone tell.
    let lessons: [Lesson]
    private let change: @Sendable (inout any AgentSettings) -> Void

    var testDescription: String { name }

    private init(
        _ name: String, steps: Int = 6_000, faults: [Fault] = [.reversedSign, .staleTarget, .cutsAreEnds],
        lessons: [Lesson] = [.corridor, .loop],
        _ change: @escaping @Sendable (inout any AgentSettings) -> Void = { _ in }
    ) {
        (self.name, self.steps, self.faults, self.lessons) = (name, steps, faults, lessons)
        self.change = change
    }

    /// An agent with a table: α falls from ½ to 0.1, ε from 1 to 0 over two thirds of the steps.
    private static func table<Settings: TabularSettings>(
        _: Settings.Type, faults: [Fault] = [.reversedSign, .staleTarget, .cutsAreEnds],
        _ own: @escaping @Sendable (inout Settings) -> Void = { _ in }
    ) -> Pupil {
        Pupil(Settings.agentName, faults: faults) { settings in
            var mine = settings as! Settings
            (mine.table.learningRate, mine.table.finalLearningRate) = (0.5, 0.1)
            (mine.table.explorationEnd, mine.table.scheduleSteps) = (0, 4_000)
            own(&mine)
            settings = mine
        }
    }

    /// An agent set up by names of settings.
    private static func other<Settings: AgentSettings>(
        _ name: String, _: Settings.Type, steps: Int = 6_000, faults: [Fault],
        lessons: [Lesson] = [.corridor, .loop],
        _ own: @escaping @Sendable (inout Settings) -> Void = { _ in }
    ) -> Pupil {
        Pupil(name, steps: steps, faults: faults, lessons: lessons) { settings in
            var mine = settings as! Settings
            own(&mine)
            settings = mine
        }
    }

    /// Every agent that chooses its actions by what it has learned.
    static let all: [Pupil] = [
        .other("policy-evaluation", PolicyEvaluationSettings.self, faults: [.reversedSign]),
        .other("policy-iteration", PolicyIterationSettings.self, faults: [.reversedSign]),
        .other("value-iteration", ValueIterationSettings.self, faults: [.reversedSign]),
        // It bootstraps only from the state after truncation.
        .table(MonteCarloSettings.self, faults: [.reversedSign, .cutsAreEnds]) { $0.averaging = false },
        .table(SARSASettings.self),
        .table(ExpectedSARSASettings.self),
        // Few steps and a small λ: long returns hardly depend on the bootstrap.
        .table(NStepSARSASettings.self) { $0.stepCount = 2 },
        .table(SARSALambdaSettings.self) { $0.lambda = 0.3 },
        .table(QLearningSettings.self),
        .table(DoubleQLearningSettings.self),
        .table(QLambdaSettings.self) { $0.lambda = 0.3 },
        .table(DynaQSettings.self) { $0.planningSteps = 5 },
        .other("dqn", DQNSettings.self, faults: Fault.allCases) {
            ($0.hiddenSizes, $0.batchSize, $0.learningRate) = ([16], 16, 5e-3)
            ($0.replayCapacity, $0.learningStart, $0.trainEvery, $0.targetEvery) = (3_000, 100, 2, 100)
            ($0.explorationSteps, $0.explorationEnd) = (4_000, 0.05)
        },
        .other("rainbow", DQNSettings.self, faults: Fault.allCases) {
            ($0.hiddenSizes, $0.batchSize, $0.learningRate, $0.adamEpsilon) = ([16], 16, 5e-3, 1e-8)
            ($0.replayCapacity, $0.learningStart, $0.trainEvery, $0.targetEvery) = (3_000, 500, 2, 100)
            ($0.atoms, $0.minimumValue, $0.maximumValue, $0.nStep) = (21, -1, 3, 2)
        },
        // It bootstraps only from the state after truncation.
        .other("reinforce", REINFORCESettings.self, steps: 30_000, faults: [.reversedSign, .cutsAreEnds]) {
            ($0.hiddenSizes, $0.learningRate, $0.episodesPerUpdate, $0.entropyBonus) = ([16], 5e-3, 16, 0.05)
        },
        // What it bootstraps from in an episode is the next step's observation; the last one's is needed at its end.
        .other("actor-critic", ActorCriticTracesSettings.self, steps: 30_000, faults: [.reversedSign, .cutsAreEnds]) {
            ($0.hiddenSizes, $0.learningRate, $0.entropyBonus, $0.momentDecay) = ([16], 2e-3, 0.02, 0.99)
        },
        // They bootstrap only after truncation and after a window.
        .other("a2c", A2CSettings.self, steps: 40_000, faults: [.reversedSign, .cutsAreEnds]) {
            ($0.learning.network.hiddenSizes, $0.learning.learningRate) = ([16], 3e-3)
            ($0.learning.windowSteps, $0.learning.entropyBonus, $0.learning.lambda) = (16, 0.02, 0.95)
        },
        .other("ppo", PPOSettings.self, steps: 30_000, faults: [.reversedSign, .cutsAreEnds]) {
            ($0.learning.network.hiddenSizes, $0.learning.learningRate) = ([16], 3e-3)
            ($0.learning.windowSteps, $0.learning.entropyBonus) = (128, 0.02)
            ($0.minibatchSize, $0.epochs) = (64, 4)
        },
        .other("pqn", PQNSettings.self, steps: 30_000, faults: [.reversedSign, .cutsAreEnds]) {
            ($0.hiddenSizes, $0.learningRate, $0.explorationSteps) = ([16], 3e-3, 15_000)
            ($0.windowSteps, $0.minibatchSize, $0.lambda) = (16, 32, 0.65)
        },
        .other("stream-q", StreamQSettings.self, steps: 12_000, faults: Fault.allCases) {
            ($0.stream.hiddenSizes, $0.explorationSteps) = ([16], 6_000)
        },
        .other("stream-ac", StreamACSettings.self, steps: 30_000, faults: Fault.allCases) {
            ($0.stream.hiddenSizes, $0.entropyBonus) = ([16], 0.05)
        },
        .other("ddpg", DDPGSettings.self, faults: Fault.allCases, lessons: [.dial, .slide]) {
            teach(&$0.learning)
            // A deterministic actor that is sure before its critic knows the end stays so, where tanh is flat.
            ($0.learning.learningRate, $0.exploration.noiseDeviation) = (2e-4, 0.5)
        },
        .other("td3", TD3Settings.self, steps: 9_000, faults: Fault.allCases, lessons: [.dial, .slide]) {
            teach(&$0.learning)
            $0.learning.learningStart = 3_000
            ($0.learning.learningRate, $0.exploration.noiseDeviation) = (2e-4, 0.5)
        },
        .other("sac", SACSettings.self, faults: Fault.allCases, lessons: [.dial, .slide]) { teach(&$0.learning) },
        // One policy in 32 finds the distant reward: a generation should have several.
        .other(
            "cem", CrossEntropyAgentSettings.self, steps: 60_000, faults: [.reversedSign], lessons: [.quietCorridor]
        ) { ($0.population, $0.eliteFraction, $0.extraNoise) = (160, 0.05, 0.25) },
        .other("cma-es", CMAESAgentSettings.self, steps: 30_000, faults: [.reversedSign], lessons: [.quietCorridor]) {
            ($0.population, $0.policy.initialDeviation) = (80, 1)
        },
    ]

    /// The lesson whose worth lies beyond truncation.
    var longLesson: Lesson { lessons.first { $0.name == "dial" } ?? .loop }

    /// What the off-policy actor-critics have in common.
    private static func teach(_ settings: inout OffPolicySettings) {
        (settings.hiddenSizes, settings.batchSize, settings.replayCapacity) = ([16, 16], 32, 6_000)
        (settings.learningRate, settings.criticLearningRate) = (3e-3, 3e-3)
        (settings.targetRate, settings.learningStart) = (0.05, 1_000)
    }

    /// The greedy return after training in a lesson, with or without a fault.
    func score(in lesson: Lesson, seed: UInt64, fault: Fault? = nil) throws -> Double {
        let environment = lesson.make(name.hasPrefix("stream") ? 1 : 2, true)
        var settings = try AgentCatalog.entry(name).makeSettings()
        if settings.settings.contains(where: { $0.name == "discount" }) {
            try settings.set("discount", to: .number(lesson.discount), source: "lesson")
        }
        change(&settings)
        var description = EnvironmentDescription(environment)
        let changed = fault.flatMap { faulty(settings, $0) }
        let isPlanner = settings is any PlannerSettings
        if fault != nil && isPlanner { description.model = description.model.map(ReversedModel.init) }
        var agent = try (changed ?? settings).makeAgent(for: description, seed: seed)
        if let fault, changed == nil, !isPlanner { agent = MisinformedAgent(agent, fault) }
        do {
            try play(agent, in: environment, steps: steps, seed: seed)
        } catch let error as AgentError where error.isDivergence {
            return -.infinity
        }
        return try greedyReturn(agent, in: lesson.make(1, false), episodes: 1, seed: seed)
    }
}
