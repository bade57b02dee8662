/// How an operand's elements repeat along the iteration of an element-wise operation.
enum OperandPattern: Hashable {
    case contiguous
    case scalar
    /// memory[i % inner]: repeated along outer dimensions.
    case periodic(inner: Int)
    /// memory[i / inner]: repeated along inner dimensions.
    case column(inner: Int)

    /// The pattern of `source` broadcast to `target`, or nil where it repeats in no such way.
    init?(source: Shape, target: Shape) {
        let extents = zip(source.padded(toRank: target.count), target).filter { $0.1 != 1 }
        let repeats = extents.map { $0.0 == 1 }
        guard let first = repeats.firstIndex(of: false) else {
            self = repeats.isEmpty ? .contiguous : .scalar
            return
        }
        let last = repeats.lastIndex(of: false)!
        guard !repeats[first...last].contains(true) else { return nil }
        switch (first > 0, last < repeats.count - 1) {
        case (false, false): self = .contiguous
        case (true, false): self = .periodic(inner: extents[first...].map(\.1).elementCount)
        case (false, true): self = .column(inner: extents[(last + 1)...].map(\.1).elementCount)
        case (true, true): return nil
        }
    }
}
