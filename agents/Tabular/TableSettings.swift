import Configuration
import Environments

/// What all agents that learn a table of action values have in common: how far a value moves, how actions explore, and how
/// both change in the course of training.
public struct TableSettings: Hashable, Sendable {
    /// α at the start of training.
    public var learningRate = 0.5
    /// α at the end of its schedule.
    public var finalLearningRate = 0.01
    /// γ, the weight of a reward one step later.
    public var discount = 0.99
    /// ε at the start of training.
    public var explorationStart = 1.0
    /// ε from the end of its schedule on.
    public var explorationEnd = 0.05
    /// Steps over which ε and α move to their final values.
    public var scheduleSteps = 200_000
    /// The value of every state and action at first: above what can be reached, it makes the agent curious.
    public var initialValue = 0.0

    /// The defaults.
    public init() {}
}

/// Settings of an agent that learns a table of action values: those of ``TableSettings``, which can be reached as its own,
/// and what it has besides.
@dynamicMemberLookup
public protocol TabularSettings: AgentSettings {
    /// What all such agents have in common.
    var table: TableSettings { get set }
    /// The settings that this agent alone has.
    static var ownSettings: [Setting<Self>] { get }
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

    /// None.
    public static var ownSettings: [Setting<Self>] { [] }

    /// The settings by name, the agent's own first.
    public static var settings: [Setting<Self>] {
        ownSettings + [
            Setting("learningRate", \.table.learningRate, 0...1, "step size at the start"),
            Setting("finalLearningRate", \.table.finalLearningRate, 0...1, "step size at the end of the schedule"),
            Setting("discount", \.table.discount, 0...1, "weight of a reward one step later"),
            Setting("explorationStart", \.table.explorationStart, 0...1, "share of random actions at the start"),
            Setting(
                "explorationEnd", \.table.explorationEnd, 0...1, "share of random actions at the end of the schedule"),
            Setting("scheduleSteps", \.table.scheduleSteps, 0...1_000_000_000, "steps over which both move"),
            Setting(
                "initialValue", \.table.initialValue, -1e6...1e6, "value of every state and action at first"),
        ]
    }

    /// The agent for an environment whose observations and actions are discrete.
    public func makeAgent(for environment: EnvironmentDescription, seed: UInt64) throws -> any Learner {
        makeAgent(shape: try TableShape(environment, agent: Self.agentName), seed: seed)
    }
}
