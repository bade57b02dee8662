import TensorCore

/// The sums over the numbers before each place: for every i the sum over j < i of xⱼ W[j], which the hidden units of
/// NADE are computed from (Larochelle & Murray 2011): aᵢ₊₁ = aᵢ + xᵢ W[i].
///
/// The D × H sums of a row are computed one block of places at a time: one row of sums for everything before the block,
/// plus the product of the block's numbers with a triangle. The work grows with D H times half a block instead of with
/// D² H, and consists of matrix products only.
struct PrefixSums {
    /// Places in a block.
    static let blockSize = 14

    /// Splits 0..<count into blocks.
    static func blocks(_ count: Int) -> [Range<Int>] {
        stride(from: 0, to: count, by: blockSize).map { $0..<min($0 + blockSize, count) }
    }

    /// Iterates over the blocks and collects the results of `body`, (B, block) → (B, D).
    ///
    /// - Parameters:
    ///   - x: (B, D), in the order of the chain rule.
    ///   - weight: (D, H), its rows in the same order.
    ///   - start: (H) or (B, H), the sums before the first place.
    ///   - body: Takes a block's places and its sums (B, block, H).
    static func map(
        _ x: Tensor, weight: Tensor, start: Tensor, _ body: (_ places: Range<Int>, _ sums: Tensor) -> Tensor
    ) -> Tensor {
        let (rows, hidden) = (x.shape[0], weight.shape[1])
        var before = start.broadcast(to: [rows, hidden])
        var parts: [Tensor] = []
        for places in blocks(x.shape[1]) {
            let (own, ownWeight) = (x.sliced(places, axis: 1), weight.sliced(places, axis: 0))
            let size = places.count
            let earlier = own.expandingDimension(at: 1) * Tensor.lowerTriangle(size, diagonal: 0)
            let sums = earlier.reshaped(to: [rows * size, size]).matmul(ownWeight).reshaped(to: [rows, size, hidden])
            parts.append(body(places, sums + before.expandingDimension(at: 1)))
            if places.upperBound < x.shape[1] { before = before + own.matmul(ownWeight) }
        }
        return Tensor.concatenated(parts, axis: 1)
    }
}

extension Tensor {
    /// The columns with the given indices, in their order: (B, D, …) and int32 (N) → (B, N, …).
    func columns(_ indices: Tensor) -> Tensor {
        let axes = [1, 0] + (2..<rank)
        return permuted(axes).taking(indices).permuted(axes)
    }
}
