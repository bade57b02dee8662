import Environments
import Experience
import Foundation
import Random

// How a policy acts: an action sampled from one row of parameters, or the most probable one, and its probability. Rows
// are memory, not tensors, since every row has its own random stream; nothing is allocated.

extension PolicyDistribution {
    /// Samples an action.
    ///
    /// - Parameters:
    ///   - parameters: (``parameterCount``).
    ///   - valid: The valid choices, for one choice; nil if all are.
    ///   - action: (``actionCount``), written here: choices and bits as whole numbers; unsquashed where squashed.
    /// - Returns: log π of the action, in nats.
    public func sample(
        _ parameters: UnsafeBufferPointer<Float>, among valid: ActionMask? = nil,
        into action: UnsafeMutableBufferPointer<Float>, _ random: inout RandomStream
    ) -> Float {
        switch self {
        case .categorical(let counts):
            return choose(parameters, counts, into: action) { logits in
                Self.sampled(logits, among: valid, &random)
            }
        case .bernoulli(let count):
            var sum: Float = 0
            for place in 0..<count {
                let logit = parameters[place]
                let bit: Float = random.uniformFloat() < 1 / (1 + exp(-logit)) ? 1 : 0
                action[place] = bit
                sum -= Self.softplus((1 - 2 * bit) * logit)
            }
            return sum
        case .gaussian(let count):
            for place in 0..<count {
                action[place] = parameters[place] + exp(parameters[count + place]) * Float(random.normal())
            }
        case .squashedGaussian(let low, _):
            return PolicyDistribution.gaussian(low.count).sample(parameters, into: action, &random)
                - logSlope(UnsafeBufferPointer(action))
        }
        return logProbability(of: UnsafeBufferPointer(action), parameters)
    }

    /// Takes the most probable action: the first of equally probable ones; the mean of Gaussians.
    public func mode(
        _ parameters: UnsafeBufferPointer<Float>, among valid: ActionMask? = nil,
        into action: UnsafeMutableBufferPointer<Float>
    ) {
        switch self {
        case .categorical(let counts):
            _ = choose(parameters, counts, into: action) { (argmax($0, among: valid), 0) }
        case .bernoulli(let count):
            for place in 0..<count { action[place] = parameters[place] > 0 ? 1 : 0 }
        case .gaussian(let count): for place in 0..<count { action[place] = parameters[place] }
        case .squashedGaussian(let low, _): for place in low.indices { action[place] = parameters[place] }
        }
    }

    /// log π of an action, in nats.
    ///
    /// - Parameter valid: as for sampling; an action that is not valid has a log probability below −10⁷.
    public func logProbability(
        of action: UnsafeBufferPointer<Float>, _ parameters: UnsafeBufferPointer<Float>, among valid: ActionMask? = nil
    ) -> Float {
        switch self {
        case .categorical(let counts):
            var (start, sum): (Int, Float) = (0, 0)
            for (place, count) in counts.enumerated() {
                let logits = UnsafeBufferPointer(rebasing: parameters[start..<start + count])
                let choice = Int(action[place])
                let logit = valid?.contains(choice) ?? true ? logits[choice] : Float(Self.invalidLogit)
                sum += logit - Self.logSum(logits, among: valid)
                start += count
            }
            return sum
        case .bernoulli(let count):
            return (0..<count).reduce(0) { $0 - Self.softplus((1 - 2 * action[$1]) * parameters[$1]) }
        case .gaussian(let count):
            var sum: Float = 0
            for place in 0..<count {
                let logDeviation = parameters[count + place]
                let distance = (action[place] - parameters[place]) * exp(-logDeviation)
                sum -= 0.5 * distance * distance + logDeviation + Float(0.5 * log(2 * Double.pi))
            }
            return sum
        case .squashedGaussian(let low, _):
            return PolicyDistribution.gaussian(low.count).logProbability(of: action, parameters) - logSlope(action)
        }
    }

    /// Writes an action as the environment takes it: squashed Gaussians squashed, other numbers within the bounds of a
    /// box, which Gaussians leave.
    ///
    /// - Parameters:
    ///   - action: (``actionCount``): a sampled action.
    ///   - bounds: The low and high bounds of a box; nil for other spaces.
    public func write(
        _ action: UnsafeBufferPointer<Float>, to row: Int, of actions: MutableRows,
        bounds: (low: [Double], high: [Double])?
    ) {
        for place in action.indices {
            var number = Double(action[place])
            if case .squashedGaussian(let low, let high) = self {
                number = Self.squashed(number, into: low[place], high[place])
            }
            if let bounds { number = Self.clipped(number, to: bounds.low[place], bounds.high[place]) }
            actions.set(row, place, to: number)
        }
    }

    /// c + h tanh u, where c is the middle of the bounds and h half their distance.
    static func squashed(_ u: Double, into low: Double, _ high: Double) -> Double {
        (low + high) / 2 + (high - low) / 2 * tanh(u)
    }

    /// The number or the nearest bound. A NaN stays one, so that whoever takes the action refuses it.
    static func clipped(_ number: Double, to low: Double, _ high: Double) -> Double {
        number.isNaN ? number : min(max(number, low), high)
    }

    // MARK: Parts

    /// Makes each choice and adds the log probabilities that `choice` returns.
    private func choose(
        _ parameters: UnsafeBufferPointer<Float>, _ counts: [Int], into action: UnsafeMutableBufferPointer<Float>,
        _ choice: (UnsafeBufferPointer<Float>) -> (Int, Float)
    ) -> Float {
        var (start, sum): (Int, Float) = (0, 0)
        for (place, count) in counts.enumerated() {
            let (index, logProbability) = choice(UnsafeBufferPointer(rebasing: parameters[start..<start + count]))
            action[place] = Float(index)
            sum += logProbability
            start += count
        }
        return sum
    }

    /// An index with probability in proportion to exp(logit), and its log probability.
    private static func sampled(
        _ logits: UnsafeBufferPointer<Float>, among valid: ActionMask?, _ random: inout RandomStream
    ) -> (Int, Float) {
        let normalizer = logSum(logits, among: valid)
        var (rest, last) = (random.uniformFloat(), argmax(logits, among: valid))
        for index in logits.indices where valid?.contains(index) ?? true {
            let probability = exp(logits[index] - normalizer)
            rest -= probability
            if probability > 0 { last = index }
            if rest < 0 { break }
        }
        return (last, logits[last] - normalizer)
    }

    /// log Σ exp(logit) over the valid choices.
    private static func logSum(_ logits: UnsafeBufferPointer<Float>, among valid: ActionMask?) -> Float {
        let largest = logits[argmax(logits, among: valid)]
        var sum: Float = 0
        for index in logits.indices where valid?.contains(index) ?? true { sum += exp(logits[index] - largest) }
        return largest + log(sum)
    }

    private static func softplus(_ x: Float) -> Float { max(x, 0) + log1p(exp(-abs(x))) }

    /// log |da/du|, summed over the numbers of an action.
    private func logSlope(_ u: UnsafeBufferPointer<Float>) -> Float {
        guard case .squashedGaussian(let low, let high) = self else { return 0 }
        var sum: Float = 0
        for place in u.indices {
            sum += 2 * (Float(log(2.0)) - u[place] - Self.softplus(-2 * u[place]))
            sum += Float(log((high[place] - low[place]) / 2))
        }
        return sum
    }
}
