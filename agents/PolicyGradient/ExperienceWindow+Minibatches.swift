import Experience
import TensorCore

/// How advantages are made to have mean 0 and variance 1: a ↦ (a − shift) · factor.
struct Whitening {
    var shift: Float = 0, factor: Float = 1
    /// The rows that count.
    var count = 0
}

extension ExperienceWindow {
    /// Writes the rows of sequences into the inputs of a plan, step after step.
    func write(_ sequences: ArraySlice<Int>, into batch: MinibatchPlan, _ whitening: Whitening = Whitening()) {
        let (plan, inputs) = (batch.plan, batch.inputs)
        choose(sequences, batch.rows)
        let rows = UnsafeBufferPointer(batch.rows)
        encoding.encode(observations.rows, at: rows, into: plan.input(inputs.observations))
        writeRecords(rows, plan, inputs, whitening)
        if let valid = inputs.valid { writeMasks(rows, plan.input(valid)) }
        if let states = inputs.states, let kept = inputs.kept {
            write(sequences, rows, states: plan.input(states), kept: plan.input(kept))
        }
    }

    /// What gives the advantages of sequences mean 0 and the unbiased variance 1.
    ///
    /// - Parameter isWanted: if not, they stay as they are.
    func whitening(of sequences: ArraySlice<Int>, isWanted: Bool) -> Whitening {
        var (whitening, sum, squares) = (Whitening(), 0.0, 0.0)
        for sequence in sequences {
            for step in 0..<layout.sequenceLength {
                let row = layout.row(sequence: sequence, step: step)
                guard !reset[row] else { continue }
                let number = Double(advantages[row])
                (whitening.count, sum, squares) = (whitening.count + 1, sum + number, squares + number * number)
            }
        }
        guard isWanted else { return whitening }
        let count = Double(max(1, whitening.count)), mean = sum / count
        let variance = max(0, squares - count * mean * mean) / max(1, count - 1)
        (whitening.shift, whitening.factor) = (Float(mean), Float(1 / (variance.squareRoot() + 1e-8)))
        return whitening
    }

    /// Lists the rows of sequences, step after step.
    private func choose(_ sequences: ArraySlice<Int>, _ rows: UnsafeMutableBufferPointer<Int>) {
        for step in 0..<layout.sequenceLength {
            let start = step * sequences.count - sequences.startIndex
            for index in sequences.indices {
                rows[start + index] = layout.row(sequence: sequences[index], step: step)
            }
        }
    }

    private func writeRecords(
        _ rows: UnsafeBufferPointer<Int>, _ plan: Plan, _ inputs: UpdateProgram.Inputs, _ whitening: Whitening
    ) {
        let (advantages, returns) = (plan.input(inputs.advantages), plan.input(inputs.returns))
        let (logs, values) = (plan.input(inputs.oldLogProbabilities), plan.input(inputs.oldValues))
        let weights = plan.input(inputs.weights), width = distribution.actionCount
        for (place, row) in rows.enumerated() {
            let record = record(row)
            advantages[place] = (record[0] - whitening.shift) * whitening.factor
            (returns[place], logs[place], values[place], weights[place]) = (record[1], record[2], record[3], record[4])
        }
        if distribution.isDiscrete {
            let actions = plan.integerInput(inputs.actions)
            for (place, row) in rows.enumerated() {
                let chosen = record(row) + Self.actionPlace
                for number in 0..<width { actions[place * width + number] = Int32(chosen[number]) }
            }
        } else {
            let actions = plan.input(inputs.actions)
            for (place, row) in rows.enumerated() {
                (actions.baseAddress! + place * width).update(from: record(row) + Self.actionPlace, count: width)
            }
        }
    }

    private func writeMasks(_ rows: UnsafeBufferPointer<Int>, _ flags: UnsafeMutableBufferPointer<Float>) {
        let choices = distribution.parameterCount
        for (place, row) in rows.enumerated() {
            let bits = masks[row]
            for choice in 0..<choices {
                flags[place * choices + choice] = choice > 63 || bits >> choice & 1 == 1 ? 1 : 0
            }
        }
    }

    private func write(
        _ sequences: ArraySlice<Int>, _ rows: UnsafeBufferPointer<Int>, states: UnsafeMutableBufferPointer<Float>,
        kept: UnsafeMutableBufferPointer<Float>
    ) {
        for (index, sequence) in sequences.enumerated() {
            for place in 0..<stateWidth {
                states[index * stateWidth + place] = self.states[sequence * stateWidth + place]
            }
        }
        for (place, row) in rows.enumerated() { kept[place] = starts[row] ? 0 : 1 }
    }
}
