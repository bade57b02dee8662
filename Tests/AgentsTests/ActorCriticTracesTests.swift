import Environments
import Experience
import NeuralNetworks
import TensorCore
import TestSupport
import Testing

@testable import Agents

/// Steps of AC(λ) through the whole agent, compared with PyTorch's.
@Suite struct ActorCriticTracesTests {
    struct Case: Decodable, CustomTestStringConvertible {
        struct Step: Decodable {
            var observation, next: [Double]
            var action: Int
            var reward: Double
            var terminated, truncated: Bool

            var ends: Bool { terminated || truncated }
            var played: PlayedStep<Float> {
                PlayedStep(
                    observation: observation.map { Float($0) }, action: action, reward: reward,
                    next: next.map { Float($0) }, terminated: terminated, truncated: truncated)
            }
        }

        var name: String
        var network, parameters, squares: [Golden.Array]
        var traces: [[Golden.Array]]
        var learningRate, discount, lambda, entropyBonus, momentDecay: Double
        var steps: [[Step]]
        var errors: [Double]
        var updates: Int

        var testDescription: String { name }

        var settings: ActorCriticTracesSettings {
            var settings = ActorCriticTracesSettings()
            (settings.network, settings.hiddenSizes) = name == "minatar" ? (.minatar, []) : (.mlp, hiddenSizes)
            (settings.learningRate, settings.discount, settings.lambda) = (learningRate, discount, lambda)
            (settings.entropyBonus, settings.momentDecay) = (entropyBonus, momentDecay)
            return settings
        }

        /// The units of all layers but the heads.
        private var hiddenSizes: [Int] { stride(from: 0, to: network.count - 4, by: 2).map { network[$0].shape[0] } }

        var environment: EnvironmentDescription {
            let shape = name == "minatar" ? [3, 4, 2] : [steps[0][0].observation.count]
            return EnvironmentDescription(
                id: "Golden", observationSpace: .box(-10...10, shape: shape),
                actionSpace: .discrete(network[network.count - 4].shape[0]), elementType: .float32,
                count: steps[0].count)
        }

        func agent(_ settings: ActorCriticTracesSettings) throws -> ActorCriticTraces {
            let agent = try ActorCriticTraces(settings, environment: environment, seed: 3)
            Golden.set(agent.behaviour, to: network)
            return agent
        }
    }

    private static let cases: [Case] = Golden.load("actor_critic.json")

    /// The largest difference of the parameters from PyTorch's after all steps.
    private static func difference(
        _ expected: Case, _ settings: ActorCriticTracesSettings,
        telling change: (inout PlayedStep<Float>) -> Void = { _ in }
    ) throws -> Double {
        let agent = try expected.agent(settings)
        for round in expected.steps {
            var told = round.map(\.played)
            for row in told.indices { change(&told[row]) }
            try agent.learn(told)
        }
        return zip(agent.behaviour.variables, expected.parameters).map {
            Golden.difference($0.values, $1.values)
        }.max()!
    }

    @Test(arguments: cases) func stepsAreTorchs(_ expected: Case) throws {
        let agent = try expected.agent(expected.settings)
        for round in expected.steps {
            let before = agent.updates
            try agent.learn(round.map(\.played))
            guard agent.updates > before else { continue }
            let error = try #require(agent.metric("temporalDifference"))
            #expect(abs(error - expected.errors[agent.updates - 1]) < 1e-5, "update \(agent.updates)")
        }
        #expect(agent.updates == expected.updates)
        for (variable, array) in zip(agent.behaviour.variables, expected.parameters) {
            #expect(Golden.difference(variable.values, array.values) < 1e-5, "\(variable.name)")
        }
        let state = agent.variables.entries
        let squares = state.filter { $0.path.hasPrefix("update.square.") }.map(\.variable)
        for (variable, array) in zip(squares, expected.squares) {
            let means = variable.values.map { $0 * Float(1 - expected.momentDecay) }
            #expect(Golden.difference(means, array.values) < 1e-5, "\(variable.name)")
        }
        // After an episode's end, traces are no longer read, and PyTorch's are 0.
        for (row, arrays) in expected.traces.enumerated() where !expected.steps.last![row].ends {
            let traces = state.filter { $0.path.hasPrefix("update.trace.\(row).") }.map(\.variable)
            #expect(arrays.isEmpty || traces.count == arrays.count)
            for (variable, array) in zip(traces, arrays) {
                #expect(Golden.difference(variable.values, array.values) < 1e-5, "\(variable.name)")
            }
        }
    }

