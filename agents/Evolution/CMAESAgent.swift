import Configuration
import Environments
import Random

/// Settings of ``CMAESAgent``.
public struct CMAESAgentSettings: AgentSettings {
    /// λ; more of them average more noise of the returns.
    @Setting(0...1_000_000, "candidates per generation; 0: 4 + 3 ln n for n parameters") public var population = 0
    @Setting("covariance: full, or diagonal for many parameters") public var covariance = CMAES.Covariance.full
    public var policy = EvolutionSettings()

    public init() { policy.initialDeviation = 0.5 }
    public static var needs: AgentNeeds { .policyActions }

    public func makeAgent(for environment: EnvironmentDescription, seed: UInt64) throws -> any Learner {
        try CMAESAgent(self, environment: environment, seed: seed)
    }
}

/// CMA-ES on the parameters of a policy: ``CMAES``, whose fitness is the mean return.
public final class CMAESAgent: EvolutionAgent {
    /// The largest full covariance: its decomposition takes a minute.
    static let fullLimit = 2_000

    /// - Throws: ``AgentError`` if the spaces or settings don't suit it.
    public init(_ settings: CMAESAgentSettings = .init(), environment: EnvironmentDescription, seed: UInt64) throws {
        guard settings.population != 1 else {
            throw AgentError.setting(
                agent: "cma-es", name: "population", value: "1",
                allowed: "from 2 to 1000000, or 0 for 4 + 3 ln n candidates of n parameters")
        }
        try super.init(settings.policy, agent: "cma-es", environment: environment, seed: seed) { count in
            let isFull = settings.covariance == .full
            guard !isFull || count <= Self.fullLimit else {
                throw AgentError.setting(
                    agent: "cma-es", name: "covariance", value: "full",
                    allowed: "diagonal for a policy of more than \(Self.fullLimit) parameters; this one has \(count)")
            }
            let population = settings.population > 0 ? settings.population : CMAESConstants.population(for: count)
            try EvolutionSettings.requireMemory(
                population: population, parameters: count, numbers: isFull ? 4 * count * count : 6 * count)
            return CMAES(
                mean: Array(repeating: 0, count: count), deviation: settings.policy.initialDeviation,
                population: population, covariance: settings.covariance)
        }
    }
}
