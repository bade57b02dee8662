import Testing

@testable import TensorCore

/// A call outside the tests' macros, whose code has no lines of its own.
@inline(never) private func mismatchedSum() -> Tensor {
    Tensor.zeros([2, 3]) + Tensor.zeros([4])
}

/// A programmer's mistakes stop the program with a message that names both values.
@Suite struct PreconditionTests {
    @Test func addition() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = mismatchedSum()
        }
        expect(result, says: "add", "[2, 3]", "[4]", "recorded at PreconditionTests.swift:7")
    }

    @Test func product() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor.zeros([2, 3]).matmul(.zeros([4, 5]))
        }
        expect(result, says: "matmul", "[2, 3]", "[4, 5]", "3 and 4")
    }

    @Test func reshape() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor.zeros([2, 3]).reshaped(to: [4, -1])
        }
        expect(result, says: "reshape", "[2, 3]", "[4, -1]")
    }

    @Test func assignment() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            try Variable(zeros: [2], name: "bias").assign(.zeros([3]))
        }
        expect(result, says: "'bias'", "[2]", "[3]")
    }

    @Test func gather() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor.zeros([2, 3]).gathered(Tensor([0, 1, 2] as [Int32]))
        }
        expect(result, says: "gather", "[2, 3]", "[3]")
    }

    @Test func integersAreNotSummed() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor([1, 2] as [Int32]).sum()
        }
        expect(result, says: "sum", "int32")
    }

    @Test func differentiatedTensorsHaveOneElement() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let x = Tensor.zeros([2])
            _ = gradients(of: x, withRespectTo: [x])
        }
        expect(result, says: "gradients", "[2]")
    }

    @Test func convolution() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor.zeros([1, 5, 5, 3]).convolution2d(.zeros([8, 3, 3, 4]))
        }
        expect(result, says: "convolution2d", "[1, 5, 5, 3]", "[8, 3, 3, 4]", "3 channels")
    }

    @Test func convolutionBeyondTheInput() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor.zeros([1, 5, 5, 3]).convolution2d(.zeros([8, 3, 3, 3]), dilation: (3, 3))
        }
        expect(result, says: "[1, 5, 5, 3]", "[8, 3, 3, 3]", "(3, 3)", "pad")
    }

    @Test func concatenation() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor.concatenated([.zeros([2, 3]), .zeros([2, 4])], axis: 0)
        }
        expect(result, says: "concatenate along 0", "[2, 3]", "[2, 4]")
    }

    @Test func slices() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor.zeros([2, 3]).sliced(1..<4, axis: -1)
        }
        expect(result, says: "slice", "1..<4", "[2, 3]")
    }

    @Test func pooling() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor.zeros([1, 2, 2, 1]).maxPooled2d((3, 3))
        }
        expect(result, says: "maxPooled2d", "(3, 3)", "[1, 2, 2, 1]")
    }

    @Test func factorisations() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor.zeros([2, 3]).cholesky()
        }
        expect(result, says: "cholesky", "[2, 3]")
    }

    @Test func customGradients() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let x = Tensor.zeros([2])
            _ = gradients(of: x.withGradient(of: [x]) { [$0.sum()] }.sum(), withRespectTo: [x])
        }
        expect(result, says: "custom gradient", "[2]", "[]")
    }
}
