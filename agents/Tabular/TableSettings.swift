import Configuration
import Environments

/// What all agents with a table of action values have in common: the learning rate, exploration, and the schedules of
/// both.
public struct TableSettings: Configurable, Hashable {
    /// α at the start of training.
    @Setting(0...1, "learning rate at the start", search: "0.05..1") public var learningRate = 0.5
    /// α at the end of its schedule.
    @Setting(0...1, "learning rate at the end of its schedule") public var finalLearningRate = 0.01
    @Setting(0...1, "discount factor γ", search: "0.9 | 0.95 | 0.98 | 0.99 | 0.995 | 0.999") public var discount = 0.99
    /// ε at the start of training.
    @Setting(0...1, "exploration rate ε at the start", search: "0.1..1") public var explorationStart = 1.0
    @Setting(0...1, "exploration rate ε at the end of its schedule") public var explorationEnd = 0.05
    /// Steps over which ε and α move to their final values.
    @Setting(0...1_000_000_000, "steps over which learning and exploration rates change", search: "1000..1000000 log")
    public var scheduleSteps = 200_000
    /// The initial value of every state and action; optimistic values make the agent explore.
    @Setting(-1e6...1e6, "initial action value") public var initialValue = 0.0

    public init() {}
}

/// Settings of an agent with a table of action values: first its own, then those of ``TableSettings``, which can be
/// used as if they were its own.
@dynamicMemberLookup
public protocol TabularSettings: AgentSettings {
    /// The settings common to all such agents, declared after the agent's own.
    var table: TableSettings { get set }
    /// The agent's name in the catalogue.
    static var agentName: String { get }

    /// Makes the agent for a table.
    func makeAgent(shape: TableShape, seed: UInt64) -> any Learner
}

extension TabularSettings {
    public static var needs: AgentNeeds { .table }

    /// A setting common to all such agents.
    public subscript<Value>(dynamicMember path: WritableKeyPath<TableSettings, Value>) -> Value {
        get { table[keyPath: path] }
        set { table[keyPath: path] = newValue }
    }

    /// Makes the agent for an environment with discrete observations and actions.
    public func makeAgent(for environment: EnvironmentDescription, seed: UInt64) throws -> any Learner {
        makeAgent(shape: try TableShape(environment, agent: Self.agentName), seed: seed)
    }
}
