import Configuration
import Environments
import Random

/// Settings of ``CrossEntropyAgent``.
public struct CrossEntropyAgentSettings: AgentSettings {
    @Setting(2...1_000_000, "candidates per generation", search: "10..200 log") public var population = 50
    /// ρ/λ.
    @Setting(0...1, "fraction of the candidates that are elite", search: "0.05..0.5") public var eliteFraction = 0.2
    /// Z₀, a variance.
    @Setting(0...1e6, "variance that the first update adds to the elite's") public var extraNoise = 0.25
    @Setting(0...1e6, "how much less variance is added in each generation") public var noiseDecay = 0.01
    public var policy = EvolutionSettings()

    public init() {}
    public static var needs: AgentNeeds { .policyActions }

    public func makeAgent(for environment: EnvironmentDescription, seed: UInt64) throws -> any Learner {
        try CrossEntropyAgent(self, environment: environment, seed: seed)
    }
}

/// The cross-entropy method on the parameters of a policy (Mannor, Rubinstein and Gat, *The cross entropy method for
/// fast policy search*, 2003): ``CrossEntropyMethod``, whose fitness is the mean return.
public final class CrossEntropyAgent: EvolutionAgent {
    /// - Throws: ``AgentError`` if the spaces or settings don't suit it.
    public init(_ settings: CrossEntropyAgentSettings = .init(), environment: EnvironmentDescription, seed: UInt64)
        throws
    {
        let population = settings.population
        let elite = Int((settings.eliteFraction * Double(population)).rounded())
        guard 1..<population ~= elite else {
            throw AgentError.setting(
                agent: "cem", name: "eliteFraction", value: "\(settings.eliteFraction)",
                allowed: "from \(1 / Double(population)) to \(1 - 1 / Double(population)), so that 1 to "
                    + "\(population - 1) of \(population) candidates are elite")
        }
        try super.init(settings.policy, agent: "cem", environment: environment, seed: seed) { count in
            try EvolutionSettings.requireMemory(population: population, parameters: count, numbers: 2 * count)
            return CrossEntropyMethod(
                mean: Array(repeating: 0, count: count), deviation: settings.policy.initialDeviation,
                population: population, eliteCount: elite, noise: settings.extraNoise, noiseDecay: settings.noiseDecay)
        }
    }
}
