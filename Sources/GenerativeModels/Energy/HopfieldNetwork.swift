import Datasets
import Foundation
import Mathematics
import NeuralNetworks
import Random
import TensorCore

/// A Hopfield network (Hopfield 1982): an associative memory of units s that are −1 or 1 (0 and 1 in the data), coupled
/// by
///
///     Wᵢⱼ = (1/d) Σₙ sᵢ(n) sⱼ(n),   Wᵢᵢ = 0,   E(s) = −½ sᵀWs
///
/// Recall updates one unit after another, sᵢ ← sign(Σⱼ Wᵢⱼ sⱼ). This changes the energy by ΔE = −(s′ᵢ − sᵢ) Σⱼ Wᵢⱼ sⱼ ≤
/// 0 and therefore reaches a fixed point; updating all units at once may alternate between two states for ever. Up to
/// about 0.138 d random patterns are recalled with small errors (Amit, Gutfreund & Sompolinsky 1985), and d / (2 ln d)
/// without any.
///
/// With a `gain` g units are continuous (Hopfield 1984), sᵢ ← tanh(g Σⱼ Wᵢⱼ sⱼ), for grey-scale images; each update
/// then minimises over that unit E(s) = −½ sᵀWs + (1/g) Σᵢ ∫₀^{sᵢ} artanh.
public final class HopfieldNetwork: ScoredModel, SamplingModel, ReconstructingModel, CompletingModel, PicturingModel,
    ProcessModel
{
    public let data: Dataset.Description
    /// The negative squared error of recalling the rows from themselves.
    public let scoreKind = ScoreKind.squaredError
    private let storage: HopfieldStorage
    private let capacity: Int
    private let gain: Float?
    private let sweeps: Int
    /// W, including the diagonal that the projection needs while patterns are added; ``coupling`` leaves it out.
    let weights: Variable
    /// The number of stored patterns, and of those that were left out for lack of capacity.
    private let counts = Variable(zeros: [2], name: "counts")
    private let seed: UInt64

    /// - Parameter capacity: The maximum number of patterns; 0 for what the storage recalls.
    init(
        storage: HopfieldStorage, capacity: Int, gain: Float?, sweeps: Int, data: Dataset.Description, seed: UInt64
    ) {
        (self.storage, self.gain, self.sweeps, self.data, self.seed) = (storage, gain, sweeps, data, seed)
        self.capacity = capacity == 0 ? storage.capacity(units: data.width) : capacity
        weights = Variable(zeros: [data.width, data.width], name: "weights")
    }

    public var parameters: Parameters { Parameters(named: ["weights": weights]) }
    public var variables: Parameters { parameters + Parameters(named: ["counts": counts]) }
    public var randomStates: [RandomState] {
        get { [] }
        set {}
    }

    /// The data's numbers, from 0 to 1, as unit values from −1 to 1.
    static func units(_ values: some Sequence<Float>) -> [Float] { values.map { 2 * $0 - 1 } }
    /// Unit values as the data's numbers.
    static func numbers(_ units: [Float]) -> [Float] { units.map { 0.5 * ($0 + 1) } }

    /// The states with unknown units set to 0; unchanged if nothing is known.
    static func concealed(_ states: [Float], _ known: [Bool]) -> [Float] {
        known.contains(true) ? states.indices.map { known[$0 % known.count] ? states[$0] : 0 } : states
    }

    /// Stores the rows in the first epoch, as many as the capacity allows; later epochs add nothing.
    ///
    /// - Returns: the number of rows stored.
    public func fit(_ batch: DataRows, _ step: FitStep) throws -> [Metric] {
        guard step.epoch == 0 else { return [("stored", 0)] }
        let stored = Int(counts.values[0])
        let new = max(0, min(batch.count, capacity - stored))
        for row in 0..<new { store(Self.units(batch[row])) }
        counts.withMutableValues { counts in
            counts[0] += Float(new)
            counts[1] += Float(batch.count - new)
        }
        return [("stored", Double(new))]
    }

    /// What was left out for lack of capacity.
    public var remark: String? {
        let (stored, rest) = (Int(counts.values[0]), Int(counts.values[1]))
        guard rest > 0 else { return nil }
        return "\(stored) of \(stored + rest) training rows are stored: \(data.width) units recall about "
            + "\(storage.capacity(units: data.width)) \(storage.recalled). Change it with --set capacity=…, or use "
            + "hopfield-modern, which has no such limit."
    }

    private func store(_ pattern: [Float]) {
        switch storage {
        case .hebbian: addProduct(pattern, 1 / Float(pattern.count))
        case .pseudoinverse:
            // W is the projection so far; the part of the pattern outside its range is the direction to add.
            var rest = pattern
            weights.withValues { weights in
                for i in rest.indices {
                    var sum: Float = 0
                    for j in pattern.indices { sum += weights[i * pattern.count + j] * pattern[j] }
                    rest[i] -= sum
                }
            }
            let square = rest.reduce(0) { $0 + $1 * $1 }
            if square > 1e-4 * Float(pattern.count) { addProduct(rest, 1 / square) }
        }
    }

    private func addProduct(_ x: [Float], _ factor: Float) {
        weights.withMutableValues { weights in
            for i in x.indices {
                for j in x.indices { weights[i * x.count + j] += factor * x[i] * x[j] }
            }
        }
    }

    /// W without its diagonal, row-major.
    var coupling: [Float] {
        var result = weights.values
        for unit in 0..<data.width { result[unit * (data.width + 1)] = 0 }
        return result
    }

    /// The Boltzmann machine of the network, p(s) = exp(½ sᵀWs) / Z: with bits x = (s + 1) / 2 its weights are 4 W and
    /// its biases −2 Σⱼ Wᵢⱼ. Its most probable states are those that a recall ends in.
    public func boltzmannMachine(seed: UInt64) throws -> BoltzmannMachine {
        let bits = Dataset.Description(name: data.name, shape: data.shape, kind: .bits)
        let machine = try BoltzmannMachine(BoltzmannMachineSettings(), data: bits, seed: seed)
        let coupling = coupling
        machine.weights.set(coupling.map { 4 * $0 })
        machine.biases.set(
            (0..<data.width).map { unit in
                -2 * coupling[unit * data.width..<(unit + 1) * data.width].reduce(0, +)
            })
        return machine
    }

    /// E of a state with unit values from −1 to 1.
    public func energy(of state: [Float]) -> Double { recall(state).energy(of: 0) }

    /// ΔE of flipping a unit that is −1 or 1: 2 sᵢ Σⱼ Wᵢⱼ sⱼ.
    public func energyChange(turning unit: Int, in state: [Float]) -> Double {
        2 * Double(state[unit] * recall(state).inputs[unit])
    }

    /// The state after all units are updated at once, which may raise the energy.
    public func updatedAtOnce(_ state: [Float]) -> [Float] {
        let recall = recall(state)
        return state.indices.map { recall.updated(state[$0], recall.inputs[$0]) }
    }

    private func recall(_ states: [Float]) -> HopfieldRecall {
        HopfieldRecall(coupling, width: data.width, states: states, gain: gain, known: [], seed: seed)
    }

    /// The negative squared error of recalling each row from itself, in the data's numbers.
    public func score(_ rows: DataRows) throws -> Double {
        let error = rows.squaredError(of: try reconstruct(rows))
        return -error / Double(rows.count)
    }

    /// The patterns recalled from the rows.
    public func reconstruct(_ rows: DataRows) throws -> [Float] { try complete(rows, known: [], seed: seed) }

    /// The patterns recalled from the rows with the known units held fixed.
    public func complete(_ rows: DataRows, known: [Bool], seed: UInt64) throws -> [Float] {
        settled(try process(count: rows.count, from: rows, known: known, seed: seed))
    }

    /// The patterns recalled from random states: stored patterns, their negatives and mixtures of them.
    public func sample(_ count: Int, seed: UInt64) throws -> [Float] {
        settled(try process(count: count, from: nil, known: [], seed: seed))
    }

    private func settled(_ process: any GenerationProcess) -> [Float] {
        while process.steps < sweeps, (try? process.advance()) == true {}
        return process.rows
    }

    /// A recall: each step sweeps over all units in a random order, and the recall ends at a fixed point. If some units
    /// are known, the others start at 0, which carries no information.
    public func process(
        count: Int, from start: DataRows?, known: [Bool], seed: UInt64
    ) throws -> any GenerationProcess {
        var stream = RandomStream(seed: seed).split("start")
        let states =
            start.map { Self.concealed(Self.units($0.values), known) }
            ?? (0..<count * data.width).map { _ in stream.uniform() < 0.5 ? -1 : 1 }
        return HopfieldRecall(
            coupling, width: data.width, states: states, gain: gain, known: start == nil ? [] : known, seed: seed)
    }

    /// The weights of each unit.
    public var weightRows: [Float] { coupling }
}

