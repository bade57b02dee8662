import Datasets
import TensorCore

extension Plan {
    /// Sets an int32 input, such as the classes of rows; allocates nothing.
    public func setIntegers(_ index: Int, _ values: some Collection<Int>) {
        _ = integerInput(index).update(fromContentsOf: values.lazy.map { Int32($0) })
    }
}

extension Program {
    /// Runs the program on rows of its first input, some at a time, and joins what it gives for each row.
    ///
    /// - Parameter prepare: Sets further inputs, for which of the rows is said.
    public func mapped(
        _ rows: [Float], width: Int, atOnce: Int = 1000, output: Int = 0,
        prepare: (Plan, Range<Int>) -> Void = { _, _ in }
    ) throws -> [Float] {
        let count = rows.count / width
        var result: [Float] = []
        for start in stride(from: 0, to: count, by: atOnce) {
            let part = start..<min(start + atOnce, count)
            let plan = try plan(length: part.count)
            _ = plan.input(0).update(fromContentsOf: rows[part.lowerBound * width..<part.upperBound * width])
            prepare(plan, part)
            plan.run()
            result += plan.output(output)
        }
        return result
    }

    /// A number a row of a program whose first output has one: (B, D) → (B).
    ///
    /// - Parameter prepare: Sets further inputs.
    func rows(_ rows: DataRows, limit: Int, prepare: (Plan) -> Void = { _ in }) throws -> [Double] {
        try mapped(rows.values, width: rows.width, atOnce: limit, prepare: { plan, _ in prepare(plan) }).map(
            Double.init)
    }

    /// Records once, so that variables that the recording makes are there.
    func recordedState() throws { _ = try plan(length: 1) }
}
