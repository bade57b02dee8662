import Agents
import Configuration
import Environments
import Experience
import Storage
import Testing

@testable import Training

/// Agents learn: to scores that a broken one can't reach, with seeds that nothing was tuned on.
@Suite struct LearningTests {
    private static func preset(_ name: String, seed: Int, settings: [String] = []) throws -> TrainingRun {
        let preset = try PresetLibrary(folder: presetFolder()).preset(named: name)
        var flags = TrainingRun.Flags()
        (flags.run, flags.settings) = (["seed": seed], settings)
        return try TrainingRun(agent: preset.agent, environment: preset.environment, layers: [preset], flags: flags)
    }

    private static func train(_ run: TrainingRun) throws -> (agent: any Learner, trainer: Trainer) {
        let environment = try run.makeEnvironment(count: run.run.environments)
        let agent = try run.makeAgent(for: environment)
        let trainer = try Trainer(agent: agent, environment: environment, seed: UInt64(run.run.seed))
        try trainer.run(steps: run.run.steps, episodes: run.run.episodes > 0 ? run.run.episodes : .max)
        return (agent, trainer)
    }

    /// The mean return of greedy episodes on seeds that training hasn't seen.
    private static func score(
        _ agent: any Learner, _ id: String, episodes: Int, options: [String: String] = [:]
    ) throws -> Double {
        let results = try Evaluator(agent) { try EnvironmentCatalog.make(id, count: $0, options: options) }
            .run(episodes: episodes, seed: 1_000_000)
        return Statistics.mean(results.map(\.return))
    }

    @Test(arguments: [1000, 1001]) func dqnBalances(seed: Int) throws {
        let (agent, trainer) = try Self.train(Self.preset("dqn/CartPole-v1", seed: seed))
        #expect(trainer.steps == 150_000)
        // The final parameters, not those of the best evaluation, which reach 500.
        let score = try Self.score(agent, "CartPole-v1", episodes: 20)
        #expect(score >= 195, "\(score)")
    }

    /// The other preset's rarer updates, many per round, for a third of its steps.
    @Test func dqnBalancesWithManyUpdatesARound() throws {
        let (agent, _) = try Self.train(
            Self.preset("dqn/CartPole-v1-zoo", seed: 1002, settings: ["hiddenSizes=64,64", "learningRate=1e-3"]))
        let score = try Self.score(agent, "CartPole-v1", episodes: 20)
        #expect(score >= 150, "\(score)")
    }

    @Test func dqnCrossesTheIceFromOneHotInputs() throws {
        let options = ["is_slippery": "false"]
        var settings = DQNSettings()
        (settings.hiddenSizes, settings.learningRate, settings.learningStart) = ([32], 3e-3, 500)
        (settings.explorationSteps, settings.explorationEnd, settings.targetEvery) = (10_000, 0.1, 200)
        settings.discount = 0.95
        let environment = try EnvironmentCatalog.make("FrozenLake-v1", count: 4, options: options)
        let agent = try DQN(settings, environment: EnvironmentDescription(environment), seed: 1000)
        try Trainer(agent: agent, environment: environment, seed: 1000).run(steps: 20_000)
        #expect(try Self.score(agent, "FrozenLake-v1", episodes: 3, options: options) == 1)
        // Six moves to the goal, of which the last is rewarded.
        let rows = try EnvironmentCatalog.make("FrozenLake-v1", options: options)
        try rows.reset(seed: 0)
        let value = try #require(try agent.assess(rows.observations)).values.max()!
        let expected = (0..<5).reduce(1.0) { product, _ in product * 0.95 }
        #expect(abs(value - expected) < 0.1, "\(value)")
    }

    /// From stacked images through convolutions, single and double: without learning, 3 of 8 balls are caught.
    @Test(arguments: [false, true]) func dqnCatchesTheBallFromPictures(double: Bool) throws {
        var settings = DQNSettings()
        (settings.double, settings.learningRate, settings.discount) = (double, 1e-3, 0.95)
        (settings.learningStart, settings.targetEvery, settings.replayCapacity) = (500, 250, 5_000)
        (settings.explorationSteps, settings.explorationEnd) = (4_000, 0.05)
        func make(_ count: Int) -> any BatchedEnvironment { VectorEnvironment("catch", count: count) { Catch() } }
        let environment = make(4)
        let agent = try DQN(settings, environment: EnvironmentDescription(environment), seed: 1000)
        #expect(agent.variables.entries.contains { $0.variable.shape == [16, 3, 3, 2] })
        try Trainer(agent: agent, environment: environment, seed: 1000).run(steps: 12_000)
        let results = try Evaluator(agent) { make($0) }.run(episodes: 200, seed: 1_000_000)
        let score = Statistics.mean(results.map(\.return))
        #expect(score >= 0.85, "\(score)")
    }

