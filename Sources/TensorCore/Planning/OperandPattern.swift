/// How an operand's elements repeat along the iteration of an element-wise operation.
enum OperandPattern: Hashable {
    case contiguous
    case scalar
    /// memory[(i / outer) · inner + i % inner]: repeated along middle dimensions, and along the outermost ones if
    /// `outer` is as large as the whole.
    case periodic(inner: Int, outer: Int)
    /// memory[(i / inner) % outer]: repeated along inner dimensions, and along the outermost ones.
    case column(inner: Int, outer: Int)

    /// The pattern of `source` broadcast to `target`; nil if it repeats in no such way. Arrays of equal size have the
    /// same elements, whatever the shapes.
    init?(source: Shape, target: Shape) {
        if source.elementCount == target.elementCount {
            self = .contiguous
            return
        }
        // Merges neighbouring dimensions that are all kept or all repeated.
        var runs: [(isKept: Bool, extent: Int)] = []
        for (own, extent) in zip(source.padded(toRank: target.count), target) where extent != 1 {
            if let last = runs.last, last.isKept == (own != 1) {
                runs[runs.count - 1].extent *= extent
            } else {
                runs.append((own != 1, extent))
            }
        }
        let (extents, whole) = (runs.map(\.extent), target.elementCount)
        switch runs.map(\.isKept) {
        case [false]: self = .scalar
        case [false, true]: self = .periodic(inner: extents[1], outer: whole)
        case [true, false, true]: self = .periodic(inner: extents[2], outer: extents[1] * extents[2])
        case [true, false]: self = .column(inner: extents[1], outer: extents[0])
        case [false, true, false]: self = .column(inner: extents[2], outer: extents[1])
        default: return nil
        }
    }
}
