import Configuration

/// Settings that can make their agent.
public protocol AgentSettings: Configurable {
    /// What the agent needs of an environment.
    static var needs: AgentNeeds { get }
    /// Makes the agent for an environment.
    ///
    /// - Throws: ``AgentError`` if the environment's spaces don't suit it.
    func makeAgent(for environment: EnvironmentDescription, seed: UInt64) throws -> any Learner
}

extension AgentSettings {
    /// The needs of deep agents.
    public static var needs: AgentNeeds { .discreteActions }
}
