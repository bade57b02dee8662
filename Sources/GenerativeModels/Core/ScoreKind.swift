import Datasets

/// What a number is that judges a model. People get all of them with one sign: lower is better. Likelihoods are
/// negative log-likelihoods, as tables in papers have them, in nats per row, character or frame.
public enum ScoreKind: String, Sendable, CaseIterable {
    /// −log p(x), up to rounding.
    case exact
    /// At least −log p(x) on average, as the bound of a variational autoencoder is.
    case bound
    /// −log p(x) with a partition function from annealed importance sampling, which is too low on average; so is the
    /// number.
    case estimate
    /// A bound with such a partition function: the bound makes it too high, and the partition function too low.
    case estimatedBound
    /// −log p(x) of long sequences in windows that overlap: the first steps of a window see fewer earlier steps than
    /// the model can, so that the number is exact for a model that forgets more.
    case windowed
    /// A bound as if the numbers were bits, although they are greys: p(x|z) does not integrate to 1, so that this is no
    /// density, and can't be compared with likelihoods.
    case unnormalized
    /// −Σᵢ log p(xᵢ | the others) (Besag 1975).
    case pseudoLikelihood
    /// −log p(y | x) of the rows' classes y.
    case conditionalLikelihood
    /// −log p of rows given their own codes.
    case reconstruction
    /// The squared distance between rows and their reconstructions.
    case squaredError
    /// The energy distance between the model's samples and the rows.
    case sampleDistance

    /// Whether the score may select the best parameters: pseudo-likelihood and reconstruction may become better while
    /// the likelihood gets worse.
    public var selects: Bool {
        switch self {
        case .exact, .bound, .windowed, .unnormalized, .conditionalLikelihood, .sampleDistance: true
        case .estimate, .estimatedBound, .pseudoLikelihood, .reconstruction, .squaredError: false
        }
    }

    /// Whether it is a density of the rows, which depends on their units.
    public var isDensity: Bool {
        switch self {
        case .exact, .bound, .estimate, .estimatedBound, .windowed: true
        default: false
        }
    }

    /// A score as people get it, lower is better: ``ScoredModel/score(_:)`` has log-likelihoods and negative errors.
    ///
    /// - Parameter logVolume: What the log-density of a row loses when the model's numbers are scaled to the data's.
    public func loss(_ score: Double, logVolume: Double) -> Double {
        if self == .sampleDistance { return score }
        return isDensity ? logVolume - score : -score
    }

    /// What is measured.
    public var title: String {
        switch self {
        case .exact: "negative log-likelihood"
        case .bound: "upper bound on the negative log-likelihood"
        case .estimate: "estimated negative log-likelihood"
        case .estimatedBound: "estimated bound on the negative log-likelihood"
        case .windowed: "negative log-likelihood in windows"
        case .unnormalized: "bound of greys taken for bits, which is no density"
        case .pseudoLikelihood: "negative pseudo-log-likelihood"
        case .conditionalLikelihood: "negative log-likelihood of the classes"
        case .reconstruction: "negative log-likelihood of the reconstruction"
        case .squaredError: "squared error of the reconstruction"
        case .sampleDistance: "energy distance of samples"
        }
    }

    /// How the number relates to the negative log-likelihood; nil where it has nothing to do with it.
    public var relation: String? {
        switch self {
        case .exact: "exact"
        case .bound: "a bound: the true value is at most this"
        case .estimate: "an estimate, on average too low"
        case .estimatedBound: "a bound with an estimated log Z: the bound makes it too high, the estimate too low"
        case .windowed: "in windows that overlap: at a full context it would be lower"
        case .unnormalized: "no density: the numbers are greys, not bits"
        default: nil
        }
    }

    /// What the number counts, such as "nats per row".
    public func unit(of data: Dataset.Description) -> String {
        switch self {
        case .squaredError: "squared error per row"
        case .sampleDistance: "energy distance"
        case .pseudoLikelihood: "pseudo-likelihood nats per \(data.stepName)"
        case .conditionalLikelihood: "nats per class"
        case .reconstruction: "reconstruction nats per \(data.stepName)"
        default: "nats per \(data.stepName)"
        }
    }

    /// The unit, and the kind where the unit doesn't imply it: "nats per row (bound)".
    public func label(of data: Dataset.Description) -> String { label(unit: unit(of: data)) }

    /// The same for a unit that is known.
    public func label(unit: String) -> String {
        let kind: String? =
            switch self {
            case .bound: "bound"
            case .estimate: "estimate"
            case .estimatedBound: "estimated bound"
            case .windowed: "in windows"
            case .unnormalized: "no density"
            default: nil
            }
        return unit + (kind.map { " (\($0))" } ?? "")
    }
}

extension Dataset.Description {
    /// What a likelihood is counted by: rows, or the steps of sequences.
    public var stepName: String {
        guard isSequential else { return "row" }
        return kind.name == .symbols ? "character" : "frame"
    }
}