    /// The steps tell right from wrong: a reversed sign, traces that don't fade or last over an episode's end, a
    /// truncated episode that counts as terminated, and the other way round.
    @Test(arguments: cases.filter { $0.name != "minatar" }) func faultsShow(_ expected: Case) throws {
        let settings = expected.settings
        #expect(try Self.difference(expected, settings) < 1e-5)
        var reversed = settings
        reversed.learningRate.negate()
        #expect(try Self.difference(expected, reversed) > 1e-4)
        var unfading = settings
        unfading.lambda = 1
        #expect(try Self.difference(expected, unfading) > 1e-4)
        #expect(try Self.difference(expected, settings) { ($0.terminated, $0.truncated) = (false, false) } > 1e-4)
        #expect(try Self.difference(expected, settings) { $0.terminated = $0.terminated || $0.truncated } > 1e-4)
        #expect(
            try Self.difference(expected, settings) { ($0.terminated, $0.truncated) = (false, $0.terminated) } > 1e-4)
    }

    /// Steps in which an environment was only reset are no steps, whatever they hold.
    @Test func resetRowsChangeNothing() throws {
        let expected = Self.cases[0]
        let agent = try expected.agent(expected.settings)
        for round in expected.steps {
            let step = round[0].played
            try agent.learn([step])
            guard step.terminated || step.truncated else { continue }
            try agent.learn([
                PlayedStep(observation: step.next, action: 1, reward: 7, next: step.observation, isReset: true)
            ])
        }
        #expect(agent.updates == expected.updates)
        for (variable, array) in zip(agent.behaviour.variables, expected.parameters) {
            #expect(Golden.difference(variable.values, array.values) < 1e-5, "\(variable.name)")
        }
    }

    /// The activations of Elfwing et al. 2018 are for images; without them, MinAtar's network has ReLU.
    @Test func gatesAreASetting() throws {
        let expected = Self.cases[1]
        var settings = expected.settings
        settings.gatedImages = false
        #expect(try Self.difference(expected, settings) > 1e-4)
    }

    /// MinAtar's network is large enough for its updates to be divided among threads.
    @Test func threadsDoNotChangeTheBits() async {
        await #expect(processExitsWith: .success) {
            var bits: [[[UInt32]]] = []
            for count in [1, 2] {
                Threads.count = count
                let agent = try ActorCriticTraces(environment: .images([10, 10, 4], actions: 6, high: 1), seed: 3)
                for step in 0..<12 {
                    let image = (0..<400).map { UInt8(($0 * 7 + step * $0) % 5 / 4) }
                    try agent.learn(
                        PlayedStep(
                            observation: image, action: step % 6, reward: Double(step % 3), next: image,
                            terminated: step == 7))
                }
                bits.append(agent.variables.bits)
            }
            #expect(bits[0] == bits[1])
        }
    }

    #if os(Linux)
        /// Steps, acting included, need no memory, in episodes of each kind.
        @Test(arguments: ["mlp", "minatar", "two"]) func stepsAllocateNothing(name: String) async {
            await #expect(processExitsWith: .success) { [name] in
                let expected = try #require(Self.cases.first { $0.name == name })
                let agent = try expected.agent(expected.settings)
                let actions = UnsafeMutableBufferPointer<Int>.allocate(capacity: expected.steps[0].count)
                let into = MutableRows(actions, count: actions.count)
                func play(_ transitions: Transitions) throws {
                    try agent.act(on: Percepts(transitions.observations), mode: .explore, into: into)
                    try agent.learn(from: transitions)
                }
                let rounds = expected.steps.map { $0.map(\.played) }
                let ending = try #require(rounds.first { $0[0].terminated })
                try withStep(rounds[0]) { running in
                    try withStep(ending) { ending in
                        for step in [running, ending, running] { try play(step) }
                        try withoutMemory {
                            for _ in 0..<20 {
                                try play(running)
                                try play(ending)
                            }
                        }
                    }
                }
            }
        }
    #endif

    @Test func environmentsThatItCannotTakeAreRefused() throws {
        func error(_ environment: EnvironmentDescription) -> AgentError? {
            #expect(throws: AgentError.self) {
                try ActorCriticTracesSettings().makeAgent(for: environment, seed: 1)
            }
        }
        let many = error(.vector(2, actions: 3, count: 17))
        #expect(
            many?.description
                == "The agent 'actor-critic' can't have environments = 17: it must be from 1 to 16, as each has a "
                + "trace for every parameter.")
        let box = EnvironmentDescription(
            id: "Reacher", observationSpace: .box(-1...1, shape: [3]), actionSpace: .box(-1...1, shape: [2]),
            elementType: .float32)
        #expect(error(box)?.description.contains("needs an action space that is discrete") == true)
    }

    @Test func parametersThatAreNotFiniteStopIt() throws {
        let expected = Self.cases[0]
        let agent = try expected.agent(expected.settings)
        let value = agent.behaviour["value.bias"]
        value.set([.nan])
        try agent.learn(expected.steps[0].map(\.played))
        let error = #expect(throws: AgentError.self) { try agent.learn(expected.steps[1].map(\.played)) }
        #expect(error?.isDivergence == true && error?.description.contains("A smaller learningRate") == true)
    }
}
