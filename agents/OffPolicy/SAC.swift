import Configuration
import Experience
import Foundation
import NeuralNetworks
import TensorCore

/// Soft actor-critic (Haarnoja et al., "Soft actor-critic algorithms and applications", 2018): a stochastic actor that
/// maximises reward and entropy, at a temperature α that holds the entropy at a target H̄:
///
///     y = r + γ (min(Q̄₁, Q̄₂)(s′, a′) − α log π(a′|s′)),      a′ ~ π(·|s′)
///     L_π = E[α log π(a|s) − min(Q₁, Q₂)(s, a)],               a ~ π(·|s), differentiated along the sample
///     L_α = −E[log α (log π(a|s) + H̄)]
///
/// Actions of numbers are Gaussians squashed by tanh. For choices the expectations over actions are sums (Christodoulou
/// 2019).
public final class SAC: OffPolicyLearner {
    /// - Throws: ``AgentError`` if the environment's spaces or the settings don't suit.
    public init(_ settings: SACSettings = .init(), environment: EnvironmentDescription, seed: UInt64) throws {
        if settings.stateDependentNoise, environment.actionSpace.discreteCount != nil {
            throw AgentError.setting(
                agent: "sac", name: "stateDependentNoise", value: "true",
                allowed: "false where actions are choices, to which no noise can be added")
        }
        if settings.tuning, settings.temperature == 0 {
            throw AgentError.setting(
                agent: "sac", name: "temperature", value: "0", allowed: "above 0 where it is tuned (tuning = true)")
        }
        try super.init(
            settings.learning, agent: "sac", noiseEvery: settings.noiseEvery, environment: environment, seed: seed
        ) { EntropyRule($0, settings) }
    }
}

/// Settings of ``SAC``; the defaults are Stable-Baselines3's.
public struct SACSettings: AgentSettings {
    public var learning = OffPolicySettings(hiddenSizes: [256, 256], learningRate: 3e-4, critics: 2)
    /// α, at the start if it is tuned.
    @Setting(0...1e6, "temperature of the entropy, at the start if it is tuned") public var temperature = 1.0
    @Setting("tune the temperature to a target entropy") public var tuning = true
    /// H̄, in nats: by default as many negative ones as an action has numbers, or 0.98 of the largest entropy of
    /// choices.
    @Setting(-1e6...1e6, "target entropy; 0: by the action space") public var targetEntropy = 0.0
    /// Noise that is a linear function of the actor's last hidden layer (gSDE, Raffin et al. 2022).
    @Setting("exploration noise that depends on the state (gSDE)") public var stateDependentNoise = false
    @Setting(-20...5, "initial log standard deviation of state-dependent noise") public var logDeviation = -3.0
    @Setting(0...1_000_000, "steps between samples of state-dependent noise; 0: as trainEvery")
    public var noiseEvery = 0

    public init() {}
    public static var needs: AgentNeeds { .boundedOrDiscreteActions }

    public func makeAgent(for environment: EnvironmentDescription, seed: UInt64) throws -> any Learner {
        try SAC(self, environment: environment, seed: seed)
    }
}

/// Entropy beside reward, at a temperature.
final class EntropyRule: OffPolicyRule {
    let actor: OffPolicyActor
    let critics: ActionCritics
    let criticWeight = 0.5
    private let targetCritics: ActionCritics
    private let temperature: Temperature

    init(_ parts: OffPolicyLearner.Parts, _ settings: SACSettings) {
        let choices = parts.actionSpace.discreteCount
        let kind: OffPolicyActor.Kind =
            choices != nil ? .choices : settings.stateDependentNoise ? .stateDependent : .gaussian
        actor = parts.makeActor(kind, logDeviation: settings.logDeviation)
        (critics, targetCritics) = (parts.makeCritics(), parts.makeCritics())
        targetCritics.parameters.copy(from: critics.parameters)
        temperature = Temperature(settings, parts.actionSpace)
    }

    var targets: [Target] {
        [Target(name: "targetCritics", moving: targetCritics.parameters, towards: critics.parameters)]
    }

    func nextValues(_ observations: Tensor, noise: (Shape) -> Tensor) -> Tensor {
        guard case .choices = actor.kind else {
            let (actions, logs) = actor.sampled(observations, noise: noise)
            return targetCritics(observations, actions).smallest - temperature.tensor * logs
        }
        let logs = actor(observations).parameters.logSoftmax()
        return (logs.exp() * (targetCritics(observations).smallest - temperature.tensor * logs)).sum([-1])
    }

    func actorLoss(
        _ observations: Tensor, noise: (Shape) -> Tensor, judge: ((ActionCritics) -> [Tensor]) -> [Tensor]
    ) -> ActorLoss {
        let alpha = temperature.tensor, loss, entropy: Tensor
        if case .choices = actor.kind {
            let logs = actor(observations).parameters.logSoftmax()
            let values = judge { $0(observations) }.smallest
            loss = (logs.exp() * (alpha * logs - values)).sum([-1]).mean()
            entropy = -(logs.exp() * logs).sum([-1]).mean()
        } else {
            let (actions, logs) = actor.sampled(observations, noise: noise)
            loss = (alpha * logs - judge { $0(observations, actions) }.smallest).mean()
            entropy = -logs.mean()
        }
        return ActorLoss(loss: loss, entropy: entropy) { [temperature] in try temperature.improve(entropy) }
    }

    var others: Parameters { temperature.state }

    var metrics: [(name: String, value: Double)] { [("temperature", temperature.value)] }
}

/// The temperature α of the entropy: a constant, or tuned so that the entropy approaches a target.
private final class Temperature {
    private let constant: Double
    /// log α with its optimiser; nil for a constant.
    private let tuned: (log: Variable, optimizer: Adam)?
    private let targetEntropy: Double

    init(_ settings: SACSettings, _ actionSpace: Space) {
        constant = settings.temperature
        let usual = actionSpace.discreteCount.map { 0.98 * log(Double($0)) } ?? -Double(actionSpace.count)
        targetEntropy = settings.targetEntropy == 0 ? usual : settings.targetEntropy
        guard settings.tuning else {
            tuned = nil
            return
        }
        let optimizer = Adam(learningRate: settings.learning.learningRate)
        let logarithm = Variable(Float(log(settings.temperature)), name: "log")
        tuned = (logarithm, optimizer)
        optimizer.prepare(for: parameters)
    }

    private var parameters: Parameters { Parameters(named: ["log": tuned?.log]) }
    var state: Parameters {
        ["temperature": parameters, "temperatureOptimizer": tuned?.optimizer.state ?? Parameters()]
    }

    var tensor: Tensor { tuned.map { $0.log.tensor.exp().withoutGradient() } ?? Tensor(constant) }
    var value: Double { tuned.map { exp(Double($0.log.values[0])) } ?? constant }

    /// Records a step towards the target.
    func improve(_ entropy: Tensor) throws {
        guard let tuned else { return }
        try tuned.optimizer.minimize(tuned.log.tensor * (entropy - targetEntropy).withoutGradient(), parameters)
    }
}
