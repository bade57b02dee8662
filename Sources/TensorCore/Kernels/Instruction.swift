import CKernels
import Parallel

/// A unit of a plan as work over fixed memory that allocates nothing, cut into parts that may run at the same time.
struct Instruction {
    /// Bytes of working memory that a part needs.
    let scratchBytes: Int
    /// About how long it takes one thread, in nanoseconds.
    var cost = 0.0
    /// The most parts that are worth handing out.
    var partLimit = 1
    /// The most parts that the work can be cut into; 1 where parts could not run at the same time.
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
