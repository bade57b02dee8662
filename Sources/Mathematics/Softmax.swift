import Foundation

/// log Σ e^{qᵢ}, shifted by the largest logit so that nothing overflows; −∞ if there are none.
public func logSumExp(_ logits: [Double]) -> Double {
    guard let largest = logits.max(), largest.isFinite else { return logits.max() ?? -.infinity }
    return largest + log(logits.reduce(0) { $0 + exp($1 - largest) })
}

/// softᵢ = e^{qᵢ} / Σⱼ e^{qⱼ}, for logits of any size.
public func softmax(_ logits: [Double]) -> [Double] {
    let total = logSumExp(logits)
    return logits.map { exp($0 - total) }
}

/// ∂softᵢ/∂qₖ = softᵢ (δᵢₖ − softₖ), one row per output: symmetric, and every row sums to 0.
public func softmaxJacobian(_ logits: [Double]) -> Matrix {
    let soft = softmax(logits)
    return Matrix(rows: soft.count, columns: soft.count) { soft[$0] * (($0 == $1 ? 1 : 0) - soft[$1]) }
}