/// States that are updated unit by unit, with the input Ws of every unit.
final class HopfieldRecall: GenerationProcess {
    private let coupling: [Float]
    private let width: Int
    private let gain: Float?
    private let known: [Bool]
    private var stream: RandomStream
    private(set) var states: [Float]
    private(set) var inputs: [Float]
    private(set) var steps = 0
    private var isSettled = false

    init(_ coupling: [Float], width: Int, states: [Float], gain: Float?, known: [Bool], seed: UInt64) {
        (self.coupling, self.width, self.states, self.gain, self.known) = (coupling, width, states, gain, known)
        stream = RandomStream(seed: seed).split("order")
        inputs = [Float](repeating: 0, count: states.count)
        for place in states.indices { add(place % width, states[place], in: place / width) }
    }

    private func add(_ unit: Int, _ change: Float, in row: Int) {
        guard change != 0 else { return }
        coupling.withUnsafeBufferPointer { coupling in
            inputs.withUnsafeMutableBufferPointer { inputs in
                for index in 0..<width { inputs[row * width + index] += change * coupling[unit * width + index] }
            }
        }
    }

    /// A unit's next value: the sign of its input (if that is 0 its previous value, or 1), or tanh of it.
    func updated(_ value: Float, _ input: Float) -> Float {
        if let gain { return tanh(gain * input) }
        return input != 0 ? (input > 0 ? 1 : -1) : value != 0 ? value : 1
    }

