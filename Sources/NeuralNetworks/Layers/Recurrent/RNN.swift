import Random
import TensorCore

/// The plain recurrent layer (Elman 1990): h_t = φ(x_t W_ihᵀ + b_ih + h_{t−1} W_hhᵀ + b_hh).
///
/// The gradient over n steps is a product of n Jacobians diag(φ′) W_hh. With γ ≥ sup |φ′| it vanishes if the largest
/// singular value of W_hh is below 1/γ, and may explode if it is above (Pascanu et al. 2013): clip it, or use ``GRU``
/// or ``LSTM``.
public struct RNNCell: RecurrentCell {
    private let weights: RecurrentWeights
    private let activation: Activation

    /// Makes the layer with numbers uniform in ±1/√hidden, PyTorch's default.
    public init(
        _ inputs: Int, _ hidden: Int, activation: Activation = .tanh, bias: Bool = true, random: inout RandomStream
    ) {
        weights = RecurrentWeights(gates: 1, inputs, hidden, bias: bias, random: &random)
        self.activation = activation
    }

    /// Zeros (B, hidden).
    public func initialState(batch: Int) -> Tensor { .zeros([batch, weights.size]) }

    public func callAsFunction(
        _ sequence: Tensor, from state: Tensor, kept: Tensor?
    ) -> (outputs: [Tensor], state: Tensor) {
        let gate = weights.gates(over: sequence)[0]
        let factors = factors(kept)
        var h = state
        let outputs = gate.inputs.enumerated().map { t, input in
            if let factors { h = factors[t] * h }
            h = activation(input + gate.product(h))
            return h
        }
        return (outputs, h)
    }

    /// `weight_ih` (hidden, inputs), `weight_hh` (hidden, hidden), `bias_ih` and `bias_hh` (hidden).
    public var parameters: Parameters { weights.parameters }
}

/// A plain recurrent network.
public typealias RNN = Recurrent<RNNCell>

extension Recurrent where Cell == RNNCell {
    /// Makes a network of `layers` layers of `hidden` units.
    public init(
        _ inputs: Int, _ hidden: Int, layers: Int = 1, activation: Activation = .tanh, bias: Bool = true,
        random: inout RandomStream
    ) {
        self.init(
            (0..<layers).map {
                RNNCell($0 == 0 ? inputs : hidden, hidden, activation: activation, bias: bias, random: &random)
            })
    }
}
