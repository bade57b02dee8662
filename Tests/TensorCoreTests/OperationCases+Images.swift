@testable import TensorCore

extension OperationCase {
    private static func convolution(
        _ name: String, _ shapes: [[Shape]], _ body: @escaping @Sendable (Tensor, Tensor) -> Tensor
    ) -> OperationCase {
        OperationCase(name: "convolution \(name)", shapes: shapes) { body($0[0], $0[1]) }
    }

    /// Small, odd, empty, strided, dilated beyond the input, in groups, padded on one side.
    static let convolutions: [OperationCase] = [
        convolution(
            "plain",
            [
                [[1, 1, 1, 1], [1, 1, 1, 1]], [[2, 3, 4, 2], [3, 2, 3, 2]], [[1, 5, 5, 1], [2, 3, 3, 1]],
                [[0, 3, 3, 2], [1, 2, 2, 2]], [[1, 2, 3, 3], [5, 1, 1, 3]],
            ]
        ) { $0.convolution2d($1) },
        convolution(
            "strided, padded on one side",
            [
                [[1, 1, 1, 1], [1, 1, 1, 1]], [[1, 4, 5, 2], [2, 3, 3, 2]], [[1, 7, 3, 1], [2, 2, 3, 1]],
                [[2, 3, 3, 2], [0, 2, 2, 2]], [[1, 6, 6, 3], [2, 3, 2, 3]],
            ]
        ) { $0.convolution2d($1, stride: (2, 3), padding: Padding(top: 2, left: 1)) },
        convolution(
            "dilated beyond the input",
            [
                [[1, 1, 1, 1], [1, 3, 3, 1]], [[1, 3, 2, 2], [2, 3, 3, 2]], [[1, 2, 2, 1], [1, 2, 3, 1]],
                [[1, 3, 3, 0], [2, 2, 2, 0]], [[2, 4, 1, 1], [2, 3, 2, 1]],
            ]
        ) { $0.convolution2d($1, padding: 5, dilation: (4, 5)) },
        convolution(
            "in groups",
            [
                [[1, 1, 1, 2], [2, 1, 1, 1]], [[1, 3, 4, 4], [6, 2, 2, 2]], [[2, 3, 3, 2], [2, 3, 3, 1]],
                [[0, 3, 3, 2], [4, 2, 2, 1]], [[1, 4, 4, 6], [2, 2, 3, 3]],
            ]
        ) { $0.convolution2d($1, stride: (1, 2), padding: 1, groups: 2) },
        convolution(
            "of each channel",
            [
                [[1, 1, 1, 1], [1, 1, 1, 1]], [[1, 4, 3, 3], [3, 3, 3, 1]], [[2, 3, 3, 17], [17, 2, 2, 1]],
                [[1, 0, 3, 2], [2, 1, 1, 1]], [[1, 5, 5, 2], [4, 3, 3, 1]],
            ]
        ) { $0.convolution2d($1, padding: 1, groups: $0.shape[3]) },
        convolution(
            "cropped",
            [
                [[1, 3, 3, 1], [1, 1, 1, 1]], [[1, 5, 4, 2], [2, 3, 2, 2]], [[2, 4, 4, 1], [3, 2, 1, 1]],
                [[0, 3, 4, 2], [1, 1, 1, 2]], [[1, 6, 7, 3], [2, 2, 2, 3]],
            ]
        ) { $0.convolution2d($1, padding: Padding(top: -1, right: -1)) },
        convolution(
            "transposed",
            [
                [[1, 1, 1, 1], [1, 1, 1, 1]], [[1, 3, 2, 2], [2, 3, 3, 3]], [[2, 2, 2, 1], [1, 4, 4, 2]],
                [[0, 2, 2, 1], [1, 3, 3, 2]], [[1, 4, 1, 3], [3, 2, 5, 1]],
            ]
        ) { $0.transposedConvolution2d($1) },
        convolution(
            "transposed, strided, in groups",
            [
                [[1, 1, 1, 2], [2, 3, 3, 1]], [[1, 3, 2, 4], [4, 4, 4, 3]], [[2, 2, 3, 2], [2, 3, 4, 2]],
                [[0, 3, 3, 2], [2, 3, 3, 1]], [[1, 2, 2, 6], [6, 3, 3, 2]],
            ]
        ) {
            $0.transposedConvolution2d(
                $1, stride: (2, 3), padding: Padding(top: 1, right: 1), outputPadding: (1, 0), groups: 2)
        },
        convolution(
            "of sequences",
            [
                [[1, 1, 1], [1, 1, 1]], [[2, 5, 3], [2, 3, 3]], [[1, 7, 2], [3, 2, 2]], [[0, 3, 2], [4, 2, 2]],
                [[1, 9, 1], [2, 3, 1]],
            ]
        ) { $0.convolution1d($1, padding: .causal(kernel: $1.shape[1], dilation: 2), dilation: 2) },
        convolution(
            "of sequences, transposed",
            [
                [[1, 1, 1], [1, 2, 1]], [[2, 4, 3], [3, 3, 2]], [[1, 3, 2], [2, 2, 2]], [[0, 3, 2], [2, 4, 1]],
                [[1, 5, 1], [1, 4, 2]],
            ]
        ) { $0.transposedConvolution1d($1, stride: 2, padding: Padding(right: 1), outputPadding: 1) },
    ]

