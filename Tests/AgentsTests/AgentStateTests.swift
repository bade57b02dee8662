import Environments
import Experience
import NeuralNetworks
import Random
import TensorCore
import TestSupport
import Testing

@testable import Agents

/// An agent's counters and random streams as bytes, and the values of its variables.
@Suite struct AgentStateTests {
    private static let environment = EnvironmentDescription.states(4, actions: 3)
    /// The same for agents that act by numbers alone: two of them.
    private static let continuous = {
        var description = environment
        description.actionSpace = .box(-1...1, shape: [2])
        return description
    }()

    private static func description(for name: String) -> EnvironmentDescription {
        AgentCatalog.agentsOfNumbers.contains(name) ? continuous : environment
    }

    private static func agent(_ name: String, seed: UInt64) throws -> any Learner {
        var settings = try AgentCatalog.entry(name).makeSettings()
        if var own = settings as? DQNSettings {
            (own.hiddenSizes, own.learningStart, own.trainEvery, own.explorationSteps) = ([8], 5, 3, 100)
            settings = own
        }
        if var own = settings as? PPOSettings {
            (own.learning.windowSteps, own.minibatchSize, own.epochs) = (16, 8, 2)
            settings = own
        }
        if settings.settings.contains(where: { $0.name == "replayCapacity" }) {
            for (setting, value) in [("batchSize", 8), ("learningStart", 5)] {
                try settings.set(setting, to: .integer(value), source: "test")
            }
        }
        if settings.settings.contains(where: { $0.name == "episodesPerCandidate" }) {
            try settings.set("population", to: .integer(4), source: "test")
        }
        return try settings.makeAgent(for: description(for: name), seed: seed)
    }

    /// Plays in a world where the state counts up, and returns the actions.
    @discardableResult
    private static func play(_ agent: any Learner, steps: Int) throws -> [[Float]] {
        try (0..<steps).map { index in
            let action = try actions(of: agent, on: [[Int32(index % 4)]])[0]
            let isChoice = action.count == 1
            try agent.learn(
                PlayedStep(
                    observation: [Int32(index % 4)], action: isChoice ? Int(action[0]) : 0,
                    numbers: isChoice ? [] : action, reward: Double(action[0]), next: [Int32((index + 1) % 4)],
                    terminated: index % 4 == 3))
            return action
        }
    }

    /// A choice, or two numbers, for each row.
    private static func actions(of agent: any Learner, on rows: [[Int32]]) throws -> [[Float]] {
        agent is DDPG || agent is TD3
            ? try agent.numbers(on: rows, width: 2) : try agent.actions(on: rows).map { [Float($0)] }
    }

    @Test(arguments: AgentCatalog.entries.map(\.name))
    func stateAndVariablesAreAllThatChoicesDependOn(name: String) throws {
        let first = try Self.agent(name, seed: 1)
        try Self.play(first, steps: 47)
        let second = try Self.agent(name, seed: 2)
        second.variables.copy(from: first.variables)
        try second.restoreState(from: first.stateBytes())
        #expect(second.updates == first.updates)
        let rows = (0..<500).map { [Int32($0 % 4)] }
        #expect(try Self.actions(of: first, on: rows) == Self.actions(of: second, on: rows))
        #expect(first.stateBytes() == second.stateBytes())
        #expect(first.metric("exploration") == second.metric("exploration"))
    }

    /// An agent that continues from another's variables, state and experience learns the same, bit for bit, even from
    /// the middle of an episode.
    @Test(arguments: AgentCatalog.entries.map(\.name).filter { $0 != "random" })
    func learningGoesOnExactly(name: String) throws {
        let (first, second) = (try Self.agent(name, seed: 1), try Self.agent(name, seed: 2))
        try Self.play(first, steps: 46)
        second.variables.copy(from: first.variables)
        try second.restoreState(from: first.stateBytes())
        if let own = first as? any ReplayingLearner, let other = second as? any ReplayingLearner {
            var bytes: [UInt8] = []
            own.replay.write(0..<own.replay.records) { bytes += $0 }
            try other.replay.restore(
                bytes.span.bytes, from: 0, observationSpace: .discrete(5),
                actionSpace: Self.description(for: name).actionSpace)
        }
        let updates = first.updates
        #expect(try Self.play(first, steps: 61) == Self.play(second, steps: 61))
        #expect(first.variables.bits == second.variables.bits && (first.updates > updates || first.isFinished))
        #expect(first.stateBytes() == second.stateBytes())
    }

