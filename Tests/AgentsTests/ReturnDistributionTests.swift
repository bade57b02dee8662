import Random
import TensorCore
import Testing

@testable import Agents

/// Properties of return distributions for any outputs of a network; updates are compared with PyTorch's elsewhere.
@Suite struct ReturnDistributionTests {
    private static func projected(
        _ returns: CategoricalReturns, _ probabilities: [Float], reward: Float, discount: Float
    ) throws -> [Float] {
        try returns.projected(
            Tensor(probabilities, shape: [1, probabilities.count]), Tensor([reward]), Tensor([discount])
        ).floats()
    }

    private static let returns = CategoricalReturns(atoms: 6, range: -1...4)

    @Test(arguments: [
        (0.0, 1.0, [0.1, 0.2, 0.3, 0.2, 0.1, 0.1]),  // Nothing moves.
        (1.0, 1.0, [0, 0.1, 0.2, 0.3, 0.2, 0.2]),  // All by one atom, the last stays where it is.
        (2.0, 0.0, [0, 0, 0, 1, 0, 0]),  // A terminal state leaves the reward.
        (2.25, 0.0, [0, 0, 0, 0.75, 0.25, 0]), (-9.0, 1.0, [1, 0, 0, 0, 0, 0]), (50.0, 0.5, [0, 0, 0, 0, 0, 1]),
        (0.5, 1.0, [0.05, 0.15, 0.25, 0.25, 0.15, 0.15]),
    ])
    func probabilitiesFallToTheirNeighbours(reward: Double, discount: Double, expected: [Double]) throws {
        let start: [Float] = [0.1, 0.2, 0.3, 0.2, 0.1, 0.1]
        let result = try Self.projected(Self.returns, start, reward: Float(reward), discount: Float(discount))
        for (found, expected) in zip(result, expected) { #expect(abs(Double(found) - expected) < 1e-6, "\(result)") }
    }

    /// If nothing is clipped, the expectation moves as the return does, and the sum stays 1.
    @Test func expectationsMoveAsReturnsDo() throws {
        let returns = CategoricalReturns(atoms: 51, range: -10...10)
        var random = RandomStream(seed: 2)
        let raw = (0..<51).map { _ in random.uniformFloat() }
        let start = raw.map { $0 / raw.reduce(0, +) }
        let result = try Self.projected(returns, start, reward: 0.37, discount: 0.9)
        func mean(_ p: [Float]) -> Float { zip(p, 0..<51).reduce(0) { $0 + $1.0 * (Float($1.1) * 0.4 - 10) } }
        #expect(abs(result.reduce(0, +) - 1) < 1e-5)
        #expect(abs(mean(result) - (0.37 + 0.9 * mean(start))) < 1e-4)
    }

    @Test func valuesAreExpectations() throws {
        let certain = Tensor([0, 0, 99, 0, 0, 0, 0, 0, 0, 0, 0, 99], shape: [1, 2, 6])
        let values = try Self.returns.values(certain).floats()
        #expect(abs(values[0] - 1) < 1e-4 && abs(values[1] - 4) < 1e-4)
        #expect(
            try QuantileReturns(atoms: 3).values(Tensor([1, 2, 6, 0, 0, 3], shape: [1, 2, 3])).floats() == [3, 1])
    }

    /// Steps along the gradient of quantile regression lead to the targets' quantiles: for 0, 10, …, 90 at ¼ and ¾, the
    /// third and the eighth.
    @Test func quantilesAreLearned() throws {
        let returns = QuantileReturns(atoms: 2)
        let outputs = Variable([50, 50], shape: [1, 2], name: "outputs")
        let step = try Program("step", inputs: [.float32(1, 2)]) { inputs in
            let said = outputs.tensor
            let (loss, _) = returns.loss(said, next: inputs[0], rewards: Tensor([0]), discounts: Tensor([1]))
            try outputs.assign(said - 0.5 * gradients(of: loss.sum(), withRespectTo: [said])[0])
            return []
        }.plan()
        var random = RandomStream(seed: 3)
        for _ in 0..<20_000 {
            for index in 0..<2 { step.input(0)[index] = Float(random.integers(below: 10) * 10) }
            step.run()
        }
        let found = outputs.values.sorted()
        #expect(abs(found[0] - 20) < 6 && abs(found[1] - 70) < 6, "\(found)")
    }
}
