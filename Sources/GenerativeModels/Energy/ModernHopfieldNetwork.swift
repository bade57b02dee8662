import Datasets
import Foundation
import NeuralNetworks
import Random
import TensorCore

/// A modern Hopfield network (Ramsauer et al., "Hopfield Networks is All You Need", 2021). It stores the patterns as
/// the columns of X, and recalls by
///
///     x ← X softmax(β Xᵀx),   E(x) = −(1/β) log Σₙ exp(β xₙᵀx) + ½ xᵀx
///
/// which never raises E: this is attention with the patterns as keys and values. It can tell exponentially many
/// patterns apart, in one step if they are far from each other; with a small β it converges to a mean of nearby
/// patterns. Bits, and numbers from 0 to 1, become unit values from −1 to 1, so that all images of bits have the same
/// length.
public final class ModernHopfieldNetwork: ScoredModel, SamplingModel, ReconstructingModel, CompletingModel,
    ProcessModel
{
    public let data: Dataset.Description
    /// The negative squared error of recalling the rows from themselves.
    public let scoreKind = ScoreKind.squaredError
    private let settings: ModernHopfieldSettings
    /// The patterns, one per row, and their number.
    let patterns: Variable
    private let count = Variable(0, name: "count")
    private let recallProgram: Program

    init(_ settings: ModernHopfieldSettings, data: Dataset.Description) {
        (self.settings, self.data) = (settings, data)
        let (capacity, width) = (settings.capacity, data.width)
        let patterns = Variable(zeros: [capacity, width], name: "patterns")
        let count = count
        self.patterns = patterns
        let inputs = [Program.Input.float32(nil, width), .float32(width), .float32(nil, width)]
        recallProgram = Program("hopfield-modern", inputs: inputs) { inputs in
            let (x, held, start) = (inputs[0], inputs[1], inputs[2])
            let isEmpty = Tensor((0..<capacity).map(Float.init)) .>= count.tensor
            let similarities = settings.beta * x.matmul(patterns.tensor, transposeRight: true) - 1e30 * isEmpty
            let energy = 0.5 * x.squared().sum([-1]) - similarities.logSumExp() * (1 / settings.beta)
            let next = similarities.softmax().matmul(patterns.tensor)
            return [.select(held.broadcast(to: x.shape), start, next), energy]
        }
    }

    public var parameters: Parameters { Parameters(named: ["patterns": patterns, "count": count]) }
    public var variables: Parameters { parameters }
    public var randomStates: [RandomState] {
        get { [] }
        set {}
    }

    private func units(_ values: [Float]) -> [Float] {
        data.kind == .reals ? values : HopfieldNetwork.units(values)
    }

    private func numbers(_ units: [Float]) -> [Float] {
        data.kind == .reals ? units : HopfieldNetwork.numbers(units)
    }

    /// Stores the rows in the first epoch; later epochs add nothing.
    ///
    /// - Returns: the number of rows stored so far.
    /// - Throws: ``ModelError/setting(_:value:expected:)`` if they exceed the capacity.
    public func fit(_ batch: DataRows, _ step: FitStep) throws -> [Metric] {
        let stored = Int(count.values[0])
        guard step.epoch == 0 else { return [("stored", Double(stored))] }
        guard stored + batch.count <= settings.capacity else {
            throw ModelError.setting(
                "capacity", value: "\(settings.capacity)", expected: "at least the number of training rows")
        }
        let units = units(batch.values)
        patterns.withMutableValues { patterns in
            for (index, value) in units.enumerated() { patterns[stored * data.width + index] = value }
        }
        count.set([Float(stored + batch.count)])
        return [("stored", Double(stored + batch.count))]
    }

    /// The negative squared error of recalling each row from itself, in the data's numbers.
    public func score(_ rows: DataRows) throws -> Double {
        let error = rows.squaredError(of: try reconstruct(rows))
        return -error / Double(rows.count)
    }

    /// E of each row.
    public func energies(of rows: DataRows) throws -> [Double] {
        try recall(rows, known: []).energies
    }

    /// The patterns recalled from the rows.
    public func reconstruct(_ rows: DataRows) throws -> [Float] { try complete(rows, known: [], seed: 0) }

    /// The patterns recalled from the rows with the known numbers held fixed; deterministic.
    public func complete(_ rows: DataRows, known: [Bool], seed: UInt64) throws -> [Float] {
        try settled(recall(rows, known: known))
    }

    /// The patterns recalled from random states.
    public func sample(_ count: Int, seed: UInt64) throws -> [Float] {
        try settled(process(count: count, from: nil, known: [], seed: seed))
    }

    private func settled(_ process: any GenerationProcess) throws -> [Float] {
        while try process.steps < settings.steps && process.advance() {}
        return process.rows
    }

    /// A recall, which ends when a step changes nothing.
    public func process(
        count: Int, from start: DataRows?, known: [Bool], seed: UInt64
    ) throws -> any GenerationProcess {
        if let start { return try recall(start, known: known) }
        var stream = RandomStream(seed: seed).split("start")
        let states = (0..<count * data.width).map { _ in Float(stream.normal()) }
        return try recall(DataRows(numbers(states), width: data.width), known: [])
    }

    private func recall(_ rows: DataRows, known: [Bool]) throws -> Recall {
        let start = HopfieldNetwork.concealed(units(rows.values), known)
        return try Recall(recallProgram, start, width: data.width, known: known, numbers)
    }

    /// States that move towards a stored pattern.
    private final class Recall: GenerationProcess {
        private let program: Program
        private let width: Int
        private let held: [Float]
        private let start: [Float]
        private let numbers: ([Float]) -> [Float]
        private var states: [Float]
        private(set) var steps = 0
        private var isSettled = false

        init(
            _ program: Program, _ states: [Float], width: Int, known: [Bool], _ numbers: @escaping ([Float]) -> [Float]
        ) throws {
            (self.program, self.width, self.states, start, self.numbers) = (program, width, states, states, numbers)
            held = known.isEmpty ? [Float](repeating: 0, count: width) : known.map { $0 ? 1 : 0 }
        }

        var rows: [Float] { numbers(states) }

        var energies: [Double] { get throws { try next().output(1).map(Double.init) } }

        private func next() throws -> Plan {
            let plan = try program.plan(length: states.count / width)
            _ = plan.input(0).update(fromContentsOf: states)
            _ = plan.input(1).update(fromContentsOf: held)
            _ = plan.input(2).update(fromContentsOf: start)
            plan.run()
            return plan
        }

        func advance() throws -> Bool {
            if isSettled { return false }
            let result = Array(try next().output(0))
            isSettled = zip(result, states).allSatisfy { abs($0 - $1) < 1e-5 }
            states = result
            steps += 1
            return true
        }
    }
}
