import Environments
import Experience
import NeuralNetworks
import Random
import TensorCore

/// The actor of an off-policy actor-critic: a network, and what its outputs say of the action.
///
/// Numbers of actions are from −1 to 1 inside the agent; the environment's bounds are where that range ends.
final class OffPolicyActor {
    /// What the outputs say.
    enum Kind {
        /// u of the one action tanh u.
        case deterministic
        /// The mean and log σ of Gaussians u, squashed to tanh u.
        case gaussian
        /// The mean of u; its noise is φ W with the features φ and W ~ N(0, σ²), σ being parameters (gSDE, Raffin et
        /// al. 2022).
        case stateDependent
        /// Logits of choices.
        case choices
    }

    /// log σ stays between these, and the mean of state-dependent noise within ± `largestMean`, as in
    /// Stable-Baselines3.
    static let logDeviations = -20.0...2.0, largestMean = 2.0

    let kind: Kind
    var isStochastic: Bool { kind != .deterministic }
    /// Of actions between −1 and 1.
    let distribution: PolicyDistribution
    /// Units that the last layer reads.
    let latentCount: Int
    private let features: any Layer
    private let last: Linear
    /// (latents, numbers): log σ of state-dependent noise.
    let logDeviations: Variable?

    init(
        _ design: NetworkDesign, _ kind: Kind, _ actionSpace: Space, lastWeights: Double, logDeviation: Double = 0,
        random: inout RandomStream
    ) {
        self.kind = kind
        let count = actionSpace.count
        if case .choices = kind {
            distribution = .categorical([actionSpace.discreteCount!])
        } else {
            let ones = Array(repeating: 1.0, count: count)
            distribution = .squashedGaussian(low: ones.map { -$0 }, high: ones)
        }
        let (features, width) = design.makeFeatures(random: &random)
        (self.features, latentCount) = (features, width)
        let outputs =
            switch kind {
            case .deterministic, .stateDependent: count
            case .gaussian, .choices: distribution.parameterCount
            }
        last = Linear(width, outputs, random: &random)
        last.setLast(lastWeights, random: &random)
        if case .stateDependent = kind {
            let start = [Float](repeating: Float(logDeviation), count: width * count)
            logDeviations = Variable(start, shape: [width, count], name: "logDeviations")
        } else {
            logDeviations = nil
        }
    }

    /// (B, …) → the numbers that ``distribution`` has for parameters, and the latents (B, units). Of a deterministic
    /// actor the parameters are u alone.
    func callAsFunction(_ observations: Tensor) -> (parameters: Tensor, latents: Tensor) {
        let latents = features(observations)
        let outputs = last(latents), count = distribution.actionCount
        switch kind {
        case .deterministic, .choices: return (outputs, latents)
        case .gaussian:
            let bounds = Self.logDeviations
            let deviations = outputs.sliced(count..<2 * count, axis: 1).clamped(bounds.lowerBound, bounds.upperBound)
            return (Tensor.concatenated([outputs.sliced(0..<count, axis: 1), deviations], axis: 1), latents)
        case .stateDependent:
            let variances = latents.squared().matmul((2.0 * logDeviations!.tensor).exp())
            let means = outputs.clamped(-Self.largestMean, Self.largestMean)
            return (Tensor.concatenated([means, 0.5 * (variances + 1e-6).log()], axis: 1), latents)
        }
    }

    /// Actions a = tanh u, (B, numbers), with gradients through them to the parameters (the pathwise derivative), and
    /// log π(a|s), (B).
    ///
    /// - Parameter noise: standard normal numbers of a shape.
    func sampled(_ observations: Tensor, noise: (Shape) -> Tensor) -> (actions: Tensor, logProbabilities: Tensor) {
        let (parameters, latents) = self(observations)
        let count = distribution.actionCount, rows = parameters.shape[0]
        let means = parameters.sliced(0..<count, axis: 1), deviations = parameters.sliced(count..<2 * count, axis: 1)
        let u: Tensor
        if let logDeviations {
            u = means + latents.matmul(logDeviations.tensor.exp() * noise([latentCount, count]))
        } else {
            u = means + deviations.exp() * noise([rows, count])
        }
        return (u.tanh(), distribution.logProbability(of: u, parameters))
    }

    var parameters: Parameters {
        [
            "features": features.parameters, "last": last.parameters,
            "deviation": Parameters(named: ["logDeviations": logDeviations]),
        ]
    }
}
