import Configuration

/// Settings that know their agent.
public protocol AgentSettings: Configurable {
    /// What the agent needs of an environment.
    static var needs: AgentNeeds { get }
    /// Makes the agent for an environment.
    ///
    /// - Throws: ``AgentError`` if the environment's spaces don't suit it.
    func makeAgent(for environment: EnvironmentDescription, seed: UInt64) throws -> any Learner
}

extension AgentSettings {
    /// What deep agents need.
    public static var needs: AgentNeeds { .discreteActions }
}
