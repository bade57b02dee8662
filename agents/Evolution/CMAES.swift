import Configuration
import Environments
import Foundation
import Mathematics
import Random

/// The evolution strategy with covariance matrix adaptation (Hansen, *The CMA evolution strategy: a tutorial*,
/// arXiv:1604.00772), in its notation. Candidates are x = m + σ y with y ~ N(0, C); from the ranked ones follow
///
///     m ← m + σ ⟨y⟩,   ⟨y⟩ = Σ wᵢ yᵢ over the better half
///     p_σ ← (1 − c_σ) p_σ + √(c_σ (2 − c_σ) μ_eff) C^(−½) ⟨y⟩,   σ ← σ exp(c_σ/d_σ (‖p_σ‖/E‖N(0, I)‖ − 1))
///     p_c ← (1 − c_c) p_c + h_σ √(c_c (2 − c_c) μ_eff) ⟨y⟩
///     C ← (1 + c₁ δ(h_σ) − c₁ − c_μ Σ wᵢ) C + c₁ p_c p_cᵀ + c_μ Σ wᵢ° yᵢ yᵢᵀ
///
/// The parameters' scale and correlation, and any order-preserving change of the fitness, make no difference to what it
/// finds. ``CMAESConstants`` are the tutorial's defaults.
public struct CMAES: EvolutionStrategy, Hashable {
    /// How much of the covariance is learned.
    public enum Covariance: String, SettingChoice {
        /// All of it: n² numbers.
        case full
        /// Its diagonal: n numbers, sep-CMA-ES (Ros and Hansen 2008).
        case diagonal
    }

    public let covarianceKind: Covariance
    public let constants: CMAESConstants
    /// m.
    public var mean: [Double]
    /// σ.
    public private(set) var stepSize: Double
    /// C: (n, n), row after row, or its diagonal, (n).
    public private(set) var covariance: [Double]
    /// p_σ and p_c.
    public private(set) var stepPath, covariancePath: [Double]
    public private(set) var generation = 0
    /// The square roots of the eigenvalues of C, and its eigenvectors as rows, as of the last decomposition; a diagonal
    /// C has no vectors.
    private var lengths, axes: [Double]
    private var decomposedAt = 0

    /// A distribution around `mean`.
    ///
    /// - Parameters:
    ///   - deviation: σ of all parameters in the first generation: about a third of the distance to the optimum.
    ///   - population: λ; nil for ``CMAESConstants/population(for:)``.
    /// - Precondition: there are two candidates or more, and at least one parameter.
    public init(mean: [Double], deviation: Double, population: Int? = nil, covariance: Covariance = .full) {
        let count = mean.count
        let population = population ?? CMAESConstants.population(for: count)
        precondition(count >= 1 && population >= 2, "\(population) candidates of \(count) parameters are too few")
        precondition(deviation > 0, "the deviation \(deviation) is not positive")
        (self.mean, stepSize, covarianceKind) = (mean, deviation, covariance)
        constants = CMAESConstants(count: count, population: population, diagonal: covariance == .diagonal)
        let isFull = covariance == .full
        axes = isFull ? Matrix.identity(count).elements : []
        self.covariance = isFull ? axes : Array(repeating: 1, count: count)
        lengths = Array(repeating: 1, count: count)
        (stepPath, covariancePath) = (Array(repeating: 0, count: count), Array(repeating: 0, count: count))
    }

    public var population: Int { constants.weights.count }

    public var deviation: Double {
        let (count, stride) = (mean.count, covarianceKind == .full ? mean.count + 1 : 1)
        return stepSize * ((0..<count).reduce(0) { $0 + covariance[$1 * stride] } / Double(count)).squareRoot()
    }

    /// m + σ B D z with z ~ N(0, I).
    public func sample(into candidate: inout [Double], _ random: inout RandomStream) {
        for place in mean.indices { candidate[place] = mean[place] }
        for axis in mean.indices {
            let length = stepSize * lengths[axis] * random.normal()
            if axes.isEmpty { candidate[axis] += length } else { add(length, axis, to: &candidate) }
        }
    }

