import TensorCore

// Losses for binary and categorical targets, one number per element or per row, in nats. Most are functions of logits,
// so that nothing overflows.

/// −log softmax(logits)[label]: logits (…, N), labels int32 (…) → (…).
///
/// With a one-hot target y this is the categorical −Σ yᵢ log ŷᵢ = −log ŷ_label.
///
/// - Parameters:
///   - labelSmoothing: s in 0..<1: the target's probability is (1 − s) at the label plus s/N everywhere, so that logits
///     do not need to grow without bound (Szegedy et al. 2016).
///   - ignored: The label of rows without a target: their loss is 0 and no gradient flows. ``maskedMean(_:mask:)``
///     excludes them from a mean. Other labels outside 0..<N give NaN.
public func crossEntropy(
    logits: Tensor, labels: Tensor, labelSmoothing: Double = 0, ignoring ignored: Int? = nil
) -> Tensor {
    precondition((0..<1).contains(labelSmoothing), "the label smoothing \(labelSmoothing) must be in 0..<1")
    let logProbabilities = logits.logSoftmax()
    var loss = -logProbabilities.gathered(labels)
    if labelSmoothing > 0 {
        loss = (1 - labelSmoothing) * loss - labelSmoothing * logProbabilities.mean([-1])
    }
    guard let ignored else { return loss }
    return Tensor.select(labels.asFloat() .== Tensor(Double(ignored)), Tensor(0), loss)
}

/// −Σ tᵢ log softmax(logits)ᵢ of soft targets, each last row a distribution: (…, N), (…, N) → (…).
public func crossEntropy(logits: Tensor, targets: Tensor) -> Tensor { -(targets * logits.logSoftmax()).sum([-1]) }

/// −(t log σ(x) + (1 − t) log(1 − σ(x))) without overflow: softplus(x) − t x.
public func binaryCrossEntropy(logits: Tensor, targets: Tensor) -> Tensor { logits.softplus() - targets * logits }

/// −(t log p + (1 − t) log(1 − p)) of probabilities in 0...1. Logarithms are bounded below at −87.3, the limit of
/// float32's normal numbers; beyond it no gradient flows. If logits are available, they lose nothing.
public func binaryCrossEntropy(probabilities p: Tensor, targets: Tensor) -> Tensor {
    func logarithm(_ x: Tensor) -> Tensor { maximum(x, Tensor(Double(Float.leastNormalMagnitude))).log() }
    return -(targets * logarithm(p) + (1 - targets) * logarithm(1 - p))
}

/// The focal loss (Lin et al. 2017) of targets 0 or 1: −α (1 − p)^γ log p, where p is the probability of the target.
/// Easy examples get little weight; γ = 0 is the binary cross-entropy.
///
/// - Parameters:
///   - exponent: γ ≥ 0.
///   - balance: α, the weight of the ones; the zeros have 1 − α. Without it both have the weight 1.
public func focalLoss(logits: Tensor, targets: Tensor, exponent: Double = 2, balance: Double? = nil) -> Tensor {
    // With z = x for a one and −x for a zero, p = σ(z), log p = −softplus(−z) and log(1 − p) = −softplus(z).
    let z = (2 * targets - 1) * logits
    let loss = (-exponent * z.softplus()).exp() * (-z).softplus()
    return balance.map { (targets * $0 + (1 - targets) * (1 - $0)) * loss } ?? loss
}

/// max(0, 1 − t x) of targets −1 or 1 (Cortes & Vapnik 1995).
public func hingeLoss(_ prediction: Tensor, targets: Tensor) -> Tensor { (1 - targets * prediction).relu() }

/// 1 where the largest logit is the label's, otherwise 0: (…, N), int32 (…) → (…). A metric, not a loss: it is flat
/// almost everywhere, so that its gradient is 0.
public func accuracy(logits: Tensor, labels: Tensor) -> Tensor { logits.argmax().asFloat() .== labels.asFloat() }
