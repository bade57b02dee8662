import NeuralNetworks
import Random
import TensorCore

/// A network of one's own: a shared body with two heads, the action's logits and the state's value.
struct PolicyAndValue: Module {
    let body: MultilayerPerceptron
    let policy, value: Linear

    init(inputs: Int, actions: Int, random: inout RandomStream) {
        body = MultilayerPerceptron([inputs, 64, 64], activation: .tanh, random: &random)
        policy = Linear(64, actions, random: &random)
        value = Linear(64, 1, random: &random)
    }

    /// (B, inputs) → logits (B, actions) and values (B).
    func callAsFunction(_ x: Tensor) -> (logits: Tensor, value: Tensor) {
        let h = body(x).tanh()
        return (policy(h), value(h).reshaped(to: [-1]))
    }

    var parameters: Parameters { ["body": body.parameters, "policy": policy.parameters, "value": value.parameters] }
}
