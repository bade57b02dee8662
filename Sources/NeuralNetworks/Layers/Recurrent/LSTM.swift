import Random
import TensorCore

/// Long short-term memory (Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000):
///
///     I, F, O = σ(X W_xᵀ + H W_hᵀ + b)    C̃ = tanh(X W_xcᵀ + H W_hcᵀ + b)
///     C′ = F ⊙ C + I ⊙ C̃                  H′ = O ⊙ tanh C′
public struct LSTMCell: RecurrentCell {
    /// The state passed from step to step, (B, hidden) each.
    public struct State {
        /// H, also the output.
        public var hidden: Tensor
        /// C.
        public var cell: Tensor

        public init(hidden: Tensor, cell: Tensor) { (self.hidden, self.cell) = (hidden, cell) }
    }

    private let weights: RecurrentWeights

    /// Makes the layer with numbers uniform in ±1/√hidden, PyTorch's default.
    public init(_ inputs: Int, _ hidden: Int, bias: Bool = true, random: inout RandomStream) {
        weights = RecurrentWeights(gates: 4, inputs, hidden, bias: bias, random: &random)
    }

    /// Zeros.
    public func initialState(batch: Int) -> State {
        State(hidden: .zeros([batch, weights.size]), cell: .zeros([batch, weights.size]))
    }

    public func callAsFunction(
        _ sequence: Tensor, from state: State, kept: Tensor?
    ) -> (outputs: [Tensor], state: State) {
        let gates = weights.gates(over: sequence)
        let factors = factors(kept)
        var (h, c) = (state.hidden, state.cell)
        let outputs = (0..<sequence.shape[0]).map { t in
            if let factors { (h, c) = (factors[t] * h, factors[t] * c) }
            let sums = gates.map { $0.inputs[t] + $0.product(h) }
            c = sums[1].sigmoid() * c + sums[0].sigmoid() * sums[2].tanh()
            h = sums[3].sigmoid() * c.tanh()
            return h
        }
        return (outputs, State(hidden: h, cell: c))
    }

    /// `weight_ih` (4 · hidden, inputs), `weight_hh` (4 · hidden, hidden), `bias_ih` and `bias_hh` (4 · hidden), with
    /// the gates in the order I, F, C̃, O.
    public var parameters: Parameters { weights.parameters }
}

/// A network of long short-term memory.
public typealias LSTM = Recurrent<LSTMCell>

extension Recurrent where Cell == LSTMCell {
    /// Makes a network of `layers` layers of `hidden` units.
    public init(_ inputs: Int, _ hidden: Int, layers: Int = 1, bias: Bool = true, random: inout RandomStream) {
        self.init((0..<layers).map { LSTMCell($0 == 0 ? inputs : hidden, hidden, bias: bias, random: &random) })
    }
}
