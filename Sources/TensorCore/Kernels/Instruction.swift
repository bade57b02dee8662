import CKernels

/// A unit of a plan as work over fixed memory that allocates nothing, cut into parts that may run at the same time.
struct Instruction {
    /// Does one part of the work with a thread's own working memory, which is aligned to 64 bytes. The bits of the
    /// result don't depend on the number of parts.
    typealias Body = (_ part: rv_part, _ scratch: UnsafeMutablePointer<Float>) -> Void

    /// Bytes of working memory that a part needs.
    var scratchBytes = 0
    let body: Body

    init(scratchBytes: Int = 0, body: @escaping Body) {
        (self.scratchBytes, self.body) = (scratchBytes, body)
    }
}

extension rv_part {
    /// All of the work as one part.
    static let whole = rv_part(index: 0, count: 1)

    /// The part's share of so many items.
    func range(of items: Int) -> Range<Int> { items * index / count..<items * (index + 1) / count }
}
