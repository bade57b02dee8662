import TensorCore

// Losses as pure functions. Each gives one number an element, so that callers choose the mean, a mask or weights.

/// Huber's loss: ½ d² where |d| ≤ δ, otherwise δ (|d| − ½ δ), with d = prediction − target (Huber 1964). PyTorch's
/// smooth L1 loss is the case δ = 1.
public func huberLoss(_ prediction: Tensor, _ target: Tensor, delta: Double = 1) -> Tensor {
    let difference = (prediction - target).absolute()
    let quadratic = minimum(difference, Tensor(delta))
    return 0.5 * quadratic.squared() + delta * (difference - quadratic)
}

/// d², with d = prediction − target.
public func squaredError(_ prediction: Tensor, _ target: Tensor) -> Tensor { (prediction - target).squared() }

/// −log softmax(logits)[label]: logits (…, N), labels int32 (…) → (…).
public func crossEntropy(logits: Tensor, labels: Tensor) -> Tensor { -logits.logSoftmax().gathered(labels) }

/// −(t log σ(x) + (1 − t) log(1 − σ(x))) without overflow: softplus(x) − t x.
public func binaryCrossEntropy(logits: Tensor, targets: Tensor) -> Tensor { logits.softplus() - targets * logits }

/// KL(N(μ, σ²) ‖ N(0, 1)) of each element: ½ (μ² + σ² − 1 − log σ²) (Kingma & Welling 2014, appendix B).
public func standardNormalDivergence(mean: Tensor, logVariance: Tensor) -> Tensor {
    0.5 * (mean.squared() + logVariance.exp() - 1 - logVariance)
}
