import Experience
import TensorCore

extension Program {
    /// The first result for observations, which are its input, valid until the next call.
    func output(of observations: Rows, _ encoding: ObservationEncoding) throws -> UnsafeBufferPointer<Float> {
        let plan = try plan(length: observations.count)
        encoding.encode(observations, into: plan.input(0))
        plan.run()
        return plan.output(0)
    }
}
