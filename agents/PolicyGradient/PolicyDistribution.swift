import Experience
import Foundation
import TensorCore

/// The probability distributions of a policy, π(·|s): what a network's outputs for a state mean.
///
/// A network gives ``parameterCount`` numbers for each state. As tensors, parameters are (T, parameters) and actions
/// (T, numbers of an action); the functions are pure and return one number per row, (T).
public enum PolicyDistribution: Hashable, Sendable {
    /// Independent choices: logits of each, one choice after another; a discrete space has one.
    case categorical([Int])
    /// Independent bits: the logit of each.
    case bernoulli(Int)
    /// Independent Gaussians: all means, then all log deviations, log σ.
    case gaussian(Int)
    /// Gaussians u as above, squashed into the bounds of a box by a = c + h tanh u, where c is the middle of the bounds
    /// and h half their distance (Haarnoja et al. 2018, appendix C). Actions in tensors are the unsquashed u.
    case squashedGaussian(low: [Double], high: [Double])

    /// The distribution that suits an action space; nil for a space that no policy acts in.
    ///
    /// - Parameter squashed: whether the Gaussians of a bounded box are squashed.
    public init?(_ space: Space, squashed: Bool = false) {
        switch space {
        case .discrete(let count): self = .categorical([count])
        case .multiDiscrete(let counts): self = .categorical(counts)
        case .multiBinary: self = .bernoulli(space.count)
        case .box(let low, let high, _, .float32), .box(let low, let high, _, .float64):
            guard squashed else {
                self = .gaussian(low.count)
                return
            }
            guard (low + high).allSatisfy(\.isFinite) else { return nil }
            self = .squashedGaussian(low: low, high: high)
        default: return nil
        }
    }

    /// Numbers that describe the distribution of one action.
    public var parameterCount: Int {
        switch self {
        case .categorical(let counts): counts.reduce(0, +)
        case .bernoulli(let count): count
        case .gaussian(let count): 2 * count
        case .squashedGaussian(let low, _): 2 * low.count
        }
    }

    /// Numbers of one action.
    public var actionCount: Int {
        switch self {
        case .categorical(let counts): counts.count
        case .bernoulli(let count), .gaussian(let count): count
        case .squashedGaussian(let low, _): low.count
        }
    }

    /// Numbers of one action that a network gives if deviations are learned apart from it, or don't exist.
    var outputCount: Int { gaussianCount ?? parameterCount }

    /// The number of Gaussians; nil for choices and bits.
    var gaussianCount: Int? {
        switch self {
        case .categorical, .bernoulli: nil
        case .gaussian, .squashedGaussian: actionCount
        }
    }

    /// The choices of a single choice; nil for other actions.
    var choiceCount: Int? {
        if case .categorical(let counts) = self, counts.count == 1 { counts[0] } else { nil }
    }

    /// Whether actions in tensors are int32.
    var isDiscrete: Bool {
        if case .categorical = self { true } else { false }
    }

    /// log π(a|s) of each row, in nats.
    ///
    /// - Parameters:
    ///   - actions: int32 for choices, float32 otherwise.
    ///   - valid: (T, logits): 1 for a valid action, 0 for one that the policy never takes; for one choice only.
    public func logProbability(of actions: Tensor, _ parameters: Tensor, valid: Tensor? = nil) -> Tensor {
        switch self {
        case .categorical(let counts):
            let logs = logProbabilities(parameters, counts, valid)
            return logs.indices.map { logs[$0].gathered(actions.selected($0, axis: 1)) }.sum
        case .bernoulli:
            // −log(1 + exp(∓l)), without the difference of large numbers.
            return -((1.0 - 2.0 * actions) * parameters).softplus().sum([-1])
        case .gaussian(let count): return Self.gaussian(actions, parameters, count).sum([-1])
        case .squashedGaussian(let low, let high):
            return (Self.gaussian(actions, parameters, low.count) - Self.logSlope(actions, low, high)).sum([-1])
        }
    }

