import CKernels
import Parallel

/// A unit of a plan as work on fixed memory that allocates nothing, divided into parts that may run at the same time.
struct Instruction {
    /// Bytes of working memory per part.
    let scratchBytes: Int
    /// The approximate time that one thread takes, in nanoseconds.
    var cost = 0.0
    /// The maximum number of parts that are worth distributing.
    var partLimit = 1
    /// The maximum number of parts that the work can be divided into; 1 if parts could not run at the same time.
    let pieces: Int
    let body: PartBody

    init(
        scratchBytes: Int = 0, pieces: Int = .max,
        body: @escaping (_ part: rv_part, _ scratch: UnsafeMutablePointer<Float>) -> Void
    ) {
        (self.scratchBytes, self.pieces, self.body) = (scratchBytes, pieces, PartBody(body))
    }

    private static let bodyOffset = MemoryLayout<Instruction>.offset(of: \.body)!

    /// Where an instruction's work is in memory.
    static func body(of instruction: UnsafePointer<Instruction>) -> UnsafePointer<PartBody> {
        (UnsafeRawPointer(instruction) + bodyOffset).assumingMemoryBound(to: PartBody.self)
    }
}
