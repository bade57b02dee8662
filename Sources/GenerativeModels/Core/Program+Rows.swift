import Datasets
import TensorCore

extension Program {
    /// Runs the program on rows of its first input, some at a time, and joins what it gives for each row.
    public func mapped(_ rows: [Float], width: Int, atOnce: Int = 1000, output: Int = 0) throws -> [Float] {
        let count = rows.count / width
        var result: [Float] = []
        for start in stride(from: 0, to: count, by: atOnce) {
            let part = rows[start * width..<min(start + atOnce, count) * width]
            let plan = try plan(length: part.count / width)
            _ = plan.input(0).update(fromContentsOf: part)
            plan.run()
            result += plan.output(output)
        }
        return result
    }

    /// A number a row of a program whose first output has one: (B, D) → (B).
    ///
    /// - Parameter prepare: Sets further inputs.
    func rows(_ rows: DataRows, limit: Int, prepare: (Plan) -> Void = { _ in }) throws -> [Double] {
        var result: [Double] = []
        result.reserveCapacity(rows.count)
        for start in stride(from: 0, to: rows.count, by: limit) {
            let part = rows.gathered(start..<min(start + limit, rows.count))
            let plan = try plan(length: part.count)
            _ = plan.input(0).update(fromContentsOf: part.values)
            prepare(plan)
            plan.run()
            result += plan.output(0).map(Double.init)
        }
        return result
    }

    /// Records once, so that variables that the recording makes are there.
    func recordedState() throws { _ = try plan(length: 1) }
}