    /// A damaged state is reported; it makes no episode that doesn't fit into the policy's inputs.
    @Test func episodesThatDoNotFitAreRefused() throws {
        let agent = try Self.agent("reinforce", seed: 1)
        try Self.play(agent, steps: 6)
        let state = agent.stateBytes()
        let other = try REINFORCESettings().makeAgent(for: .vector(2, actions: 3), seed: 1)
        #expect(throws: EnvironmentError.self) { try other.restoreState(from: state) }
        let fewer = try REINFORCESettings().makeAgent(for: .states(4, actions: 1), seed: 1)
        #expect(throws: EnvironmentError.self) { try fewer.restoreState(from: state) }
        var single = REINFORCESettings()
        single.episodesPerUpdate = 1
        let sooner = try single.makeAgent(for: Self.environment, seed: 1)
        #expect(throws: EnvironmentError.self, "an episode has ended already") { try sooner.restoreState(from: state) }
    }

    @Test func exactlyHalfOfTheScheduleIsRestored() throws {
        let first = try Self.agent("dqn", seed: 1)
        try Self.play(first, steps: 50)
        let second = try Self.agent("dqn", seed: 2)
        #expect(second.metric("exploration") == 1)
        try second.restoreState(from: first.stateBytes())
        #expect(second.metric("exploration") == LinearSchedule(from: 1, to: 0.05, over: 100).value(at: 50))
    }

    /// Paths and shapes don't depend on what the agent has done, so a new agent can take over a trained one's.
    @Test(arguments: AgentCatalog.entries.map(\.name))
    func newAndTrainedAgentsHaveTheSameVariables(name: String) throws {
        let (new, trained) = (try Self.agent(name, seed: 1), try Self.agent(name, seed: 1))
        let paths = new.variables.entries.map(\.path)
        try Self.play(trained, steps: 40)
        #expect(trained.variables.entries.map(\.path) == paths)
        #expect(new.variables.entries.map(\.path) == paths)
    }

    @Test(arguments: AgentCatalog.entries.map(\.name))
    func badBytesChangeNothing(name: String) throws {
        let agent = try Self.agent(name, seed: 1)
        try Self.play(agent, steps: 30)
        let state = agent.stateBytes()
        let other = try Self.agent(name, seed: 2)
        try Self.play(other, steps: 12)
        let good = other.stateBytes()
        var negative = good
        negative[7] = 0xFF
        for bad in [[], Array(good.dropLast()), good + [0]] + (name == "random" ? [] : [negative]) {
            #expect(throws: EnvironmentError.self) { try agent.restoreState(from: bad) }
            #expect(agent.stateBytes() == state)
        }
    }

    /// Growth of the heap over many steps, in a separate process, so that no other test allocates meanwhile.
    @Test(arguments: AgentCatalog.entries.map(\.name))
    func actingAndLearningDoNotFillTheHeap(name: String) async {
        await #expect(processExitsWith: .success) { [name] in
            let hasNumbers = AgentCatalog.agentsOfNumbers.contains(name), count = name.hasPrefix("stream") ? 1 : 4
            let options = hasNumbers ? [:] : ["is_slippery": "false"]
            let batch = try EnvironmentCatalog.make(
                hasNumbers ? "Pendulum-v1" : "FrozenLake-v1", count: count,
                options: options.merging(["max_episode_steps": "4"]) { $1 })
            var settings = try AgentCatalog.entry(name).makeSettings()
            if var own = settings as? DQNSettings {
                (own.hiddenSizes, own.targetRate, own.targetEvery, own.replayCapacity) = ([16], 0.5, 8, 500)
                settings = own
            }
            if settings.settings.contains(where: { $0.name == "critics" }) {
                for (setting, value) in [("batchSize", 8), ("replayCapacity", 500)] {
                    try settings.set(setting, to: .integer(value), source: "test")
                }
                try settings.set("hiddenSizes", to: .integers([16]), source: "test")
            }
            let agent = try settings.makeAgent(for: EnvironmentDescription(batch), seed: 1)
            let width = batch.observationSpace.count
            let previous = UnsafeMutableRawBufferPointer.allocate(
                byteCount: batch.observations.bytes.count, alignment: 64)
            let observations = Rows(
                UnsafeRawPointer(previous.baseAddress!), type: batch.elementType, count: count, width: width)
            let transitions = Transitions(
                observations: observations, actions: batch.actionRows.rows,
                rewards: batch.rewards, terminated: batch.terminated, truncated: batch.truncated,
                nextObservations: batch.finalObservations,
                isReset: batch.isResetStep)
            try batch.reset(seed: 1)
            func play(_ steps: Int) throws {
                for _ in 0..<steps {
                    previous.copyMemory(from: batch.observations.bytes)
                    try agent.act(on: Percepts(observations), mode: .explore, into: batch.actionRows)
                    try batch.step()
                    try agent.learn(from: transitions)
                }
            }
            try play(1_500)
            let before = try #require(heapBytesInUse())
            try play(3_000)
            let growth = try #require(heapBytesInUse()) - before
            // The matrix library may keep one more buffer for itself, but nothing per step.
            #expect(growth < 4_096, "\(name): \(growth) bytes")
        }
    }
}
