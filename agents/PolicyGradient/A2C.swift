import Configuration
import TensorCore

/// Advantage actor-critic (Mnih et al. 2016, synchronous): one step per window along
///
///     ∇J = E[Âₜ ∇ log π(aₜ|sₜ)] + c_e ∇H(π) − c_v ∇(V(sₜ) − Gₜ)²
public final class A2C: OnPolicyLearner {
    /// - Throws: ``AgentError`` if the environment's spaces or the settings don't suit.
    public init(_ settings: A2CSettings = .init(), environment: EnvironmentDescription, seed: UInt64) throws {
        let rule = UpdateRule { -($0.logProbabilities * $0.advantages) }
        try super.init(settings.learning, agent: "a2c", rule: rule, environment: environment, seed: seed)
    }
}

/// Settings of ``A2C``; the defaults are Stable-Baselines3's.
public struct A2CSettings: AgentSettings {
    public var learning: OnPolicySettings = {
        var settings = OnPolicySettings()
        (settings.windowSteps, settings.lambda, settings.learningRate) = (5, 1, 7e-4)
        (settings.whitening, settings.optimizer) = (false, .rmsprop)
        return settings
    }()

    public init() {}
    public static var needs: AgentNeeds { .policyActions }

    public func makeAgent(for environment: EnvironmentDescription, seed: UInt64) throws -> any Learner {
        try A2C(self, environment: environment, seed: seed)
    }
}
