import NeuralNetworks
import TensorCore

/// What an off-policy actor-critic learns, as functions that record tensors.
protocol OffPolicyRule: AnyObject {
    var actor: OffPolicyActor { get }
    var critics: ActionCritics { get }
    /// The networks that follow others.
    var targets: [Target] { get }
    /// The weight of the critics' mean squared errors.
    var criticWeight: Double { get }

    /// (B): V(s′), what the critics' targets bootstrap from.
    ///
    /// - Parameter noise: standard normal numbers of a shape.
    func nextValues(_ observations: Tensor, noise: (Shape) -> Tensor) -> Tensor

    /// The actor's loss.
    ///
    /// - Parameter judge: calls its argument with the critics as they are after their update, through which no gradient
    ///   reaches their parameters.
    func actorLoss(
        _ observations: Tensor, noise: (Shape) -> Tensor, judge: ((ActionCritics) -> [Tensor]) -> [Tensor]
    ) -> ActorLoss

    /// What is learned besides actor and critics, and the state of what learns it.
    var others: Parameters { get }
    /// Figures on it.
    var metrics: [(name: String, value: Double)] { get }
}

extension OffPolicyRule {
    var others: Parameters { Parameters() }
    var metrics: [(name: String, value: Double)] { [] }
}

/// What a rule says of a minibatch to the actor.
struct ActorLoss {
    /// What the actor minimises.
    var loss: Tensor
    /// −E log π(a|s); nil without a stochastic actor.
    var entropy: Tensor?
    /// Records a step on whatever else is learned from the same actions.
    var others: () throws -> Void = {}
}

/// A network that follows another one.
struct Target {
    var name: String
    var moving, towards: Parameters
}
