import Datasets
import Random
import Storage

/// Sequences that are sampled step by step. A sequence that has reached its end symbol stays there.
final class StepByStep: GenerationProcess {
    /// The outputs of a network for a step, given the rows so far: (count, outputs).
    typealias Outputs = (_ rows: [Float], _ step: Int) -> [Float]

    private let step: SequenceNetwork.Step
    private let length, width: Int
    private let endSymbol: Int?
    private let known: [Bool]
    private let outputs: Outputs
    private var random: RandomStream
    private var hasEnded: [Bool]
    private(set) var rows: [Float]
    private(set) var steps = 0

    /// Starts with the known numbers, and zeros for the rest until it is sampled.
    ///
    /// - Parameters:
    ///   - length: The number of steps of each sequence.
    ///   - known: For each number of a sequence, whether it keeps its value from the start; empty if none does.
    init(
        _ step: SequenceNetwork.Step, data: Dataset.Description, count: Int, length: Int, from start: DataRows?,
        known: [Bool],
        seed: UInt64, outputs: @escaping Outputs
    ) {
        (self.step, self.length, width, endSymbol) = (step, length, max(1, data.width), data.endSymbol)
        let size = length * width
        precondition(
            start == nil || start!.numbers.count == count * size && known.count == size,
            "\(start?.numbers.count ?? 0) numbers and \(known.count) marks for \(count) sequences of \(size)")
        let marks = start == nil ? [Bool](repeating: false, count: size) : known
        (self.known, self.outputs) = (marks, outputs)
        random = RandomStream(seed: seed).split("steps")
        hasEnded = [Bool](repeating: false, count: count)
        MemoryBudget.requireOrEnd(product(count, size, 4), for: "\(count) sequences of \(size) numbers")
        rows = [Float](repeating: 0, count: count * size)
        guard let start else { return }
        for index in rows.indices where marks[index % size] { rows[index] = start.numbers[index] }
    }

    /// Samples the next step of each sequence.
    func advance() throws -> Bool {
        guard steps < length else { return false }
        if hasEnded.allSatisfy({ $0 }) {
            for step in steps..<length { for row in hasEnded.indices { end(row, step) } }
            steps = length
            return true
        }
        outputs(rows, steps).withUnsafeBufferPointer { all in
            for row in hasEnded.indices {
                let own = row * step.outputCount..<(row + 1) * step.outputCount
                draw(row, UnsafeBufferPointer(rebasing: all[own]))
            }
        }
        steps += 1
        return true
    }

    private func draw(_ row: Int, _ own: UnsafeBufferPointer<Float>) {
        let place = (row * length + steps) * width
        switch step {
        case .symbol(let count):
            let drawn = ConditionalDistribution.categorical(count).draw(own, &random)
            if hasEnded[row] { return end(row, steps) }
            if !known[steps] { rows[place] = drawn }
            hasEnded[row] = Int(rows[place]) == endSymbol
        case .bits:
            for number in 0..<width {
                let logit = UnsafeBufferPointer(rebasing: own[number..<number + 1])
                let drawn = ConditionalDistribution.bernoulli.draw(logit, &random)
                if !known[steps * width + number] { rows[place + number] = drawn }
            }
        }
    }

    private func end(_ row: Int, _ step: Int) { rows[row * length + step] = Float(endSymbol ?? 0) }
}
