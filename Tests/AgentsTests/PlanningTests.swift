import Environments
import NeuralNetworks
import Testing

@testable import Agents

/// Planners: known results, two ways to the same optimum, and planning as training.
@Suite struct PlanningTests {
    private static func process(_ id: String, _ discount: Double, options: [String: String] = [:]) throws
        -> MarkovDecisionProcess
    {
        MarkovDecisionProcess(
            try #require(EnvironmentCatalog.make(id, options: options).tabularModel), discount: discount)
    }

    private static func plan(_ name: String, _ id: String, discount: Double, options: [String: String] = [:]) throws
        -> any Learner
    {
        var settings = try AgentCatalog.entry(name).makeSettings()
        try settings.set("discount", to: .number(discount), source: "test")
        let batch = try EnvironmentCatalog.make(id, options: options)
        let agent = try settings.makeAgent(for: EnvironmentDescription(batch), seed: 1)
        let step = PlayedStep(observation: [0 as Int32], next: [0])
        while !agent.isFinished { try agent.learn(step) }
        return agent
    }

    // MARK: Values

    /// Sutton and Barto's example 6.2.
    @Test func theRandomWalkIsEvaluated() {
        let process = MarkovDecisionProcess(RandomWalk(), discount: 1)
        let result = process.values(of: .uniform)
        for state in 1...5 { #expect(abs(result.values[state] - Double(state) / 6) < 1e-9, "\(result.values)") }
        #expect(result.residual <= 1e-10 && result.sweeps > 5)
    }

    /// A model with a reward that is no number: the residual says so, and nothing counts as converged.
    @Test func valuesThatAreNoNumbersDoNotConverge() {
        struct BrokenWalk: NumberedWorld {
            static let (stateCount, start) = (7, 3)
            var state = start
            func outcomes(state: Int, action: Int) -> [Outcome] {
                var outcomes = RandomWalk().outcomes(state: state, action: action)
                if state == 1 { outcomes[0].reward = .nan }
                return outcomes
            }
        }
        let process = MarkovDecisionProcess(BrokenWalk(), discount: 0.9)
        #expect(process.valueIteration(sweeps: 20).residual.isNaN)
        #expect(process.values(of: .uniform, sweeps: 20).residual.isNaN)
        #expect(process.policyIteration(sweeps: 20).values[1].isNaN)
        var values = [Double](repeating: 0, count: 7)
        #expect(!(process.improvementSweep(&values) <= 1e-9))
    }

    /// Sutton and Barto's example 4.1: the random policy in a grid of 4 × 4 whose opposite corners end the episode.
    @Test func theGridOfTheBookIsEvaluated() {
        let process = MarkovDecisionProcess(BookGrid(), discount: 1)
        let values = process.values(of: .uniform).values
        let book = [0.0, -14, -20, -22, -14, -18, -20, -20, -20, -20, -18, -14, -22, -20, -14, 0]
        #expect(zip(values, book).allSatisfy { abs($0 - $1) < 1e-6 }, "\(values)")
        // One improvement of it is already the optimum.
        let policy = process.greedyPolicy(values)
        let best = process.valueIteration().values
        let own = process.values(of: .deterministic(policy)).values
        #expect(zip(own, best).allSatisfy { abs($0 - $1) < 1e-9 })
        #expect(best == [0, -1, -2, -3, -1, -2, -3, -2, -2, -3, -2, -1, -3, -2, -1, 0])
    }

    /// The first sweep in place by hand: state 1 sees state 0's new value.
    @Test func sweepsAreInPlace() {
        let process = MarkovDecisionProcess(RandomWalk(), discount: 1)
        var values = [Double](repeating: 0, count: 7)
        values[2] = 1
        #expect(process.evaluationSweep(&values, of: .uniform) == 0.75)
        #expect(values == [0, 0.5, 0.25, 0.125, 0.0625, 0.53125, 0])
        #expect(process.improvementSweep(&values) == 0.46875)
        #expect(values == [0, 0.25, 0.25, 0.25, 0.53125, 1, 0])
    }

    // MARK: The optimum

    @Test(
        arguments: [
            ("FrozenLake-v1", [:]), ("FrozenLake8x8-v1", [:]), ("Taxi-v4", [:]), ("Taxi-v4", ["is_rainy": "true"]),
            ("CliffWalking-v1", [:]), ("CliffWalkingSlippery-v1", [:]), ("grid:windy", [:]), ("grid:windy-gusts", [:]),
        ] as [(String, [String: String])])
    func bothWaysLeadToTheSameOptimum(id: String, options: [String: String]) throws {
        let process = try Self.process(id, 0.99, options: options)
        let (byValues, byPolicies) = (process.valueIteration(), process.policyIteration())
        let difference = zip(byValues.values, byPolicies.values).map { abs($0 - $1) }.max()!
        #expect(difference < 1e-6, "\(difference)")
        // The value of the policy is also the optimum.
        let own = process.values(of: .deterministic(process.greedyPolicy(byValues.values))).values
        #expect(zip(own, byValues.values).allSatisfy { abs($0 - $1) < 1e-6 })
        // Truncated evaluations need more improvements, but end with the same policy.
        let modified = process.policyIteration(sweeps: 3)
        #expect(zip(modified.values, byValues.values).allSatisfy { abs($0 - $1) < 1e-6 })
        #expect(modified.improvements >= byPolicies.improvements && byPolicies.improvements < 30)
    }

    /// The shortest way along the cliff takes 13 steps, also without a discount.
    @Test func theCliff() throws {
        let process = try Self.process("CliffWalking-v1", 1)
        #expect(process.valueIteration().values[36] == -13)
        let iterated = process.policyIteration()
        #expect(abs(iterated.values[36] + 13) < 1e-9)
    }

    /// The mean over the states in which an episode starts: the taxi anywhere, passenger and destination at different
    /// stops.
    @Test func theTaxi() throws {
        let values = try Self.process("Taxi-v4", 1).valueIteration().values
        let starts = (0..<500).filter { $0 / 4 % 5 < 4 && $0 / 4 % 5 != $0 % 4 }
        #expect(starts.count == 300)
        let mean = starts.reduce(0) { $0 + values[$1] } / 300
        #expect(abs(mean - 7.93) < 0.005, "\(mean)")
    }

    /// 0.736 of 1 within 100 steps, 0.888 within 200: the best policies, played.
    @Test(arguments: [("FrozenLake-v1", 0.736), ("FrozenLake8x8-v1", 0.888)]) func theLake(id: String, share: Double)
        throws
    {
        for name in ["value-iteration", "policy-iteration"] {
            let agent = try Self.plan(name, id, discount: 0.999)
            let score = try greedyReturn(agent, in: EnvironmentCatalog.make(id, count: 100), episodes: 5_000, seed: 7)
            // Five standard errors.
            #expect(abs(score - share) < 0.031, "\(name): \(score)")
        }
    }

    // MARK: As agents

    @Test(arguments: ["policy-evaluation", "policy-iteration", "value-iteration"])
    func plannersFinish(name: String) throws {
        let agent = try Self.plan(name, "FrozenLake-v1", discount: 0.95)
        let process = try Self.process("FrozenLake-v1", 0.95)
        let (updates, residual) = (agent.updates, try #require(agent.metric("residual")))
        #expect(updates > 1 && residual <= 1e-9 && agent.metric("sweeps")! >= Double(updates))
        let values =
            name == "policy-evaluation" ? process.values(of: .uniform).values : process.valueIteration().values
        for state in 0..<16 {
            let assessment = try #require(try agent.assess([Int32(state)]))
            #expect(assessment.kind == .actionValues)
            for action in 0..<4 {
                let expected = process.actionValue(state, action, values)
                #expect(abs(assessment.values[action] - expected) < 1e-6)
            }
        }
        // Nothing is left to plan.
        let state = agent.stateBytes()
        try agent.learn(PlayedStep(observation: [0 as Int32], next: [0]))
        #expect(agent.updates == updates && agent.stateBytes() == state)
    }

    /// Policy evaluation explores by the policy that it evaluates; the other planners have nothing to explore.
    @Test func onlyEvaluationExplores() throws {
        let rows = [[Int32]](repeating: [14], count: 400)
        let evaluation = try Self.plan("policy-evaluation", "FrozenLake-v1", discount: 0.99)
        var counts = [0, 0, 0, 0]
        for action in try evaluation.actions(on: rows) { counts[action] += 1 }
        #expect(isUniform(counts), "\(counts)")
        for agent in [evaluation, try Self.plan("value-iteration", "FrozenLake-v1", discount: 0.99)] {
            #expect(Set(try agent.actions(on: rows, mode: .greedy)).count == 1)
        }
        let iteration = try Self.plan("value-iteration", "FrozenLake-v1", discount: 0.99)
        #expect(Set(try iteration.actions(on: rows)) == [1])
    }

    @Test(arguments: ["policy-evaluation", "policy-iteration", "value-iteration"])
    func withoutAModelThereIsNoPlan(name: String) throws {
        let settings = try AgentCatalog.entry(name).makeSettings()
        let batch = try EnvironmentCatalog.make("CartPole-v1")
        let error = #expect(throws: AgentError.noModel(agent: name, environment: "CartPole-v1")) {
            try settings.makeAgent(for: EnvironmentDescription(batch), seed: 0)
        }
        let text = try #require(error?.description)
        #expect(text.contains("'\(name)'") && text.contains("CartPole-v1") && text.contains("FrozenLake-v1"))
    }
}

/// Sutton and Barto's example 4.1: −1 per step, the ends in the first and last cell.
private struct BookGrid: TabularModel {
    let stateCount = 16
    let actionCount = 4

    func outcomes(state: Int, action: Int) -> [Outcome] {
        guard state != 0, state != 15 else {
            return [Outcome(probability: 1, nextState: state, reward: 0, terminated: true)]
        }
        let (row, column) = (state / 4 + [0, 1, 0, -1][action], state % 4 + [-1, 0, 1, 0][action])
        let next = min(max(row, 0), 3) * 4 + min(max(column, 0), 3)
        return [Outcome(probability: 1, nextState: next, reward: -1, terminated: next == 0 || next == 15)]
    }
}
