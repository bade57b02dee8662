import Datasets
import NeuralNetworks
import Random
import TensorCore

/// The parameters of an RNN-RBM, and the biases of each step's machine.
struct RecurrentBiases {
    /// W (width, hidden), shared by the machines of all steps.
    let weight: Variable
    private let visible, hidden: Variable
    private let visibleInput, hiddenInput, stateInput, recurrent, state: Variable

    init(_ width: Int, hidden units: Int, units states: Int, random: inout RandomStream) {
        func normal(_ rows: Int, _ columns: Int, _ name: String) -> Variable {
            Variable.requireMemory(for: [rows, columns], name: name)
            let values = (0..<rows * columns).map { _ in Float(random.normal(standardDeviation: 0.01)) }
            return Variable(values, shape: [rows, columns], name: name)
        }
        weight = normal(width, units, "weight")
        (visible, hidden) = (Variable(zeros: [width], name: "visible"), Variable(zeros: [units], name: "hidden"))
        (visibleInput, hiddenInput) = (normal(states, width, "visibleInput"), normal(states, units, "hiddenInput"))
        (stateInput, recurrent) = (normal(width, states, "stateInput"), normal(states, states, "recurrent"))
        state = Variable(zeros: [states], name: "state")
    }

    var parameters: Parameters {
        Parameters(named: [
            "weight": weight, "visible": visible, "hidden": hidden, "visibleInput": visibleInput,
            "hiddenInput": hiddenInput, "stateInput": stateInput, "recurrent": recurrent, "state": state,
        ])
    }

    /// The biases of the machine that follows the states u, (rows, …).
    func biases(after u: Tensor) -> (visible: Tensor, hidden: Tensor) {
        (visible.tensor + u.matmul(visibleInput.tensor), hidden.tensor + u.matmul(hiddenInput.tensor))
    }

    /// The state after step v.
    func next(_ u: Tensor, _ v: Tensor) -> Tensor {
        (state.tensor + u.matmul(recurrent.tensor) + v.matmul(stateInput.tensor)).tanh()
    }

    /// The biases of all steps of the sequences v (B, T, width), each from the steps before it, (B·T, …), and the last
    /// state. Steps that the mask (B, T) leaves out don't change the state.
    func biases(
        _ v: Tensor, _ mask: Tensor, from start: Tensor
    ) -> (visible: Tensor, hidden: Tensor, state: Tensor) {
        let (batch, steps, width) = (v.shape[0], v.shape[1], v.shape[2])
        let inputs = v.reshaped(to: [batch * steps, width]).matmul(stateInput.tensor) + state.tensor
        let byStep = inputs.reshaped(to: [batch, steps, inputs.shape[1]])
        var (u, states) = (start, [Tensor]())
        for step in 0..<steps {
            states.append(u)
            let next = (byStep.selected(step, axis: 1) + u.matmul(recurrent.tensor)).tanh()
            u = .select(mask.sliced(step..<step + 1, axis: 1).broadcast(to: u.shape), next, u)
        }
        let all = Tensor.stacked(states, axis: 1).reshaped(to: [batch * steps, u.shape[1]])
        let biases = biases(after: all)
        return (biases.visible, biases.hidden, u)
    }

    /// −F(v) of each row with its biases.
    func negativeEnergy(_ v: Tensor, _ visible: Tensor, _ hidden: Tensor) -> Tensor {
        (v * visible).sum([-1]) + (hidden + v.matmul(weight.tensor)).softplus().sum([-1])
    }

    /// The visible units after Gibbs steps from v.
    func swept(_ v: Tensor, _ visible: Tensor, _ hidden: Tensor, steps: Int) -> Tensor {
        (0..<steps).reduce(v) { v, _ in
            let h = (hidden + v.matmul(weight.tensor)).sigmoid().bernoulliSample()
            return (visible + h.matmul(weight.tensor, transposeRight: true)).sigmoid().bernoulliSample()
        }
    }
}

/// Sequences cut into pieces of equal length, with the last ones padded.
struct SequencePieces {
    private let data: DataRows
    private let steps: Int
    private let lengths: [Int]

    init(_ data: DataRows, steps: Int) { (self.data, self.steps, lengths) = (data, steps, data.lengths) }

    /// The number of sequences.
    var rows: Int { lengths.count }
    /// The number of pieces of the longest one.
    var pieces: Int { ((lengths.max() ?? 0) + steps - 1) / steps }

    private func steps(of row: Int, _ piece: Int) -> Int { min(max(lengths[row] - piece * steps, 0), steps) }

    /// The number of steps of all sequences in a piece.
    func count(_ piece: Int) -> Int { (0..<rows).reduce(0) { $0 + steps(of: $1, piece) } }

    /// Writes a piece, (rows, steps, width), and the mask of its steps, (rows, steps).
    func fill(_ values: UnsafeMutableBufferPointer<Float>, _ mask: UnsafeMutableBufferPointer<Float>, _ piece: Int) {
        values.update(repeating: 0)
        mask.update(repeating: 0)
        for row in 0..<rows {
            let count = steps(of: row, piece)
            let source = data.range(of: row).lowerBound + piece * steps * data.width
            data.numbers.write(
                source..<source + count * data.width, into: values.baseAddress! + row * steps * data.width)
            for step in 0..<count { mask[row * steps + step] = 1 }
        }
    }

    /// Copies the numbers of a piece's steps, (rows · steps, width), to the places of their sequences, which are
    /// joined.
    func collect(_ values: UnsafeBufferPointer<Float>, _ piece: Int, width: Int, into result: inout [Float]) {
        for row in 0..<rows {
            let target = data.range(of: row).lowerBound / data.width + piece * steps
            for index in 0..<steps(of: row, piece) * width {
                result[target * width + index] = values[row * steps * width + index]
            }
        }
    }
}
