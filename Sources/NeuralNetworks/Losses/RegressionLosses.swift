import Foundation
import TensorCore

// Losses as pure functions. Each gives one number per element (losses of rows: per row), so that callers choose the
// mean, a mask or weights. This file has those for real and counted targets.

/// d², with d = prediction − target.
public func squaredError(_ prediction: Tensor, _ target: Tensor) -> Tensor { (prediction - target).squared() }

/// d|, with d = prediction − target; the median minimises its mean. Its gradient at d = 0 is 0.
public func absoluteError(_ prediction: Tensor, _ target: Tensor) -> Tensor { (prediction - target).absolute() }

/// Huber's loss: ½ d² if |d| ≤ δ, otherwise δ (|d| − ½ δ), with d = prediction − target (Huber 1964). PyTorch's smooth
/// L1 loss is the case δ = 1.
public func huberLoss(_ prediction: Tensor, _ target: Tensor, delta: Double = 1) -> Tensor {
    let difference = (prediction - target).absolute()
    let quadratic = minimum(difference, Tensor(delta))
    return 0.5 * quadratic.squared() + delta * (difference - quadratic)
}

/// −log N(target; mean, σ²) with its constant: ½ (log 2π + log σ² + d²/σ²), d = target − mean (Nix & Weigend 1994).
///
/// With a constant σ it is the squared error, scaled; with a predicted one, the heteroscedastic loss d²/(2σ²) + log σ.
/// Predicting log σ² keeps σ² positive without a bound.
public func gaussianNegativeLogLikelihood(mean: Tensor, logVariance: Tensor, target: Tensor) -> Tensor {
    0.5 * (log(2 * Double.pi) + logVariance + (target - mean).squared() * (-logVariance).exp())
}

/// −log Poisson(target; e^s) of a count, where s is the predicted log-rate, up to log(target!), which does not depend
/// on the prediction: e^s − target · s.
public func poissonNegativeLogLikelihood(logRate: Tensor, target: Tensor) -> Tensor {
    logRate.exp() - target * logRate
}

/// x·y / (‖x‖ ‖y‖) of each last row, from −1 to 1: (…, N) → (…). Norms below `epsilon` are replaced by `epsilon`, so
/// that a row of zeros gives 0.
public func cosineSimilarity(_ x: Tensor, _ y: Tensor, epsilon: Double = 1e-8) -> Tensor {
    // The argument of the root is bounded away from 0, where its slope is infinite.
    func norm(_ x: Tensor) -> Tensor { maximum(x.squared().sum([-1]), Tensor(epsilon * epsilon)).squareRoot() }
    return (x * y).sum([-1]) / (norm(x) * norm(y))
}

/// The mean of the values whose mask is not 0, or 0 if there are none. Masked values may even be NaN. The mask has the
/// values' shape, or one that broadcasts to it.
public func maskedMean(_ values: Tensor, mask: Tensor) -> Tensor {
    let weights = Tensor.select(mask, Tensor(1), Tensor(0)).broadcast(to: values.shape)
    return Tensor.select(weights, values, Tensor(0)).sum() / maximum(weights.sum(), Tensor(1))
}
