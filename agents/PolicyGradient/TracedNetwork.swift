import Environments
import NeuralNetworks
import Random
import TensorCore

/// The network of an actor-critic with traces: a body, and behind it a policy over discrete actions and a value.
struct TracedNetwork {
    let design: NetworkDesign
    private let body: any Layer
    private let policy, value: Linear

    /// - Throws: ``AgentError`` if the environment's spaces don't suit.
    init(
        _ settings: ActorCriticTracesSettings, for environment: EnvironmentDescription, agent: String,
        random: inout RandomStream
    ) throws {
        let actions = try environment.actionCount(for: agent)
        design = try NetworkDesign(
            settings.network, for: environment, agent: agent, hiddenSizes: settings.hiddenSizes,
            activation: settings.activation)
        let isGated = settings.gatedImages && design.hasConvolutions
        let gates: (any Layer, any Layer) = (Activation.silu, Function { Self.dsilu($0) })
        let (body, width) = design.makeFeatures(activations: isGated ? gates : nil, random: &random)
        self.body = body
        policy = Linear(width, actions, random: &random)
        value = Linear(width, 1, random: &random)
    }

    /// (B, …) → (B, actions), (B): π(·|s) and V(s).
    func callAsFunction(_ observations: Tensor) -> (probabilities: Tensor, values: Tensor) {
        let features = body(observations)
        return (policy(features).softmax(), value(features).reshaped(to: [-1]))
    }

    /// (B, …) → (B): V(s).
    func values(_ observations: Tensor) -> Tensor { value(body(observations)).reshaped(to: [-1]) }

    /// (B, …) → (B, actions): π(·|s).
    func probabilities(_ observations: Tensor) -> Tensor { policy(body(observations)).softmax() }

    var parameters: Parameters {
        ["body": body.parameters, "policy": policy.parameters, "value": value.parameters]
    }

    /// The derivative of x σ(x), as an activation of its own (Elfwing et al. 2018): σ(x) (1 + x (1 − σ(x))).
    static func dsilu(_ x: Tensor) -> Tensor {
        let share = x.sigmoid()
        return share * (1 + x * (1 - share))
    }
}