    /// E of a row.
    func energy(of row: Int) -> Double {
        var result = 0.0
        for place in row * width..<(row + 1) * width {
            let s = Double(states[place])
            result -= 0.5 * s * Double(inputs[place])
            // ∫₀^s artanh = s artanh s + ½ log(1 − s²), with the limit log 2 at ±1.
            guard let gain else { continue }
            let integral = abs(s) < 1 ? s * atanh(s) + 0.5 * log1p(-s * s) : log(2)
            result += integral / Double(gain)
        }
        return result
    }

    var rows: [Float] { HopfieldNetwork.numbers(states) }

    /// Updates every unit once; false if the previous step changed nothing.
    func advance() -> Bool {
        if isSettled { return false }
        var order = Array(0..<width)
        stream.shuffle(&order)
        var largest: Float = 0
        for row in 0..<states.count / width {
            for unit in order where known.isEmpty || !known[unit] {
                let place = row * width + unit
                let change = updated(states[place], inputs[place]) - states[place]
                guard change != 0 else { continue }
                // NaN stays: a state that isn't a number has not settled.
                largest = maximumWithNaN(largest, abs(change))
                states[place] += change
                add(unit, change, in: row)
            }
        }
        steps += 1
        isSettled = largest < 1e-4
        return true
    }
}