    private static func images(_ name: String, _ body: @escaping @Sendable (Tensor) -> Tensor) -> OperationCase {
        OperationCase(
            name: name, shapes: [[[1, 2, 2, 1]], [[2, 4, 4, 3]], [[1, 5, 3, 2]], [[0, 4, 4, 1]], [[1, 7, 6, 5]]]
        ) { body($0[0]) }
    }

    static let pooling: [OperationCase] = [
        images("maxPooled2d") { $0.maxPooled2d((2, 2)) },
        images("maxPooled2d overlapping") { $0.maxPooled2d((3, 2), stride: (2, 1), padding: Padding(all: 1)) },
        images("averagePooled2d") { $0.averagePooled2d((2, 2)) },
        images("averagePooled2d overlapping") { $0.averagePooled2d((2, 3), stride: (1, 2), padding: Padding(all: 1)) },
        images("upsampled") { $0.upsampled(by: (2, 3)) },
    ]

    private static let squares: [[Shape]] = [[[1, 1]], [[3, 3]], [[2, 2, 2]], [[5, 5]], [[0, 2, 2]]]

    /// A matrix that is far from singular.
    private static func regular(_ x: Tensor) -> Tensor { x + 5 * identity(x) }

    private static func identity(_ x: Tensor) -> Tensor {
        let size = x.shape[x.rank - 1]
        return .lowerTriangle(size) * Tensor.lowerTriangle(size).transposed()
    }

    static let factorisations: [OperationCase] =
        [
            OperationCase(
                name: "matmul of batches",
                shapes: [
                    [[1, 1, 1], [1, 1, 1]], [[2, 3, 4], [2, 4, 5]], [[2, 1, 2, 3], [3, 3, 1]], [[2, 3], [4, 3, 2]],
                    [[0, 2, 2], [0, 2, 3]],
                ]
            ) { $0[0].matmul($0[1]) },
            OperationCase(
                name: "matmul of transposed batches",
                shapes: [
                    [[1, 1, 1], [1, 1, 1]], [[2, 4, 3], [2, 5, 4]], [[2, 1, 3, 2], [3, 1, 3]], [[3, 2], [4, 2, 3]],
                    [[2, 0, 2], [2, 3, 0]],
                ]
            ) { $0[0].matmul($0[1], transposeLeft: true, transposeRight: true) },
            OperationCase(name: "cholesky", shapes: squares) { inputs in
                let x = inputs[0]
                return (x.matmul(x, transposeRight: true) + identity(x)).cholesky()
            },
            OperationCase(name: "inverse", shapes: squares) { regular($0[0]).inverse() },
            OperationCase(name: "logAbsoluteDeterminant", shapes: squares) { regular($0[0]).logAbsoluteDeterminant() },
            OperationCase(name: "diagonal", shapes: squares) { $0[0].diagonal() },
        ]
        + [false, true].flatMap { upper in
            [false, true].map { transposed in
                OperationCase(
                    name: "triangularSolve \(upper ? "upper" : "lower")\(transposed ? " transposed" : "")",
                    shapes: [
                        [[1, 1], [1, 1]], [[3, 3], [3, 2]], [[2, 2, 2], [2, 2, 3]], [[4, 4], [4, 0]],
                        [[0, 2, 2], [0, 2, 1]],
                    ]
                ) { regular($0[0]).triangularSolve($0[1], upper: upper, transposed: transposed) }
            }
        }
}
