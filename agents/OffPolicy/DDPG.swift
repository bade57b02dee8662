import Configuration
import NeuralNetworks
import TensorCore

/// Deep deterministic policy gradient (Lillicrap et al., "Continuous control with deep reinforcement learning", 2016):
/// a deterministic actor π that follows the gradient of the critic with regard to the action (Silver et al. 2014),
///
///     ∇_θ J = E[∇ₐ Q(s, a)|ₐ₌π(s) ∇_θ π(s)],      y = r + γ Q̄(s′, π̄(s′))
///
/// with targets Q̄ and π̄ that follow slowly, and noise on its actions.
public final class DDPG: OffPolicyLearner {
    /// - Throws: ``AgentError`` if the environment's spaces or the settings don't suit.
    public init(_ settings: DDPGSettings = .init(), environment: EnvironmentDescription, seed: UInt64) throws {
        try super.init(
            settings.learning, agent: "ddpg", exploration: settings.exploration, environment: environment, seed: seed
        ) { DeterministicRule($0) }
    }
}

/// Settings of ``DDPG``; the defaults are Stable-Baselines3's.
public struct DDPGSettings: AgentSettings {
    public var learning = OffPolicySettings(hiddenSizes: [400, 300], learningRate: 1e-3, critics: 1)
    public var exploration = ActionNoiseSettings()

    public init() {}
    public static var needs: AgentNeeds { .boundedActions }

    public func makeAgent(for environment: EnvironmentDescription, seed: UInt64) throws -> any Learner {
        try DDPG(self, environment: environment, seed: seed)
    }
}

/// The actor's loss −E[Q₁(s, π(s))], and values of the targets' actions with clipped noise on them.
final class DeterministicRule: OffPolicyRule {
    let actor: OffPolicyActor
    let critics: ActionCritics
    let criticWeight = 1.0
    private let targetActor: OffPolicyActor
    private let targetCritics: ActionCritics
    /// σ of the noise on the targets' actions, and where it ends.
    private let noise: (deviation: Double, limit: Double)

    init(_ parts: OffPolicyLearner.Parts, noise: (deviation: Double, limit: Double) = (0, 0)) {
        (actor, critics) = (parts.makeActor(.deterministic), parts.makeCritics())
        (targetActor, targetCritics) = (parts.makeActor(.deterministic), parts.makeCritics())
        self.noise = noise
        targetActor.parameters.copy(from: actor.parameters)
        targetCritics.parameters.copy(from: critics.parameters)
    }

    var targets: [Target] {
        [
            Target(name: "targetCritics", moving: targetCritics.parameters, towards: critics.parameters),
            Target(name: "targetActor", moving: targetActor.parameters, towards: actor.parameters),
        ]
    }

    func nextValues(_ observations: Tensor, noise: (Shape) -> Tensor) -> Tensor {
        var actions = targetActor(observations).parameters.tanh()
        if self.noise.deviation > 0 {
            let (deviation, limit) = self.noise
            actions = (actions + (deviation * noise(actions.shape)).clamped(-limit, limit)).clamped(-1, 1)
        }
        return targetCritics(observations, actions).smallest
    }

    func actorLoss(
        _ observations: Tensor, noise: (Shape) -> Tensor, judge: ((ActionCritics) -> [Tensor]) -> [Tensor]
    ) -> ActorLoss {
        let actions = actor(observations).parameters.tanh()
        return ActorLoss(loss: -judge { $0.first(observations, actions) }[0].mean())
    }
}
