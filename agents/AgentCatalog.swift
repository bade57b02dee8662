import Configuration
import Storage

/// The agents by name, as the command line offers them.
public enum AgentCatalog {
    /// What is known of an agent before it is made.
    public struct Entry: Sendable {
        /// The name, such as `dqn`.
        public let name: String
        /// One line for a list.
        public let summary: String
        /// Makes the settings' defaults.
        public let makeSettings: @Sendable () -> any AgentSettings
    }

    /// Every agent, in the order of lists.
    public static let entries: [Entry] = [
        Entry(name: "random", summary: "every action with equal probability") { RandomSettings() },
        Entry(name: "q-learning", summary: "tabular Q-learning (Watkins 1989)") { QLearningSettings() },
        Entry(name: "dqn", summary: "deep Q-network with experience replay (Mnih et al. 2015)") { DQNSettings() },
        Entry(name: "rainbow", summary: "deep Q-network with all that improves it (Hessel et al. 2018)") {
            DQNSettings.rainbow
        },
        Entry(name: "reinforce", summary: "policy gradients over whole episodes (Williams 1992)") {
            REINFORCESettings()
        },
    ]

    /// The agent called `name`.
    ///
    /// - Throws: ``AgentError/unknownAgent(_:suggestion:)``.
    public static func entry(_ name: String) throws -> Entry {
        if let entry = entries.first(where: { $0.name == name }) { return entry }
        throw AgentError.unknownAgent(name, suggestion: nearestName(to: name, among: entries.map(\.name)))
    }
}

/// Settings that know their agent.
public protocol AgentSettings: Configurable {
    /// Makes the agent for an environment.
    ///
    /// - Throws: ``AgentError`` where the environment's spaces don't suit it.
    func makeAgent(for environment: EnvironmentDescription, seed: UInt64) throws -> any Agent
}

extension DQNSettings: AgentSettings {
    /// A ``DQN``.
    public func makeAgent(for environment: EnvironmentDescription, seed: UInt64) throws -> any Agent {
        try DQN(self, environment: environment, seed: seed)
    }
}

extension REINFORCESettings: AgentSettings {
    /// A ``REINFORCE``.
    public func makeAgent(for environment: EnvironmentDescription, seed: UInt64) throws -> any Agent {
        try REINFORCE(self, environment: environment, seed: seed)
    }
}

extension QLearningSettings: AgentSettings {
    /// A ``QLearning``.
    public func makeAgent(for environment: EnvironmentDescription, seed: UInt64) throws -> any Agent {
        let (states, actions) = try environment.stateAndActionCounts(for: "q-learning")
        return QLearning(self, stateCount: states, actionCount: actions, seed: seed)
    }
}

/// Settings of ``RandomAgent``: it has none.
public struct RandomSettings: AgentSettings {
    /// No settings.
    public init() {}
    /// None.
    public static let settings: [Setting<RandomSettings>] = []

    /// A ``RandomAgent``.
    public func makeAgent(for environment: EnvironmentDescription, seed: UInt64) throws -> any Agent {
        guard RandomAgent.canAct(in: environment.actionSpace) else {
            throw AgentError.actionSpace(
                agent: "random", environment: environment.id, space: "\(environment.actionSpace)",
                needed: "discrete or a bounded box of float32")
        }
        return RandomAgent(actionSpace: environment.actionSpace, seed: seed)
    }
}
