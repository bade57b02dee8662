import Random
import TensorCore

/// The gated recurrent unit (Cho et al. 2014), with biases b_ih and b_hh in each gate:
///
///     R = σ(X W_irᵀ + H W_hrᵀ + b)        Z = σ(X W_izᵀ + H W_hzᵀ + b)
///     H̃ = tanh(X W_inᵀ + (R ⊙ H) W_hnᵀ + b)   H′ = Z ⊙ H + (1 − Z) ⊙ H̃
///
/// PyTorch resets after the product, H̃ = tanh(X W_inᵀ + b_in + R ⊙ (H W_hnᵀ + b_hn)), which is a different function.
public struct GRUCell: RecurrentCell {
    /// Where the reset gate acts.
    public enum Reset: String, Sendable, CaseIterable {
        /// On the state, before its product with W_hn, as in the paper.
        case beforeProduct
        /// On the product and its bias, as in PyTorch and cuDNN.
        case afterProduct
    }

    private let weights: RecurrentWeights
    private let reset: Reset

    /// Makes the layer with numbers uniform in ±1/√hidden, PyTorch's default.
    public init(
        _ inputs: Int, _ hidden: Int, reset: Reset = .afterProduct, bias: Bool = true, random: inout RandomStream
    ) {
        weights = RecurrentWeights(gates: 3, inputs, hidden, bias: bias, random: &random)
        self.reset = reset
    }

    /// Zeros (B, hidden).
    public func initialState(batch: Int) -> Tensor { .zeros([batch, weights.size]) }

    public func callAsFunction(
        _ sequence: Tensor, from state: Tensor, kept: Tensor?
    ) -> (outputs: [Tensor], state: Tensor) {
        let gates = weights.gates(over: sequence, apart: reset == .afterProduct ? [2] : [])
        let factors = factors(kept)
        var h = state
        let outputs = (0..<sequence.shape[0]).map { t in
            if let factors { h = factors[t] * h }
            let r = (gates[0].inputs[t] + gates[0].product(h)).sigmoid()
            let z = (gates[1].inputs[t] + gates[1].product(h)).sigmoid()
            let memory =
                switch reset {
                case .beforeProduct: gates[2].product(r * h)
                case .afterProduct: r * (gates[2].bias.map { gates[2].product(h) + $0 } ?? gates[2].product(h))
                }
            h = z * h + (1 - z) * (gates[2].inputs[t] + memory).tanh()
            return h
        }
        return (outputs, h)
    }

    /// `weight_ih` (3 · hidden, inputs), `weight_hh` (3 · hidden, hidden), `bias_ih` and `bias_hh` (3 · hidden), with
    /// the gates in the order R, Z, H̃.
    public var parameters: Parameters { weights.parameters }
}

/// A network of gated recurrent units.
public typealias GRU = Recurrent<GRUCell>

extension Recurrent where Cell == GRUCell {
    /// Makes a network of `layers` layers of `hidden` units.
    public init(
        _ inputs: Int, _ hidden: Int, layers: Int = 1, reset: GRUCell.Reset = .afterProduct, bias: Bool = true,
        random: inout RandomStream
    ) {
        self.init(
            (0..<layers).map {
                GRUCell($0 == 0 ? inputs : hidden, hidden, reset: reset, bias: bias, random: &random)
            })
    }
}
