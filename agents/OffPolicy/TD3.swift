import Configuration

/// Twin delayed DDPG (Fujimoto et al., "Addressing function approximation error in actor-critic methods", 2018): DDPG
/// with two critics, of which targets take the smaller value; with noise on the targets' actions, so that the critics
/// are smooth; and with an actor and targets that wait for several updates of the critics:
///
///     y = r + γ min(Q̄₁, Q̄₂)(s′, clip(π̄(s′) + clip(ε, −c, c), −1, 1)),      ε ~ N(0, σ²)
public final class TD3: OffPolicyLearner {
    /// - Throws: ``AgentError`` if the environment's spaces or the settings don't suit.
    public init(_ settings: TD3Settings = .init(), environment: EnvironmentDescription, seed: UInt64) throws {
        try super.init(
            settings.learning, agent: "td3", exploration: settings.exploration, actorEvery: settings.actorEvery,
            environment: environment, seed: seed
        ) { DeterministicRule($0, noise: (settings.targetNoise, settings.targetNoiseLimit)) }
    }
}

/// Settings of ``TD3``; the defaults are Stable-Baselines3's.
public struct TD3Settings: AgentSettings {
    public var learning = OffPolicySettings(hiddenSizes: [400, 300], learningRate: 1e-3, critics: 2)
    public var exploration = ActionNoiseSettings()
    @Setting(1...1000, "critics' updates per update of the actor and the targets") public var actorEvery = 2
    /// In units of half the range of an action, as all noise here.
    @Setting(0...10, "standard deviation of the noise on the targets' actions", search: "0.05..0.5 log") public
        var targetNoise = 0.2
    @Setting(0...10, "largest noise on the targets' actions") public var targetNoiseLimit = 0.5

    public init() {}
    public static var needs: AgentNeeds { .boundedActions }

    public func makeAgent(for environment: EnvironmentDescription, seed: UInt64) throws -> any Learner {
        try TD3(self, environment: environment, seed: seed)
    }
}