    @Test(arguments: [1000, 1001]) func reinforceBalances(seed: Int) throws {
        let (agent, trainer) = try Self.train(Self.preset("reinforce/CartPole-v1", seed: seed))
        #expect(trainer.episodes <= 1000)
        let score = try Self.score(agent, "CartPole-v1", episodes: 20)
        #expect(score >= 475, "\(score)")
    }

    /// Without a baseline it learns too, but less far in as many episodes.
    @Test func reinforceLearnsWithoutABaseline() throws {
        let (agent, _) = try Self.train(Self.preset("reinforce/CartPole-v1", seed: 1000, settings: ["baseline=false"]))
        let score = try Self.score(agent, "CartPole-v1", episodes: 20)
        #expect(score >= 200, "\(score)")
    }

    @Test(arguments: [1000, 1001, 1002]) func qLearningCrossesSlipperyIce(seed: Int) throws {
        let (agent, _) = try Self.train(Self.preset("q-learning/FrozenLake-v1", seed: seed))
        // The optimum is 0.74; the mean of 3,000 episodes has a standard error of 0.008.
        let score = try Self.score(agent, "FrozenLake-v1", episodes: 3000)
        #expect(score >= 0.7, "\(score)")
    }

    /// The exact value of the greedy policy against the optimal value, from the start of each map.
    @Test(arguments: ["bridge", "cliff", "four-rooms", "maze", "open"])
    func qLearningSolvesTheMaps(name: String) throws {
        let map = joinPath(splitPath(presetFolder()).folder, "maps/\(name).txt")
        let world = try EnvironmentCatalog.make("GridWorld", count: 1, options: ["map": map])
        var settings = QLearningSettings()
        (settings.discount, settings.scheduleSteps, settings.explorationEnd) = (0.97, 200_000, 0.2)
        let agent = try settings.makeAgent(for: EnvironmentDescription(world), seed: 1000)
        try Trainer(agent: agent, environment: world, seed: 1000).run(steps: 400_000)
        let plan = ValueIteration(try #require(world.tabularModel), discount: 0.97)
        let policy = try (0..<plan.values.count).map { try Self.greedy(agent, $0, world) }
        for start in try GridMap(contentsOf: map).starts {
            let (own, best) = (plan.values(of: policy)[start], plan.values[start].max()!)
            #expect(own > best - 0.05 * max(1, abs(best)), "\(name) from \(start): \(own) of \(best)")
        }
    }

    private static func greedy(_ agent: any Learner, _ state: Int, _ world: any BatchedEnvironment) throws -> Int {
        var (row, action) = (Int32(state), 0)
        try withUnsafeBytes(of: &row) { bytes in
            try withUnsafeMutablePointer(to: &action) { action in
                try agent.act(
                    on: Percepts(Rows(bytes.baseAddress!, type: .int32, count: 1, width: 1)), mode: .greedy,
                    into: MutableRows(UnsafeMutableBufferPointer(start: action, count: 1), count: 1))
            }
        }
        return action
    }

    /// In a deterministic environment the table becomes Q* itself, and its greedy policy optimal in every state.
    @Test func qLearningFindsTheOptimum() throws {
        let text = "step_reward: -0.1\ngoal_reward: 2\nstep_limit: 30\n\n.....\n.#X..\n...#g\nX...G\n"
        let map = try GridMap(text: text)
        let world = VectorEnvironment("grid", count: 2) { TimeLimit(GridWorld(map), steps: map.stepLimit) }
        var settings = QLearningSettings()
        (settings.learningRate, settings.finalLearningRate, settings.discount) = (1, 1, 0.9)
        (settings.explorationStart, settings.explorationEnd) = (1, 1)
        let agent = QLearning(settings, stateCount: 20, actionCount: 4, seed: 1000)
        try Trainer(agent: agent, environment: world, seed: 1000).run(steps: 20_000)
        let plan = ValueIteration(try #require(world.tabularModel), discount: 0.9)
        let table = agent.variables.variables[0].values
        let states = plan.openStates.filter { map.cells[$0] != .wall }
        #expect(states.count == 14)
        for state in states {
            let row = table[4 * state..<4 * state + 4].map(Double.init)
            #expect(zip(row, plan.values[state]).allSatisfy { abs($0 - $1) < 1e-5 }, "\(state): \(row)")
            #expect(plan.best(state).contains(try Self.greedy(agent, state, world)))
        }
    }
}
