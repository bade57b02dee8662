import Environments
import Experience
import NeuralNetworks
import Random
import Storage
import TensorCore
import Testing

@testable import Agents

/// Agents that evolve their policy: whose policy acts, who is credited, what is refused.
@Suite struct EvolutionAgentTests {
    /// One number observed, one number done, without bounds.
    private static func line(_ count: Int) -> EnvironmentDescription {
        EnvironmentDescription(
            id: "Line", observationSpace: .box(-9...9, shape: [1]),
            actionSpace: .box(low: [-.infinity], high: [.infinity], shape: [1], element: .float32),
            elementType: .float32, count: count)
    }

    private static func settings(_ population: Int, _ hiddenSizes: [Int] = []) -> CrossEntropyAgentSettings {
        var settings = CrossEntropyAgentSettings()
        (settings.population, settings.eliteFraction, settings.extraNoise) = (population, 0.5, 0)
        settings.policy.hiddenSizes = hiddenSizes
        return settings
    }

    /// An episode of one step.
    private static func played(_ reward: Double) -> PlayedStep<Float> {
        PlayedStep(observation: [1], reward: reward, next: [1], terminated: true)
    }

    private func actions(
        _ agent: any Agent, _ observations: [Float], _ mode: ActionMode, space width: Int = 1
    ) throws -> [Float] {
        var numbers = [Float](repeating: .nan, count: observations.count * width)
        try numbers.withUnsafeMutableBufferPointer { buffer in
            try withRows(observations.map { [$0] }) { rows in
                try agent.act(on: Percepts(rows), mode: mode, into: MutableRows(buffer, count: rows.count))
            }
        }
        return numbers
    }

