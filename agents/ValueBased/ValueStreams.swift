import NeuralNetworks
import Random
import TensorCore

/// A network whose last hidden layer and outputs are noisy, or split into two streams, or both:
/// (B, inputs) → (B, actions · atoms).
///
/// Two streams make a dueling network (Wang et al. 2016): one gives the state's value, the other how much better each
/// action is than the others,
///
///     Q(s, a) = V(s) + A(s, a) − meanₐ A(s, a)
///
/// where subtracting the mean makes the two parts unique. If an action has several atoms, this holds for each of them
/// (Hessel et al. 2018).
struct ValueStreams: Layer {
    private let body: any Layer
    private let value: (any Layer)?
    private let advantage: any Layer
    private let actionCount, atoms: Int

    /// Makes the network.
    ///
    /// - Parameters:
    ///   - atoms: Numbers that describe the return after each action.
    ///   - noise: σ₀ of ``NeuralNetworks/NoisyLinear``; nil for layers without noise.
    /// - Precondition: the design has a hidden layer with which the streams begin, or each stream is a single layer.
    init(
        _ design: NetworkDesign, actionCount: Int, atoms: Int, isDueling: Bool, noise: Double?,
        random: inout RandomStream
    ) {
        (self.actionCount, self.atoms) = (actionCount, atoms)
        let (body, width, hidden, activation) = design.makeBody(random: &random)
        self.body = body
        func linear(_ inputs: Int, _ outputs: Int) -> any Layer {
            guard let noise else { return Linear(inputs, outputs, random: &random) }
            return NoisyLinear(inputs, outputs, deviation: noise, random: &random)
        }
        func stream(_ outputs: Int) -> any Layer {
            guard let hidden else { return Sequential([linear(width, outputs)]) }
            return Sequential([linear(width, hidden), activation, linear(hidden, outputs)])
        }
        value = isDueling ? stream(atoms) : nil
        advantage = stream(actionCount * atoms)
    }

    func callAsFunction(_ input: Tensor) -> Tensor {
        let features = body(input)
        let advantages = advantage(features)
        guard let value else { return advantages }
        let rows = advantages.reshaped(to: [-1, actionCount, atoms])
        let sum = value(features).expandingDimension(at: 1) + rows - rows.mean([1], keepDimensions: true)
        return sum.reshaped(to: [-1, actionCount * atoms])
    }

    /// `body.…`, `value.…` if the network is dueling, `advantage.…`.
    var parameters: Parameters {
        var groups: Parameters = ["body": body.parameters, "advantage": advantage.parameters]
        if let value { groups = Parameters(groups.entries + (["value": value.parameters] as Parameters).entries) }
        return groups
    }
}
