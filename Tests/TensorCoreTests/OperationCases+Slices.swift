@testable import TensorCore

extension OperationCase {
    /// Slicing, concatenation, selection and sorting.
    static let slices: [OperationCase] = [
        rows("sliced") { x in
            let extent = x.shape[x.rank - 1]
            return x.sliced(extent / 3..<extent, axis: -1)
        },
        OperationCase(name: "sliced by steps", shapes: [[[7]], [[1, 3]], [[4, 5]], [[3, 0]], [[2, 6, 2]]]) { inputs in
            let extent = inputs[0].shape[inputs[0].rank == 1 ? 0 : 1]
            return inputs[0].sliced(0..<extent, axis: inputs[0].rank == 1 ? 0 : 1, step: 3)
        },
        rows("reversed") { $0.reversed(axis: 0) },
        OperationCase(name: "reversed twice sliced", shapes: [[[5]], [[1]], [[4]], [[8]], [[2]]]) { inputs in
            inputs[0].sliced(
                starts: [inputs[0].count - 1], extents: [(inputs[0].count + 1) / 2], steps: [-2])
        },
        OperationCase(name: "selected", shapes: [[[2, 3]], [[2, 1]], [[3, 5]], [[4, 2, 3]], [[2, 0]]]) {
            $0[0].selected(1, axis: 0)
        },
        OperationCase(name: "split", shapes: [[[4]], [[4, 1]], [[4, 5]], [[4, 2, 3]], [[4, 0]]]) { inputs in
            let parts = inputs[0].split([1, 0, 3], axis: 0)
            return parts[2] * parts[0]
        },
        OperationCase(name: "split into", shapes: [[[6]], [[1, 6]], [[5, 3]], [[2, 3, 9]], [[0, 3]]]) { inputs in
            let parts = inputs[0].split(into: 3, axis: -1)
            return parts[0] * parts[1] + parts[2]
        },
        rows("padded") { x in
            x.padded(low: x.shape.map { _ in 1 }, high: x.shape.map { _ in 2 }, with: 0.5)
        },
        rows("padded by steps") { x in
            x.padded(to: x.shape.map { 3 * $0 + 1 }, low: x.shape.map { _ in 1 }, steps: x.shape.map { _ in 3 })
        },
        OperationCase(
            name: "concatenated",
            shapes: [
                [[2], [3]], [[1, 1], [2, 1]], [[2, 3], [2, 3]], [[0, 2], [4, 2]], [[1, 2, 3], [5, 2, 3]],
            ]
        ) {
            .concatenated([$0[0], $0[1], $0[0] * 2], axis: 0)
        },
        OperationCase(
            name: "concatenated inside",
            shapes: [
                [[1, 2], [1, 3]], [[2, 1], [2, 0]], [[2, 3, 2], [2, 3, 1]], [[0, 2], [0, 1]], [[3, 1, 4], [3, 1, 4]],
            ]
        ) {
            .concatenated([$0[0], $0[1]], axis: -1)
        },
        OperationCase(
            name: "stacked", shapes: [[[], []], [[2], [2]], [[3, 2], [3, 2]], [[0], [0]], [[1, 1], [1, 1]]]
        ) {
            .stacked([$0[0], $0[1].squared()], axis: $0[0].rank)
        },
    ]

    /// Int32 indices for `shape`, the same each time.
    private static func indices(_ shape: Shape, below bound: Int) -> Tensor {
        Tensor((0..<shape.elementCount).map { Int32(($0 * 7 + $0 / 5 + 1) % bound) }, shape: shape)
    }

    static let choices: [OperationCase] = [
        OperationCase(name: "taking", shapes: [[[3]], [[1, 2]], [[5, 4]], [[2, 0]], [[4, 2, 3]]]) { inputs in
            inputs[0].taking(indices([2, 3], below: inputs[0].shape[0]))
        },
        OperationCase(name: "taking along", shapes: [[[1, 1]], [[4, 3]], [[2, 5]], [[0, 2]], [[3, 7]]]) { inputs in
            inputs[0].taking(indices([inputs[0].shape[0], 4], below: inputs[0].shape[1]), along: 1)
        },
        OperationCase(name: "taking along the first", shapes: [[[1, 1]], [[4, 3]], [[2, 5]], [[3, 0]], [[3, 7]]]) {
            inputs in
            inputs[0].taking(indices([2, inputs[0].shape[1]], below: inputs[0].shape[0]), along: 0)
        },
        OperationCase(name: "scatterAdded", shapes: [[[4]], [[4, 1]], [[4, 3]], [[4, 0]], [[4, 2, 3]]]) {
            $0[0].scatterAdded(Tensor([2, 0, 2, 9] as [Int32]), rows: 3)
        },
        OperationCase(name: "scatterAdded along", shapes: [[[1, 1]], [[4, 3]], [[2, 5]], [[0, 2]], [[3, 7]]]) {
            inputs in
            inputs[0].scatterAdded(indices(inputs[0].shape, below: 4), along: 1, extent: 4)
        },
        rows("sorted") { $0.sorted() }, rows("sorted descending") { $0.sorted(descending: true) },
        OperationCase(name: "argsorted", shapes: rowShapes, isDifferentiable: false) { $0[0].argsorted().asFloat() },
        OperationCase(name: "top", shapes: [[[3]], [[2, 2]], [[4, 5]], [[0, 3]], [[2, 2, 40]]]) {
            $0[0].top(2).values
        },
        OperationCase(
            name: "argmax", shapes: [[[1]], [[4, 3]], [[2, 3, 5]], [[1, 40]], [[0, 4]]], isDifferentiable: false
        ) {
            $0[0].argmax().asFloat()
        },
        OperationCase(
            name: "argmin", shapes: [[[1]], [[4, 3]], [[2, 3, 5]], [[1, 40]], [[0, 4]]], isDifferentiable: false
        ) {
            $0[0].argmin().asFloat()
        },
        rows("cumulativeSum") { $0.cumulativeSum(axis: -1) },
        rows("cumulativeSum of first reversed") { $0.cumulativeSum(axis: 0, reverse: true) },
        OperationCase(
            name: "cumulativeSum of middle",
            shapes: [[[2, 3, 4]], [[1, 5, 1]], [[3, 1, 2]], [[2, 0, 3]], [[1, 7, 3]]]
        ) {
            $0[0].cumulativeSum(axis: 1)
        },
        rows("cumulativeProduct") { $0.cumulativeProduct(axis: -1) },
        OperationCase(name: "min", shapes: [[[1]], [[4, 3]], [[2, 3, 5]], [[1, 40]], [[0, 4]]]) { $0[0].min([-1]) },
        OperationCase(name: "variance", shapes: [[[2]], [[4, 3]], [[2, 3, 5]], [[1, 2]], [[0, 4]]]) {
            $0[0].variance([-1]) + $0[0].variance([-1], unbiased: true)
        },
        OperationCase(name: "softmax of first", shapes: [[[1, 1]], [[4, 3]], [[2, 3, 5]], [[5]], [[3, 0]]]) {
            $0[0].softmax(axis: 0) + $0[0].logSoftmax(axis: 0) * $0[0].logSumExp(axis: 0, keepDimensions: true)
        },
    ]
}