    /// A row's policy is the perceptron of its own parameters.
    @Test(arguments: [[3, 2], [3, 5, 2], [3, 4, 7, 1]], [Activation.tanh, .relu, .gelu])
    func rowsHaveTheirOwnNetworks(sizes: [Int], activation: Activation) throws {
        var random = RandomStream(seed: 3)
        let networks = (0..<6).map { _ in MultilayerPerceptron(sizes, activation: activation, random: &random) }
        let policies = try RowPolicies(sizes, activation: activation, rows: 6)
        for (row, network) in networks.enumerated() {
            let parameters = network.parameters.variables.flatMap { $0.values.map(Double.init) }
            #expect(parameters.count == RowPolicies.parameterCount(sizes))
            policies.set(row, to: parameters)
        }
        let inputs = (0..<6).map { _ in (0..<3).map { _ in Float(random.normal()) } }
        let encoding = ObservationEncoding(.box(-9...9, shape: [3]))!
        let outputs = withRows(inputs) { Array(policies.outputs(for: $0, encoding)) }
        let width = sizes.last!
        for (row, network) in networks.enumerated() {
            let program = Program("one", inputs: [.float32(1, 3)]) { [network($0[0])] }
            let plan = try program.plan()
            _ = plan.input(0).update(from: inputs[row])
            plan.run()
            for place in 0..<width { #expect(abs(plan.output(0)[place] - outputs[row * width + place]) < 1e-5) }
        }
    }

    /// Every candidate gets the returns of its own actions: rewards are what the candidates do, so the next mean is
    /// that of the candidates with the largest actions, for any number of environments.
    @Test(arguments: [1, 3, 8]) func candidatesGetWhatTheyEarn(environments: Int) throws {
        let agent = try Self.settings(8).makeAgent(for: Self.line(environments), seed: 4)
        // What the same seed samples: a weight and a bias, whose sum is the action at 1.
        var stream = RandomStream(seed: 4).split("candidates")
        var method = CrossEntropyMethod(mean: [0, 0], deviation: 1, population: 8, eliteCount: 4)
        var candidates = method.makeCandidates()
        var actionsSeen: Set<Float> = []
        for generation in 1...3 {
            method.sample(into: &candidates, &stream)
            while agent.updates < generation {
                let numbers = try actions(agent, Array(repeating: 1, count: environments), .explore)
                actionsSeen.formUnion(numbers)
                try agent.learn(
                    numbers.map { Self.played(Double($0)) })
            }
            for candidate in candidates {
                #expect(actionsSeen.contains { abs(Double($0) - candidate[0] - candidate[1]) < 1e-5 })
            }
            method.update(candidates, fitness: candidates.map { $0[0] + $0[1] })
            let policy = agent.variables.variables.flatMap(\.values)
            #expect(policy == method.mean.map { Float($0) }, "generation \(generation)")
            #expect(try actions(agent, [1, 2], .greedy)[1] == policy[0] * 2 + policy[1])
            #expect(abs(agent.metric("bestFitness")! - candidates.map { $0[0] + $0[1] }.max()!) < 1e-5)
        }
        #expect(agent.metric("generation") == 3)
    }

    @Test func theBestCandidateMayAct() throws {
        var settings = Self.settings(6)
        settings.policy.acting = .best
        let agent = try settings.makeAgent(for: Self.line(1), seed: 2)
        var best: (reward: Double, values: [Float]) = (-.infinity, [])
        for _ in 0..<18 {
            let (at1, at2) = (try actions(agent, [1], .explore)[0], try actions(agent, [2], .explore)[0])
            let reward = -abs(Double(at1) - 0.7)
            if reward > best.reward { best = (reward, [at2 - at1, 2 * at1 - at2]) }
            try agent.learn(Self.played(reward))
        }
        let policy = agent.variables.variables.flatMap(\.values)
        #expect(zip(policy, best.values).allSatisfy { abs($0 - $1) < 1e-4 } && agent.updates == 3)
        #expect(abs(agent.metric("bestFitnessEver")! - best.reward) < 1e-6)
    }

    /// Rows with streams of their own have policies of their own, the same in any batch.
    @Test func policiesAreSampledForRows() throws {
        let agent = try Self.settings(6).makeAgent(for: Self.line(2), seed: 2)
        let before = try actions(agent, [1, 1], .explore)
        let streams = (0..<4).map { RandomStream(seed: 50 + UInt64($0)) }
        agent.actionStreams = ActionStreams(rows: streams)
        let four = try actions(agent, [1, 1, 1, 1], .explore)
        #expect(Set(four).count == 4)
        #expect(try actions(agent, [1, 1, 1, 1], .explore) == four, "for the whole episode")
        agent.actionStreams = ActionStreams(rows: Array(streams[2...]))
        #expect(try actions(agent, [1, 1], .explore) == Array(four[2...]))
        agent.actionStreams = ActionStreams(shared: RandomStream(seed: 1))
        #expect(try actions(agent, [1, 1], .explore) == before)
    }

    @Test func weightsFromElsewhereAreTheNewCentre() throws {
        let agent = try Self.settings(6).makeAgent(for: Self.line(2), seed: 2)
        for variable in agent.behaviour.variables { variable.set([100]) }
        agent.behaviourWasSet()
        #expect(try actions(agent, [1], .greedy) == [200])
        #expect(try actions(agent, [1, 1], .explore).allSatisfy { abs($0 - 200) < 12 && $0 != 200 })
    }

    // MARK: Actions

    private func write(
        _ outputs: [[Float]], _ space: Space, squashed: Bool = false, masks: [ActionMask]? = nil
    ) -> [[Double]] {
        let actions = DeterministicActions(space, squashed: squashed)!
        #expect(actions.outputCount == outputs[0].count)
        let width = space.discreteCount != nil ? 1 : space.count
        var numbers = [Double](repeating: .nan, count: outputs.count * width)
        numbers.withUnsafeMutableBufferPointer { buffer in
            withRows(outputs) { rows in
                (masks ?? []).withUnsafeBufferPointer { own in
                    actions.write(
                        rows.floats, Percepts(rows, actionMasks: masks == nil ? nil : own),
                        to: MutableRows(buffer, count: outputs.count))
                }
            }
        }
        return (0..<outputs.count).map { Array(numbers[$0 * width..<($0 + 1) * width]) }
    }

    @Test func outputsBecomeActions() {
        let (chosen, valid) = (
            write([[1, 3, 2], [4, 0, 4]], .discrete(3)),
            write([[1, 3, 2]], .discrete(3), masks: [ActionMask(bits: 0b101)])
        )
        #expect(chosen == [[1.0], [0.0]] && valid == [[2.0]])
        let (several, bits) = (
            write([[1, 3, 9, 7, 8]], .multiDiscrete([2, 3])), write([[-1, 0, 0.5]], .multiBinary([3]))
        )
        #expect(several == [[1.0, 0.0]] && bits == [[0.0, 0.0, 1.0]])
        let box = Space.box(low: [-2, 0], high: [2, .infinity], shape: [2], element: .float32)
        let clipped = write([[5, -1], [-0.5, 7]], box)
        #expect(clipped == [[2.0, 0.0], [-0.5, 7.0]])
        let squashed = write([[5, -1], [-0.5, 7]], box, squashed: true)
        #expect(abs(squashed[0][0] - 1.99982) < 1e-5 && squashed[0][1] == 0)
        #expect(abs(squashed[1][0] + 0.92423) < 1e-5 && squashed[1][1] == 7)
        #expect(DeterministicActions(.tuple([.discrete(2)]), squashed: true) == nil)
        #expect(DeterministicActions(.box(0...5, shape: [1], element: .int32), squashed: true) == nil)
    }

    // MARK: What is refused

    private func refusal(_ settings: any AgentSettings, _ environment: EnvironmentDescription = line(1)) -> String {
        do {
            _ = try settings.makeAgent(for: environment, seed: 1)
            return ""
        } catch { return "\(error)" }
    }

    @Test func settingsThatSelectNothing() {
        for fraction in [0, 0.01, 0.95, 1] {
            var settings = Self.settings(10)
            settings.eliteFraction = fraction
            #expect(refusal(settings).contains("eliteFraction = \(fraction): it must be from 0.1 to 0.9"))
        }
        var alone = CMAESAgentSettings()
        alone.population = 1
        #expect(refusal(alone).contains("population = 1: it must be from 2 to"))
        #expect(throws: (any Error).self) {
            var settings: any AgentSettings = Self.settings(2)
            try settings.set("population", to: .integer(1), source: "test")
        }
    }

    @Test func policiesThatAreTooLarge() throws {
        var settings = CMAESAgentSettings()
        settings.policy.hiddenSizes = [1_000]
        #expect(refusal(settings).contains("diagonal for a policy of more than 2000 parameters; this one has 3001"))
        settings.covariance = .diagonal
        #expect(refusal(settings) == "")
        MemoryBudget.$given.withValue(MemoryBudget(total: 1 << 30)) {
            settings.population = 1_000_000
            #expect(refusal(settings).contains("a population of 1000000 policies of 3001 parameters"))
            #expect(refusal(settings).contains("'--set population="))
        }
    }

    @Test func aFitnessThatIsNoNumber() throws {
        for reward in [Double.nan, .infinity] {
            let agent = try Self.settings(2).makeAgent(for: Self.line(1), seed: 2)
            try agent.learn(Self.played(1))
            let error = #expect(throws: AgentError.self) {
                try agent.learn(Self.played(reward))
            }
            #expect(error?.isDivergence == true)
            #expect(error?.description.contains("generation 1 of 'cem'") == true)
        }
    }
}
