import Datasets
import TensorCore

extension Plan {
    /// Writes rows into a float32 input, converting them from their stored type; allocates nothing.
    ///
    /// - Parameter part: The rows to write; nil for all.
    public func setRows(_ index: Int, _ rows: DataRows, _ part: Range<Int>? = nil) {
        rows.write(part ?? 0..<rows.count, into: input(index))
    }

    /// Sets an int32 input, such as the classes of rows; allocates nothing.
    public func setIntegers(_ index: Int, _ values: some Collection<Int>) {
        _ = integerInput(index).update(fromContentsOf: values.lazy.map { Int32($0) })
    }
}

extension Program {
    /// Runs the program on the rows as its first input, a block at a time, and joins the outputs for each row.
    ///
    /// - Parameter prepare: Sets further inputs for the given range of rows.
    public func mapped(
        _ rows: DataRows, atOnce: Int = 1000, output: Int = 0, prepare: (Plan, Range<Int>) -> Void = { _, _ in }
    ) throws -> [Float] {
        precondition(!rows.isSequential, "rows are expected; cut sequences into windows first")
        return try mapped(count: rows.count, atOnce: atOnce, output: output) { plan, part in
            plan.setRows(0, rows, part)
            prepare(plan, part)
        }
    }

    /// The same for rows of `width` floats, such as codes.
    public func mapped(_ rows: [Float], width: Int, atOnce: Int = 1000, output: Int = 0) throws -> [Float] {
        try mapped(count: rows.count / width, atOnce: atOnce, output: output) { plan, part in
            _ = plan.input(0).update(fromContentsOf: rows[part.lowerBound * width..<part.upperBound * width])
        }
    }

    private func mapped(
        count: Int, atOnce: Int, output: Int, fill: (Plan, Range<Int>) -> Void
    ) throws -> [Float] {
        var result: [Float] = []
        for start in stride(from: 0, to: count, by: atOnce) {
            let part = start..<min(start + atOnce, count)
            let plan = try plan(length: part.count)
            fill(plan, part)
            plan.run()
            result += plan.output(output)
        }
        return result
    }

    /// One number per row, from a program whose first output has one: (B, D) → (B).
    ///
    /// - Parameter prepare: Sets further inputs.
    func rows(_ rows: DataRows, limit: Int, prepare: (Plan) -> Void = { _ in }) throws -> [Double] {
        try mapped(rows, atOnce: limit, prepare: { plan, _ in prepare(plan) }).map(Double.init)
    }
}

extension DataRows {
    /// The squared distance between other numbers, (count, width), and the rows, summed over all of them.
    func squaredError(of others: [Float]) -> Double {
        others.indices.reduce(0) { sum, index in
            let difference = numbers[index] - others[index]
            return sum + Double(difference * difference)
        }
    }
}
