import Testing

@testable import TensorCore

/// A programmer's mistakes stop the program with a message that names both values.
@Suite struct PreconditionTests {
    /// Whether a stopped program's error output holds all fragments.
    private func expect(_ result: ExitTest.Result?, says fragments: String...) {
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        for fragment in fragments { #expect(text.contains(fragment), "'\(fragment)' is not in: \(text)") }
    }

    @Test func addition() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor.zeros([2, 3]) + Tensor.zeros([4])
        }
        expect(result, says: "add", "[2, 3]", "[4]")
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
}
