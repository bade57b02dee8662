import CKernels

/// A unit of a plan as work over fixed memory that allocates nothing, cut into parts that may run at the same time.
struct Instruction {
    /// Does one part of the work with a thread's own working memory, which is aligned to 64 bytes. The bits of the
    /// result don't depend on the number of parts.
    typealias Body = (_ part: rv_part, _ scratch: UnsafeMutablePointer<Float>) -> Void

    /// Bytes of working memory that a part needs.
    let scratchBytes: Int
    /// About how long it takes one thread, in nanoseconds.
    var cost = 0.0
    /// The most parts that are worth handing out.
    var partLimit = 1
    /// The most parts that the work can be cut into; 1 where parts could not run at the same time.
    let pieces: Int
    let body: Body

    init(scratchBytes: Int = 0, pieces: Int = .max, body: @escaping Body) {
        (self.scratchBytes, self.pieces, self.body) = (scratchBytes, pieces, body)
    }
}

extension rv_part {
    /// All of the work as one part.
    static let whole = rv_part(index: 0, count: 1)

    /// The part's share of so many items.
    func range(of items: Int) -> Range<Int> { items * index / count..<items * (index + 1) / count }
}
