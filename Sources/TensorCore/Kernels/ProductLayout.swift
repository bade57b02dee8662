import CKernels

/// The layout of an array in memory: its extents, and the distance in elements between neighbours along each dimension.
struct Layout {
    var shape: Shape
    var strides: [Int]
}

extension rv_product {
    /// The product of an entry with the layouts of its arrays; nil for other operations.
    init?(_ graph: LinearGraph, _ index: Int) {
        let entry = graph.entries[index]
        guard case .matmul(let transposeLeft, let transposeRight) = entry.operation else { return nil }
        let layouts = (entry.inputs + [index]).map {
            Layout(shape: graph.entries[$0].shape, strides: graph.views.strides(of: $0, in: graph))
        }
        self.init(layouts[0], transposeLeft, layouts[1], transposeRight, layouts[2])
    }

    /// The product of matrices in the last two dimensions; nil if the kernel doesn't support the layout: if no
    /// dimension of a matrix is contiguous, or if the batch has more than two dimensions that can't be merged.
    private init?(_ left: Layout, _ transposeLeft: Bool, _ right: Layout, _ transposeRight: Bool, _ result: Layout) {
        guard let a = StoredMatrix(left), let b = StoredMatrix(right), let c = StoredMatrix(result), !c.isTransposed,
            let batch = Self.batch([left, right, result])
        else { return nil }
        let extents = result.shape.suffix(2)
        let k = left.shape.suffix(2)
        self.init(
            m: extents.first!, n: extents.last!, k: transposeLeft ? k.first! : k.last!,
            transpose_left: transposeLeft != a.isTransposed ? 1 : 0,
            transpose_right: transposeRight != b.isTransposed ? 1 : 0,
            left_line: a.line, right_line: b.line, result_line: c.line,
            outer: batch[0].extent, inner: batch[1].extent,
            left_steps: (batch[0].steps[0], batch[1].steps[0]), right_steps: (batch[0].steps[1], batch[1].steps[1]),
            result_steps: (batch[0].steps[2], batch[1].steps[2]))
    }

    /// The dimensions before the last two as two dimensions, merging neighbours that all arrays allow to merge.
    private static func batch(_ layouts: [Layout]) -> [(extent: Int, steps: [Int])]? {
        var merged: [(extent: Int, steps: [Int])] = []
        for axis in layouts[2].shape.indices.dropLast(2) where layouts[2].shape[axis] != 1 {
            let (extent, steps) = (layouts[2].shape[axis], layouts.map { $0.strides[axis] })
            if let outer = merged.last, outer.steps == steps.map({ $0 * extent }) {
                merged[merged.count - 1] = (outer.extent * extent, steps)
            } else {
                merged.append((extent, steps))
            }
        }
        guard merged.count <= 2 else { return nil }
        return [(extent: Int, steps: [Int])](repeating: (1, [0, 0, 0]), count: 2 - merged.count) + merged
    }
}

/// The last two dimensions of an array as rows without gaps, or as the transpose of such rows.
private struct StoredMatrix {
    var line: Int
    var isTransposed: Bool

    init?(_ layout: Layout) {
        let (extents, strides) = (layout.shape.suffix(2), layout.strides.suffix(2))
        if strides.last! == 1 || extents.last! == 1 {
            (line, isTransposed) = (strides.first!, false)
        } else if strides.first! == 1 || extents.first! == 1 {
            (line, isTransposed) = (strides.last!, true)
        } else {
            return nil
        }
    }
}
