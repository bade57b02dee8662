import TensorCore

// Linear attention (Katharopoulos et al., "Transformers are RNNs", 2020): with weights φ(q)·φ(k) in place of exp(q·k),
// the sums over the keys don't depend on the query, S = Σ_j φ(k_j) v_jᵀ and z = Σ_j φ(k_j):
//
//     y = φ(q)ᵀ S / φ(q)·z,   φ(x) = elu(x) + 1
extension Attention {
    /// Linear attention of queries (…, T, D) to keys (…, K, D) and values (…, K, E) → (…, T, E), in time linear in T
    /// and K.
    ///
    /// - Parameters:
    ///   - causal: whether to use the sums over the keys so far, which are stored for all steps: (…, T, D, E) numbers.
    ///     T = K.
    ///   - padding: as in ``scores(_:_:bias:causal:padding:)``.
    public static func linear(
        _ queries: Tensor, _ keys: Tensor, _ values: Tensor, causal: Bool = false, padding: Tensor? = nil
    ) -> Tensor {
        let q = feature(queries)
        var k = feature(keys)
        if let padding {
            k = k * padding.reshaped(to: [padding.shape[0]] + Shape(repeating: 1, count: k.rank - 3) + [-1, 1])
        }
        guard causal else {
            let sums = k.matmul(values, transposeLeft: true)
            let normaliser = (q * k.sum([-2], keepDimensions: true)).sum([-1], keepDimensions: true)
            return q.matmul(sums) / positive(normaliser)
        }
        precondition(
            queries.shape == keys.shape,
            "linear attention: causal sums need as many queries as keys, given \(queries.shape) and \(keys.shape)")
        let place = k.rank - 2
        let products = k.expandingDimension(at: -1) * values.expandingDimension(at: -2)
        let sums = products.cumulativeSum(axis: place)
        let normaliser = (q * k.cumulativeSum(axis: place)).sum([-1], keepDimensions: true)
        let numerator = q.expandingDimension(at: -2).matmul(sums).reshaped(to: values.shape)
        return numerator / positive(normaliser)
    }

    /// The state of causal linear attention, whose size is fixed as in a recurrent network.
    public struct LinearState {
        /// S, (…, D, E).
        public var sums: Tensor
        /// z, (…, D).
        public var normaliser: Tensor

        /// Makes a state; at the start of a sequence both are zeros.
        public init(sums: Tensor, normaliser: Tensor) { (self.sums, self.normaliser) = (sums, normaliser) }
    }

    /// One step of causal linear attention: query and key (…, D), value (…, E) → (…, E) and the next state.
    public static func linearStep(
        _ query: Tensor, _ key: Tensor, _ value: Tensor, _ state: LinearState
    ) -> (output: Tensor, state: LinearState) {
        let (q, k) = (feature(query), feature(key))
        let next = LinearState(
            sums: state.sums + k.expandingDimension(at: -1) * value.expandingDimension(at: -2),
            normaliser: state.normaliser + k)
        let numerator = q.expandingDimension(at: -2).matmul(next.sums).reshaped(to: value.shape)
        return (numerator / positive((q * next.normaliser).sum([-1], keepDimensions: true)), next)
    }

    /// φ(x) = elu(x) + 1, computed as x + 1 if x > 0 and otherwise as eˣ, whose digits a sum with 1 would lose.
    private static func feature(_ x: Tensor) -> Tensor {
        let positive = x .> Tensor(0)
        return Tensor.select(positive, x + 1, Tensor.select(positive, Tensor(0), x).exp())
    }

    /// Bounded away from 0, so that a query without valid keys has an output of 0.
    private static func positive(_ normaliser: Tensor) -> Tensor { maximum(normaliser, Tensor(1e-30)) }
}
