import Configuration
import Environments

/// What all agents that learn a table of action values have in common: how far a value moves, how actions explore, and
/// how both change in the course of training.
public struct TableSettings: Configurable, Hashable {
    /// α at the start of training.
    @Setting(0...1, "learning rate at the start") public var learningRate = 0.5
    /// α at the end of its schedule.
    @Setting(0...1, "learning rate at the end of its schedule") public var finalLearningRate = 0.01
    @Setting(0...1, "discount factor γ") public var discount = 0.99
    /// ε at the start of training.
    @Setting(0...1, "exploration rate ε at the start") public var explorationStart = 1.0
    /// ε from the end of its schedule on.
    @Setting(0...1, "exploration rate ε at the end of its schedule") public var explorationEnd = 0.05
    /// Steps over which ε and α move to their final values.
    @Setting(0...1_000_000_000, "steps over which learning and exploration rates change")
    public var scheduleSteps = 200_000
    /// The value of every state and action at first: above what can be reached, it makes the agent curious.
    @Setting(-1e6...1e6, "initial action value") public var initialValue = 0.0

    public init() {}
}

/// Settings of an agent that learns a table of action values: what it alone has, and behind that those of
/// ``TableSettings``, which can be reached as its own.
@dynamicMemberLookup
public protocol TabularSettings: AgentSettings {
    /// What all such agents have in common, declared behind the agent's own settings.
    var table: TableSettings { get set }
    /// The agent's name in the catalogue.
    static var agentName: String { get }

    /// Makes the agent for a table.
    func makeAgent(shape: TableShape, seed: UInt64) -> any Learner
}

extension TabularSettings {
    /// A table.
    public static var needs: AgentNeeds { .table }

    /// A setting that all such agents have.
    public subscript<Value>(dynamicMember path: WritableKeyPath<TableSettings, Value>) -> Value {
        get { table[keyPath: path] }
        set { table[keyPath: path] = newValue }
    }

    /// The agent for an environment whose observations and actions are discrete.
    public func makeAgent(for environment: EnvironmentDescription, seed: UInt64) throws -> any Learner {
        makeAgent(shape: try TableShape(environment, agent: Self.agentName), seed: seed)
    }
}
