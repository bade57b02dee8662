import Environments
import Foundation
import NeuralNetworks
import Random
import TensorCore

/// The recurrent layer of a policy: a state for each environment, which is zero at the start of an episode.
///
/// An LSTM's state is its output and its cell in one row.
enum PolicyMemory {
    case gru(GRUCell, units: Int)
    case lstm(LSTMCell, units: Int)

    /// A layer with fresh parameters; nil for none.
    ///
    /// - Parameter span: see ``PolicyNetworkSettings/memorySpan``.
    init?(_ name: PolicyMemoryName, inputs: Int, units: Int, span: Int, random: inout RandomStream) {
        switch name {
        case .none: return nil
        case .gru: self = .gru(GRUCell(inputs, units, random: &random), units: units)
        case .lstm: self = .lstm(LSTMCell(inputs, units, random: &random), units: units)
        }
        if span > 2 { setSpan(span, &random) }
    }

    /// Sets the biases of the gate that keeps the state, and of an LSTM's input gate to the opposite.
    private func setSpan(_ span: Int, _ random: inout RandomStream) {
        let biases = (0..<units).map { _ in Float(log(1 + Double(span - 2) * random.uniform())) }
        func bias(_ path: String) -> Variable { parameters.entries.first { $0.path == path }!.variable }
        let (input, hidden) = (bias("bias_ih"), bias("bias_hh"))
        var (own, other) = (input.values, hidden.values)
        for unit in 0..<units {
            own[units + unit] = biases[unit]
            other[units + unit] = 0
            guard case .lstm = self else { continue }
            (own[unit], other[unit]) = (-biases[unit], 0)
        }
        input.set(own)
        hidden.set(other)
    }

    /// Units of its output.
    var units: Int {
        switch self {
        case .gru(_, let units), .lstm(_, let units): units
        }
    }

    /// Numbers of a state.
    var width: Int {
        switch self {
        case .gru(_, let units): units
        case .lstm(_, let units): 2 * units
        }
    }

    var parameters: Parameters {
        switch self {
        case .gru(let cell, _): cell.parameters
        case .lstm(let cell, _): cell.parameters
        }
    }

    /// Records the steps of B sequences.
    ///
    /// - Parameters:
    ///   - sequence: (T, B, inputs).
    ///   - state: (B, ``width``).
    ///   - kept: (T, B): 0 where an episode starts, so that the state before the step is forgotten; else 1.
    /// - Returns: the outputs (T · B, units), and the state after the last step.
    func callAsFunction(_ sequence: Tensor, from state: Tensor, kept: Tensor) -> (outputs: Tensor, state: Tensor) {
        let flat: Shape = [sequence.shape[0] * sequence.shape[1], units]
        switch self {
        case .gru(let cell, _):
            let (outputs, end) = cell(sequence, from: state, kept: kept)
            return (Tensor.stacked(outputs).reshaped(to: flat), end)
        case .lstm(let cell, _):
            let parts = state.split([units, units], axis: 1)
            let (outputs, end) = cell(sequence, from: LSTMCell.State(hidden: parts[0], cell: parts[1]), kept: kept)
            return (
                Tensor.stacked(outputs).reshaped(to: flat), Tensor.concatenated([end.hidden, end.cell], axis: 1)
            )
        }
    }
}
