import TensorCore

// Kullback-Leibler divergences KL(p ‖ q) = E_p[log p − log q] in nats.

/// KL(N(μ, σ²) ‖ N(0, 1)) of each element: ½ (μ² + σ² − 1 − log σ²) (Kingma & Welling 2014, appendix B).
public func standardNormalDivergence(mean: Tensor, logVariance: Tensor) -> Tensor {
    0.5 * (mean.squared() + logVariance.exp() - 1 - logVariance)
}

/// KL(N(μ, σ²) ‖ N(μ′, σ′²)) of each element: ½ (log(σ′²/σ²) − 1 + (σ² + (μ − μ′)²) / σ′²).
public func gaussianDivergence(
    mean: Tensor, logVariance: Tensor, fromMean otherMean: Tensor, logVariance otherLogVariance: Tensor
) -> Tensor {
    let logRatio = logVariance - otherLogVariance
    let distance = (mean - otherMean).squared() * (-otherLogVariance).exp()
    return 0.5 * (logRatio.exp() + distance - 1 - logRatio)
}

/// KL(softmax(logits) ‖ softmax(others)) of each last row: (…, N), (…, N) → (…).
public func categoricalDivergence(logits: Tensor, from others: Tensor) -> Tensor {
    let logP = logits.logSoftmax()
    return (logP.exp() * (logP - others.logSoftmax())).sum([-1])
}

/// KL(Bernoulli(σ(x)) ‖ Bernoulli(σ(y))) of each element: σ(x)(x − y) − softplus(x) + softplus(y).
public func bernoulliDivergence(logits x: Tensor, from y: Tensor) -> Tensor {
    x.sigmoid() * (x - y) - x.softplus() + y.softplus()
}
