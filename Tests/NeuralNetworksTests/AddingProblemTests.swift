import Random
import Testing

@testable import NeuralNetworks
@testable import TensorCore

/// The adding problem (Hochreiter & Schmidhuber 1997): given a sequence of pairs of a number in 0..<1 and a mark,
/// predict the sum of the two marked numbers, one in each half. Always answering 1 has a squared error of 1/6.
@Suite struct AddingProblemTests {
    private static let (length, batch, hidden) = (50, 32, 24)

    /// The mean squared error over the last fifty of `steps` steps.
    private static func error<Cell: RecurrentCell>(
        after steps: Int, _ network: Recurrent<Cell>, random: inout RandomStream
    ) throws -> Double {
        let head = Linear(hidden, 1, random: &random)
        let parameters: Parameters = ["network": network.parameters, "head": head.parameters]
        let optimizer = Adam(learningRate: 0.01)
        let plan = try Program("adding", inputs: [.float32(batch, length, 2), .float32(batch, 1)]) { inputs in
            let last = network(inputs[0]).outputs.selected(length - 1, axis: 1)
            let loss = squaredError(head(last), inputs[1]).mean()
            try optimizer.minimize(loss, parameters, clippingNorm: 1)
            return [loss]
        }.plan()
        var recent: [Double] = []
        for _ in 0..<steps {
            let (x, y) = (plan.input(0), plan.input(1))
            for row in 0..<batch {
                let marked = [random.integers(below: length / 2), length / 2 + random.integers(below: length / 2)]
                for t in 0..<length {
                    x[(row * length + t) * 2] = random.uniformFloat()
                    x[(row * length + t) * 2 + 1] = marked.contains(t) ? 1 : 0
                }
                y[row] = marked.reduce(0) { $0 + x[(row * length + $1) * 2] }
            }
            plan.run()
            recent = (recent + [Double(plan.output(0)[0])]).suffix(50)
        }
        return recent.reduce(0, +) / Double(recent.count)
    }

    @Test func gatesLearnWhatAPlainNetworkDoesNot() throws {
        var random = RandomStream(seed: 1)
        let gated = GRU(2, Self.hidden, random: &random)
        let plain = RNN(2, Self.hidden, random: &random)
        let steps = 800
        let (learned, stuck) = try (
            Self.error(after: steps, gated, random: &random), Self.error(after: steps, plain, random: &random)
        )
        #expect(learned < 0.01, "GRU \(learned)")
        #expect(stuck > 0.12, "RNN \(stuck)")
    }
}