    public mutating func update(_ candidates: [[Double]], fitness: [Double]) {
        let order = ranked(candidates, fitness)
        let steps = order.map { index in
            zip(candidates[index], mean).map { ($0 - $1) / stepSize }
        }
        let step = combined(steps)
        for place in mean.indices { mean[place] += stepSize * step[place] }
        generation += 1
        let isFast = moveStepPath(step)
        let rate = constants.covariancePathRate
        let gain = isFast ? 0 : (rate * (2 - rate) * constants.selectionMass).squareRoot()
        for place in mean.indices {
            covariancePath[place] = (1 - rate) * covariancePath[place] + gain * step[place]
        }
        adaptCovariance(steps, lost: isFast ? rate * (2 - rate) : 0)
        stepSize *= exp(constants.pathRate / constants.damping * (norm(stepPath) / constants.expectedLength - 1))
        if generation - decomposedAt >= constants.decompositionInterval { decompose() }
    }

    /// ⟨y⟩.
    private func combined(_ steps: [[Double]]) -> [Double] {
        var sum = [Double](repeating: 0, count: mean.count)
        for (weight, step) in zip(constants.weights.prefix(constants.parentCount), steps) {
            for place in sum.indices { sum[place] += weight * step[place] }
        }
        return sum
    }

    /// Updates p_σ.
    ///
    /// - Returns: whether it is so long that p_c should stall, h_σ = 0.
    private mutating func moveStepPath(_ step: [Double]) -> Bool {
        let rate = constants.pathRate
        let gain = (rate * (2 - rate) * constants.selectionMass).squareRoot()
        let whitened = whitened(step)
        for place in stepPath.indices { stepPath[place] = (1 - rate) * stepPath[place] + gain * whitened[place] }
        let started = (1 - pow(1 - rate, Double(2 * generation))).squareRoot()
        return norm(stepPath) / started >= (1.4 + 2 / Double(mean.count + 1)) * constants.expectedLength
    }

    /// Updates C; `lost` is the variance that a stalled p_c doesn't add, (1 − h_σ) c_c (2 − c_c).
    private mutating func adaptCovariance(_ steps: [[Double]], lost: Double) {
        let (one, mu) = (constants.rankOneRate, constants.rankMuRate)
        let kept = 1 + one * lost - one - mu * constants.weights.reduce(0, +)
        for index in covariance.indices { covariance[index] *= kept }
        addOuter(covariancePath, weight: one)
        for (weight, step) in zip(constants.weights, steps) where weight != 0 {
            // However long a bad step was, it takes no more from the covariance than is there.
            let length = weight < 0 ? innerProduct(whitened(step), whitened(step)) : 0
            guard weight > 0 || length > 0 else { continue }
            addOuter(step, weight: mu * (weight < 0 ? weight * Double(mean.count) / length : weight))
        }
    }

    /// C ← C + weight y yᵀ.
    private mutating func addOuter(_ y: [Double], weight: Double) {
        let count = y.count
        guard covarianceKind == .full else {
            for place in 0..<count { covariance[place] += weight * y[place] * y[place] }
            return
        }
        for row in 0..<count {
            // The product of the two comes first, so that C stays symmetric to the last bit.
            let factor = y[row]
            for column in 0..<count { covariance[row * count + column] += weight * (factor * y[column]) }
        }
    }

    /// C^(−½) y, by the last decomposition.
    private func whitened(_ y: [Double]) -> [Double] {
        let count = y.count
        guard covarianceKind == .full else { return zip(y, lengths).map { $0 / $1 } }
        var result = [Double](repeating: 0, count: count)
        for axis in 0..<count {
            var part = 0.0
            for place in 0..<count { part += axes[axis * count + place] * y[place] }
            add(part / lengths[axis], axis, to: &result)
        }
        return result
    }

    private func add(_ length: Double, _ axis: Int, to vector: inout [Double]) {
        let start = axis * mean.count
        for place in mean.indices { vector[place] += length * axes[start + place] }
    }

    /// Follows C. Its eigenvalues are at least 10⁻¹⁴ of the largest: below that they are rounding errors, even negative
    /// ones.
    private mutating func decompose() {
        decomposedAt = generation
        guard covariance.allSatisfy(\.isFinite) else { return }
        var squares = covariance
        if covarianceKind == .full {
            let count = mean.count
            let eigen = SymmetricEigen(Matrix(rows: count, columns: count, covariance))
            (squares, axes) = (eigen.values, eigen.vectors.elements)
        }
        let floor = max(squares.max()! * 1e-14, .leastNormalMagnitude)
        lengths = squares.map { max($0, floor).squareRoot() }
    }

    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&generation, in: 0...1 << 62)
        try coder.code(&decomposedAt, in: 0...1 << 62)
        try coder.code(&stepSize)
        for keyPath in [\CMAES.mean, \.covariance, \.stepPath, \.covariancePath, \.lengths, \.axes] {
            try coder.code(&self[keyPath: keyPath])
        }
    }
}
