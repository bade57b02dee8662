import Configuration
import NeuralNetworks
import TensorCore

/// Proximal policy optimisation (Schulman et al. 2017): several epochs of minibatches over a window, with a loss that
/// gains nothing from moving the ratio rₜ = π(aₜ|sₜ)/π_old(aₜ|sₜ) further than ε from 1:
///
///     L = −E[min(rₜ Âₜ, clip(rₜ, 1 − ε, 1 + ε) Âₜ)] + c_v E[(V(sₜ) − Gₜ)²] − c_e E[H(π)]
///
/// The details in which implementations differ are settings, with Stable-Baselines3's choices as defaults (Huang et al.
/// 2022 list them).
public final class PPO: OnPolicyLearner {
    /// - Throws: ``AgentError`` if the environment's spaces or the settings don't suit.
    public init(_ settings: PPOSettings = .init(), environment: EnvironmentDescription, seed: UInt64) throws {
        try super.init(
            settings.learning, agent: "ppo", rule: Self.rule(settings), environment: environment, seed: seed)
    }

    static func rule(_ settings: PPOSettings) -> UpdateRule {
        let clip = Variable(Float(settings.clip), name: "clip")
        var rule = UpdateRule { batch in
            let ratio = (batch.logProbabilities - batch.oldLogProbabilities).exp()
            let near = minimum(maximum(ratio, 1 - clip.tensor), 1 + clip.tensor)
            return -minimum(ratio * batch.advantages, near * batch.advantages)
        }
        (rule.epochs, rule.minibatchSize) = (settings.epochs, settings.minibatchSize)
        (rule.sequenceLength, rule.divergenceLimit) = (settings.sequenceLength, settings.divergenceLimit)
        (rule.clip, rule.schedules) = (clip, [(clip, settings.learning.schedule(settings.clip, settings.finalClip))])
        if settings.valueClip > 0 {
            rule.valueLoss = { batch in
                let limit = settings.valueClip
                let near = batch.oldValues + (batch.values - batch.oldValues).clamped(-limit, limit)
                return maximum(squaredError(batch.values, batch.returns), squaredError(near, batch.returns))
            }
        }
        return rule
    }
}

/// Settings of ``PPO``; the defaults are Stable-Baselines3's.
public struct PPOSettings: AgentSettings {
    public var learning = OnPolicySettings()
    @Setting(1...1_000, "passes through a window", search: "1..20") public var epochs = 10
    @Setting(1...100_000_000, "rows of a minibatch", search: "32 | 64 | 128 | 256") public var minibatchSize = 64
    /// ε.
    @Setting(0...1e6, "how far the ratio of probabilities may move from 1", search: "0.1..0.4") public var clip = 0.2
    @Setting(-1...1e6, "the same at the end of the schedules; -1: as at the start") public var finalClip = -1.0
    /// In the original code, not in the paper (Engstrom et al. 2020).
    @Setting(0...1e6, "how far a value may move in an update; 0: no limit") public var valueClip = 0.0
    /// Leaves the rest of a window's minibatches when E[r − 1 − log r] exceeds it.
    @Setting(0...1e6, "KL divergence at which the updates of a window end; 0: none") public var divergenceLimit = 0.0
    /// L: minibatches of recurrent policies are whole sequences, each from the state that was noted at its start.
    @Setting(0...100_000, "steps of a recurrent policy's sequences; 0: up to 64") public var sequenceLength = 0

    public init() {}
    public static var needs: AgentNeeds { .policyActions }

    public func makeAgent(for environment: EnvironmentDescription, seed: UInt64) throws -> any Learner {
        try PPO(self, environment: environment, seed: seed)
    }
}
