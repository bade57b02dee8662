import Environments
import Experience
import Random
import Testing

@testable import Agents

/// Agents that are told the valid actions take one of them.
@Suite struct ActionMaskTests {
    private static let rows = (0..<400).map { [Int32($0 % 4)] }

    private static func agent(_ name: String) throws -> any Learner {
        var settings = try AgentCatalog.entry(name).makeSettings()
        if var own = settings as? DQNSettings {
            (own.hiddenSizes, own.learningStart) = ([8], 0)
            settings = own
        }
        return try settings.makeAgent(for: .states(4, actions: 5), seed: 3)
    }

    /// All sets of valid actions in turn, the full and the empty one among them.
    private static let masks = (0..<400).map { ActionMask(bits: UInt64($0 % 32)) }

    @Test(arguments: AgentCatalog.agentsOfChoices)
    func everyAgentTakesAValidAction(name: String) throws {
        let agent = try Self.agent(name)
        for mode in [ActionMode.explore, .greedy] {
            let actions = try agent.actions(on: Self.rows, masks: Self.masks, mode: mode)
            for (action, mask) in zip(actions, Self.masks) {
                #expect(
                    (0..<5).contains(action) && (mask.bits == 0 || mask.contains(action)), "\(mask.bits): \(action)")
            }
        }
    }

    /// Where all actions are valid, or none is, an agent draws and chooses as without masks.
    @Test(arguments: AgentCatalog.agentsOfChoices)
    func masksThatRuleNothingOutChangeNothing(name: String) throws {
        let (plain, full, empty) = (try Self.agent(name), try Self.agent(name), try Self.agent(name))
        for mode in [ActionMode.explore, .greedy] {
            let expected = try plain.actions(on: Self.rows, mode: mode)
            for (agent, bits) in [(full, UInt64.max), (empty, 0)] {
                let masks = Self.rows.map { _ in ActionMask(bits: bits) }
                #expect(try agent.actions(on: Self.rows, masks: masks, mode: mode) == expected)
            }
        }
    }

    /// A greedy agent takes the best of the valid actions, not just any.
    @Test(arguments: ["dqn", "q-learning", "reinforce", "actor-critic"])
    func greedyActionsAreTheBestValidOnes(name: String) throws {
        let agent = try Self.agent(name)
        agent.variables.entries.forEach { _, variable in
            var stream = RandomStream(seed: 5)
            variable.withMutableValues { values in
                for index in values.indices { values[index] = stream.uniformFloat() - 0.5 }
            }
        }
        let actions = try agent.actions(on: Self.rows, masks: Self.masks, mode: .greedy)
        for (row, mask) in zip(actions.indices, Self.masks) where mask.bits != 0 {
            let values = try #require(try agent.assess(Self.rows[row])).values
            let best = (0..<5).filter(mask.contains).max { values[$0] < values[$1] }
            #expect(actions[row] == best, "\(values), valid \(mask.bits)")
        }
    }

    /// Valid actions keep their proportions.
    @Test func probabilitiesAreThoseOfThePolicyGivenThatTheActionIsValid() {
        let (probabilities, mask): ([Float], _) = ([0.1, 0.4, 0.2, 0, 0.3], ActionMask(bits: 0b11101))
        var (counts, stream) = ([Int](repeating: 0, count: 5), RandomStream(seed: 1))
        probabilities.withUnsafeBufferPointer { own in
            for _ in 0..<60_000 { counts[sampled(own, among: mask, &stream)] += 1 }
        }
        #expect(counts[1] == 0 && counts[3] == 0)
        // Four standard deviations of a count of 60,000 draws are below 500.
        for (action, expected) in [(0, 10_000), (2, 20_000), (4, 30_000)] {
            #expect(abs(counts[action] - expected) < 500, "\(counts)")
        }
        var uniform = [Int](repeating: 0, count: 5)
        for _ in 0..<60_000 { uniform[stream.action(below: 5, among: mask)] += 1 }
        #expect(uniform[1] == 0)
        for action in [0, 2, 3, 4] { #expect(abs(uniform[action] - 15_000) < 500, "\(uniform)") }
    }
}