    /// The entropy −E log π of each row, in nats; in squashed Gaussians, which have none in closed form, that of the
    /// unsquashed ones.
    public func entropy(_ parameters: Tensor, valid: Tensor? = nil) -> Tensor {
        switch self {
        case .categorical(let counts):
            return logProbabilities(parameters, counts, valid).map { Agents.entropy($0) }.sum
        case .bernoulli:
            let (yes, no) = ((-parameters).softplus(), parameters.softplus())
            return (parameters.sigmoid() * yes + (-parameters).sigmoid() * no).sum([-1])
        case .gaussian(let count):
            return (parameters.sliced(count..<2 * count, axis: 1) + 0.5 * log(2 * .pi * M_E)).sum([-1])
        case .squashedGaussian(let low, _): return PolicyDistribution.gaussian(low.count).entropy(parameters)
        }
    }

    /// The Kullback–Leibler divergence KL(p ‖ q) of each row from parameters `p` to parameters `q`, in nats. Squashing
    /// doesn't change it.
    public func divergence(from p: Tensor, to q: Tensor, valid: Tensor? = nil) -> Tensor {
        switch self {
        case .categorical(let counts):
            let pairs = zip(logProbabilities(p, counts, valid), logProbabilities(q, counts, valid))
            return pairs.map { ($0.exp() * ($0 - $1)).sum([-1]) }.sum
        case .bernoulli:
            let yes = p.sigmoid() * ((-q).softplus() - (-p).softplus())
            return (yes + (-p).sigmoid() * (q.softplus() - p.softplus())).sum([-1])
        case .gaussian(let count):
            let (mean, deviation) = (p.sliced(0..<count, axis: 1), p.sliced(count..<2 * count, axis: 1))
            let (otherMean, other) = (q.sliced(0..<count, axis: 1), q.sliced(count..<2 * count, axis: 1))
            let distance = (mean - otherMean) * (-other).exp()
            return (other - deviation + 0.5 * ((2.0 * (deviation - other)).exp() + distance.squared() - 1.0)).sum([-1])
        case .squashedGaussian(let low, _):
            return PolicyDistribution.gaussian(low.count).divergence(from: p, to: q)
        }
    }

    /// The logit of an action that is not valid: its probability is 0, and its log is finite.
    static let invalidLogit = -1e8

    private func logProbabilities(_ logits: Tensor, _ counts: [Int], _ valid: Tensor?) -> [Tensor] {
        precondition(valid == nil || counts.count == 1, "valid actions are known for one choice, not \(counts.count)")
        guard let valid else { return logits.split(counts, axis: 1).map { $0.logSoftmax() } }
        return [Tensor.select(valid .> Tensor(0), logits, Tensor(Self.invalidLogit)).logSoftmax()]
    }

    /// (T, count): log N(x | μ, σ²) of each number.
    private static func gaussian(_ x: Tensor, _ parameters: Tensor, _ count: Int) -> Tensor {
        let (mean, deviation) = (
            parameters.sliced(0..<count, axis: 1), parameters.sliced(count..<2 * count, axis: 1)
        )
        return -0.5 * ((x - mean) * (-deviation).exp()).squared() - deviation - 0.5 * log(2 * .pi)
    }

    /// (T, count): log |da/du| = log h + log(1 − tanh² u), the latter as 2 (log 2 − u − softplus(−2u)), which neither
    /// overflows nor loses digits for large |u|.
    private static func logSlope(_ u: Tensor, _ low: [Double], _ high: [Double]) -> Tensor {
        let halves = zip(low, high).map { Float(log(($1 - $0) / 2)) }
        return 2.0 * (log(2) - u - (-2.0 * u).softplus()) + Tensor(halves, shape: [1, halves.count])
    }
}

extension [Tensor] {
    fileprivate var sum: Tensor { dropFirst().reduce(self[0], +) }
}
