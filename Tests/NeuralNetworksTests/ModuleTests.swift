import Random
import Testing

@testable import NeuralNetworks
@testable import TensorCore

/// Parameters by path, initial values.
@Suite struct ModuleTests {
    private struct TwoHeads: Module {
        let body: MultilayerPerceptron
        let value: Linear
        var parameters: Parameters { ["body": body.parameters, "value": value.parameters] }

        init(seed: UInt64) {
            var random = RandomStream(seed: seed)
            body = MultilayerPerceptron([4, 8, 3], random: &random)
            value = Linear(3, 1, random: &random)
        }
    }

    @Test func pathsNameTheParameters() {
        let parameters = TwoHeads(seed: 1).parameters
        #expect(
            parameters.entries.map(\.path) == [
                "body.layers.0.weight", "body.layers.0.bias", "body.layers.1.weight", "body.layers.1.bias",
                "value.weight", "value.bias",
            ])
        #expect(parameters.variables.map(\.shape) == [[8, 4], [8], [3, 8], [3], [1, 3], [1]])
        #expect(parameters.count == 71)
        let lines = parameters.summary.split(separator: "\n")
        #expect(lines.first == "body.layers.0.weight  [8, 4]  32")
        #expect(lines.last?.hasPrefix("total ") == true && lines.last?.hasSuffix(" 71") == true)
    }

    @Test func startingValuesFillTheirRange() {
        var random = RandomStream(seed: 3)
        let layer = Linear(64, 100, random: &random)
        let (weights, biases) = (layer.weight.values, layer.bias!.values)
        #expect((weights + biases).allSatisfy { abs($0) <= 0.125 })
        #expect(weights.max()! > 0.12 && weights.min()! < -0.12)
        #expect(abs(weights.reduce(0, +) / 6400) < 0.005)
        var again = RandomStream(seed: 3)
        #expect(Linear(64, 100, random: &again).weight.values == weights)
        var other = RandomStream(seed: 4)
        #expect(Linear(64, 100, random: &other).weight.values != weights)
    }

    @Test func copiesAreDeep() {
        let (first, second) = (TwoHeads(seed: 1).parameters, TwoHeads(seed: 2).parameters)
        #expect(first.variables[0].values != second.variables[0].values)
        first.copy(from: second)
        #expect(first.variables.map(\.values) == second.variables.map(\.values))
        first.variables[0].set([Float](repeating: 7, count: 32))
        #expect(second.variables[0].values != first.variables[0].values)
    }

    @Test func averagesMoveTowardsTheirSource() throws {
        let own = Parameters([("x", Variable([1, 2], shape: [2]))])
        let source = Parameters([("x", Variable([5, -2], shape: [2]))])
        let plan = try Program("average") { _ in
            try own.moved(towards: source, rate: 0.25)
            return []
        }.plan()
        plan.run()
        #expect(own.variables[0].values == [2, 1])
        plan.run()
        #expect(own.variables[0].values == [2.75, 0.25])
    }

    /// Whether the error output of a stopped program contains the fragment.
    private func expect(_ result: ExitTest.Result?, says fragment: String) {
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains(fragment), "\(text)")
    }

    @Test func mistakesNameBothSides() async {
        let paths = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let variable = Variable([1], shape: [1])
            Parameters([("a", variable)]).copy(from: Parameters([("b", variable)]))
        }
        expect(paths, says: #"different parameters, ["a"] and ["b"]"#)
        let count = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let parameters = Parameters([("a", Variable([1], shape: [1])), ("b", Variable([1], shape: [1]))])
            try SGD(learningRate: 1).update(parameters, [Tensor([1.0])])
        }
        expect(count, says: "2 parameters, 1 gradients")
        let shape = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let parameters = Parameters([("a", Variable([1, 2], shape: [2]))])
            try Adam(learningRate: 1).update(parameters, [Tensor(1)])
        }
        expect(shape, says: "'a' has the shape [2], its gradient []")
    }
}
