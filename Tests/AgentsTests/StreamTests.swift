import Environments
import Experience
import NeuralNetworks
import Random
import TensorCore
import Testing

@testable import Agents

/// Agents that learn from each step once: their steps against PyTorch's, how their networks start, and what they
/// refuse.
@Suite struct StreamTests {
    struct Case: Decodable, CustomTestStringConvertible {
        var name: String
        var start, afterFirst, afterAll: [String: [Double]]
        var states, rewards, terminated, truncated, errors: [Double]
        var actions: [Int]

        var testDescription: String { name }
    }

    private struct File: Decodable {
        var inputs, width, actions: Int
        var discount, lambda, entropyBonus: Double
        var cases: [Case]
    }

    private static let file: File = Golden.load("streams.json")

    private static func description(count: Int = 1, _ actionSpace: Space? = nil) -> EnvironmentDescription {
        EnvironmentDescription(
            id: "Steps", observationSpace: .box(-10...10, shape: [file.inputs]),
            actionSpace: actionSpace ?? .discrete(file.actions), elementType: .float32, count: count)
    }

    private static func prepare(_ settings: inout StreamSettings) {
        settings.hiddenSizes = [file.width, file.width]
        (settings.discount, settings.lambda) = (file.discount, file.lambda)
        (settings.normalizeObservations, settings.normalizeRewards) = (false, false)
    }

    private static func agent(_ name: String) throws -> StreamLearner {
        if name == "stream-q" {
            var settings = StreamQSettings()
            prepare(&settings.stream)
            return try StreamQ(settings, environment: description(), seed: 1)
        }
        var settings = StreamACSettings()
        prepare(&settings.stream)
        settings.entropyBonus = file.entropyBonus
        return try StreamAC(settings, environment: description(), seed: 1)
    }

    /// Our path of PyTorch's parameter.
    private static func path(_ theirs: String) -> String {
        let parts = theirs.split(separator: ".").map(String.init)
        let layer = parts[1] == "2" ? "last" : "features.\(2 * Int(parts[1])!)"
        return "\(parts[0]).\(layer).\(parts[2])"
    }

    @Test(arguments: file.cases) func stepsAreTorchs(_ given: Case) throws {
        let agent = try Self.agent(given.name)
        for (theirs, values) in given.start { agent.behaviour[Self.path(theirs)].set(values.map { Float($0) }) }
        func check(_ expected: [String: [Double]]) {
            for (theirs, values) in expected {
                let difference = Golden.difference(agent.behaviour[Self.path(theirs)].values, values)
                #expect(difference < 1e-5, "\(theirs): \(difference)")
            }
        }
        func state(_ step: Int) -> [Float] {
            given.states[step * Self.file.inputs..<(step + 1) * Self.file.inputs].map { Float($0) }
        }
        for (step, action) in given.actions.enumerated() {
            agent.sample[0] = Float(action)
            try agent.learn(
                PlayedStep(
                    observation: state(step), action: action, reward: given.rewards[step], next: state(step + 1),
                    terminated: given.terminated[step] > 0, truncated: given.truncated[step] > 0))
            #expect(abs(agent.metric("temporalDifference")! - given.errors[step]) < 1e-5)
            if step == 0 { check(given.afterFirst) }
        }
        check(given.afterAll)
    }

    /// Nine tenths of each unit's weights are 0, the others within ±1/√inputs, and biases 0.
    @Test func networksStartSparse() throws {
        var random = RandomStream(seed: 1)
        let values = StreamNetwork.sparse([40, 25], 0.9, random: &random)
        for unit in 0..<40 {
            let row = values[unit * 25..<(unit + 1) * 25]
            #expect(row.count { $0 == 0 } == 23 && row.allSatisfy { abs($0) <= 0.2 })
        }
        let places = (0..<25).map { place in (0..<40).count { values[$0 * 25 + place] != 0 } }
        #expect(places.count { $0 > 0 } > 20, "chosen by chance for each unit")
        let agent = try StreamQ(environment: Self.description(), seed: 2)
        for (path, variable) in agent.behaviour.entries where path.hasSuffix("bias") {
            #expect(variable.values.allSatisfy { $0 == 0 })
        }
    }

    /// Each example by itself, over all its numbers.
    @Test func examplesAreNormalizedApart() throws {
        let x = Tensor([1, 2, 3, 4, 10, 10, 30, 30], shape: [2, 2, 2])
        let y = try StreamNetwork.normalized(x).floats()
        for example in [y[..<4], y[4...]] {
            #expect(abs(example.reduce(0, +)) < 1e-5)
            #expect(abs(example.reduce(0) { $0 + $1 * $1 } / 4 - 1) < 1e-4)
        }
    }

    /// However large the error, a step along the traces does not overshoot: it changes what it corrects by less than
    /// the error.
    @Test(arguments: [1e-3, 1, 1e3, 1e6]) func stepsDoNotOvershoot(reward: Double) throws {
        var settings = StreamQSettings()
        Self.prepare(&settings.stream)
        settings.stream.discount = 0
        let agent = try StreamQ(settings, environment: Self.description(), seed: 3)
        let state: [Float] = [1, -2, 0.5]
        for _ in 0..<40 {
            let before = reward - (try agent.assess(state)!.values[1])
            try agent.learn(PlayedStep(observation: state, action: 1, reward: reward, next: state, terminated: true))
            let after = reward - (try agent.assess(state)!.values[1])
            #expect(abs(after) <= abs(before) * 1.000_01 && after * before >= 0, "\(before) to \(after)")
        }
    }

    /// The moments of observations change with each learned step and with nothing else.
    @Test func momentsFollowExperience() throws {
        let agent = try StreamAC(environment: Self.description(), seed: 1)
        func moments() -> [String: [Float]] { agent.behaviour.values(below: "observations.") }
        let before = moments()
        _ = try agent.actions(on: [[5, 5, 5] as [Float]])
        #expect(moments() == before)
        try agent.learn(PlayedStep(observation: [5, 5, 5] as [Float], next: [5, 5, 6]))
        #expect(moments() != before)
    }

    @Test func severalEnvironmentsAreRefused() throws {
        for settings in [StreamQSettings(), StreamACSettings()] as [any AgentSettings] {
            let error = #expect(throws: AgentError.self) {
                try settings.makeAgent(for: Self.description(count: 2), seed: 1)
            }
            #expect("\(error!)".contains("environments = 2: it must be 1"))
        }
        let error = #expect(throws: AgentError.self) {
            try StreamQ(environment: Self.description(count: 1, .box(-1...1, shape: [1])), seed: 1)
        }
        #expect("\(error!)".contains("discrete"))
    }
}
