import Random
import TensorCore

/// One layer of a recurrent network, which computes the next state from a state and an input.
public protocol RecurrentCell: Module {
    /// The state passed from step to step.
    associatedtype State

    /// The state before the first step.
    func initialState(batch: Int) -> State

    /// Records all steps of a sequence (T, B, inputs): returns the output (B, hidden) of each, and the state after the
    /// last.
    ///
    /// - Parameter kept: (T, B): what the state before a step is multiplied by, 0 where a sequence starts anew and else
    ///   1; nil if none does.
    func callAsFunction(
        _ sequence: Tensor, from state: State, kept: Tensor?
    ) -> (outputs: [Tensor], state: State)
}

extension RecurrentCell {
    /// Records all steps of a sequence that nowhere starts anew.
    public func callAsFunction(_ sequence: Tensor, from state: State) -> (outputs: [Tensor], state: State) {
        self(sequence, from: state, kept: nil)
    }

    /// The factors (B, 1) of the state before each step.
    func factors(_ kept: Tensor?) -> [Tensor]? { kept?.expandingDimension(at: 2).unstacked() }
}

/// A stack of recurrent layers, each of which reads the outputs of the one below: (B, T, inputs) → (B, T, hidden).
///
/// The steps are recorded one after another in one graph, so gradients pass through all of them (backpropagation
/// through time). To truncate it, pass a state through ``TensorCore/Tensor/withoutGradient()``. The contributions of
/// the inputs are computed for all steps at once.
///
/// Parameters have PyTorch's names: `weight_ih_l0`, `weight_hh_l0`, `bias_ih_l0`, `bias_hh_l0`, `weight_ih_l1` …
public struct Recurrent<Cell: RecurrentCell>: Module {
    /// The layers, input first.
    public let cells: [Cell]

    /// Makes a network of the given layers, input first.
    public init(_ cells: [Cell]) { self.cells = cells }

    /// Records all steps of `input` (B, T, inputs).
    ///
    /// - Parameter states: the state of each layer before the first step, by default zeros.
    /// - Returns: the last layer's outputs (B, T, hidden), and the state of each layer after the last step.
    /// - Precondition: at least one step, and one state per layer.
    public func callAsFunction(
        _ input: Tensor, from states: [Cell.State]? = nil
    ) -> (outputs: Tensor, states: [Cell.State]) {
        precondition(
            input.rank == 3 && input.shape[1] > 0,
            "recurrent: sequences (B, T, C) of at least one step are needed, given \(input.shape)")
        precondition(
            states == nil || states!.count == cells.count,
            "recurrent: \(cells.count) layers need one state each, given \(states!.count)")
        var sequence = input.permuted([1, 0, 2])
        var finalStates: [Cell.State] = []
        for (layer, cell) in cells.enumerated() {
            let start = states?[layer] ?? cell.initialState(batch: input.shape[0])
            let (outputs, end) = cell(sequence, from: start)
            sequence = .stacked(outputs)
            finalStates.append(end)
        }
        return (sequence.permuted([1, 0, 2]), finalStates)
    }

    /// Each layer's parameters, with the suffix `_l` and its number.
    public var parameters: Parameters {
        Parameters(
            cells.enumerated().flatMap { layer, cell in
                cell.parameters.entries.map { ("\($0.path)_l\(layer)", $0.variable) }
            })
    }
}

/// The weights of one recurrent layer, with the gates stacked in one array as PyTorch stores them.
struct RecurrentWeights {
    /// (gates · hidden, inputs) and (gates · hidden, hidden).
    let input, hidden: Variable
    /// (gates · hidden) each; nil for no biases.
    let inputBias, hiddenBias: Variable?
    let gates: Int

    /// Numbers uniform in ±1/√hidden, PyTorch's default.
    init(gates: Int, _ inputs: Int, _ size: Int, bias: Bool, random: inout RandomStream) {
        let start = Initializer.uniform(bound: 1 / Double(size).squareRoot())
        let rows = gates * size
        input = Variable(start, shape: [rows, inputs], name: "weight_ih", random: &random)
        hidden = Variable(start, shape: [rows, size], name: "weight_hh", random: &random)
        inputBias = bias ? Variable(start, shape: [rows], name: "bias_ih", random: &random) : nil
        hiddenBias = bias ? Variable(start, shape: [rows], name: "bias_hh", random: &random) : nil
        self.gates = gates
    }

    var parameters: Parameters {
        Parameters(
            named: ["weight_ih": input, "weight_hh": hidden, "bias_ih": inputBias, "bias_hh": hiddenBias])
    }

    /// The number of units.
    var size: Int { hidden.shape[1] }

    /// One gate of a recorded sequence.
    struct Gate {
        /// x_t W_ihᵀ + b_ih + b_hh of each step, (B, hidden); without b_hh if the cell asks for it separately.
        let inputs: [Tensor]
        /// W_hh (hidden, hidden) and b_hh (hidden).
        let weight: Tensor
        let bias: Tensor?

        /// h W_hhᵀ.
        func product(_ state: Tensor) -> Tensor { state.matmul(weight, transposeRight: true) }
    }

    /// The gates over a sequence (T, B, inputs). Each is a separate product over all steps: splitting a joint product
    /// would cost a copy for each gate, and its gradient a zero-filled array for each gate.
    func gates(over sequence: Tensor, apart: Set<Int> = []) -> [Gate] {
        let (inputWeights, hiddenWeights) = (rows(input), rows(hidden))
        let (inputBiases, hiddenBiases) = (inputBias.map(rows), hiddenBias.map(rows))
        return (0..<gates).map { gate in
            var inputs = sequence.matmul(inputWeights[gate], transposeRight: true)
            if let bias = inputBiases?[gate] { inputs = inputs + bias }
            if let bias = hiddenBiases?[gate], !apart.contains(gate) { inputs = inputs + bias }
            return Gate(inputs: inputs.unstacked(), weight: hiddenWeights[gate], bias: hiddenBiases?[gate])
        }
    }

    private func rows(_ variable: Variable) -> [Tensor] { variable.tensor.split(into: gates, axis: 0) }
}

extension Tensor {
    /// The slices along the first dimension: (T, …) → T times (…).
    ///
    /// It splits into halves, since the gradient of a slice is the whole array filled up with zeros: halves cost T log
    /// T of them, single slices T².
    func unstacked() -> [Tensor] {
        let count = shape[0]
        if count == 1 { return [reshaped(to: Shape(shape.dropFirst()))] }
        return split([count / 2, count - count / 2], axis: 0).flatMap { $0.unstacked() }
    }
}
