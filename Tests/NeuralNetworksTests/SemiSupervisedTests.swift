import Random
import Testing

@testable import NeuralNetworks
@testable import TensorCore

/// A few labelled examples and many unlabelled ones.
@Suite struct SemiSupervisedTests {
    private static let dimensions = 10

    /// Two clouds around ±centre.
    private static func draw(_ count: Int, _ centre: [Double], _ random: inout RandomStream) -> (x: [Float], y: [Int32])
    {
        var (x, y): ([Float], [Int32]) = ([], [])
        for index in 0..<count {
            let sign = index % 2 == 0 ? 1.0 : -1.0
            x += centre.map { Float(sign * $0 + random.normal()) }
            y.append(index % 2 == 0 ? 1 : 0)
        }
        return (x, y)
    }

    /// The accuracy on `test` of logistic regression trained on four labels and, with a `weight` above 0, on the
    /// entropy of its answers to unlabelled examples (Grandvalet & Bengio 2005), which penalises a boundary through a
    /// cloud.
    private static func accuracy(entropyWeight weight: Double, seed: UInt64) throws -> Double {
        var random = RandomStream(seed: seed)
        let centre = (0..<dimensions).map { _ in random.normal() * 0.75 }
        let labelled = draw(4, centre, &random)
        let unlabelled = draw(400, centre, &random)
        let test = draw(1_000, centre, &random)
        let layer = Linear(dimensions, 2, random: &random)
        let optimizer = Adam(learningRate: 0.05)
        let step = try Program("step") { _ in
            let given = layer(Tensor(labelled.x, shape: [4, dimensions]))
            let known = crossEntropy(logits: given, labels: Tensor(labelled.y)).mean()
            let answers = layer(Tensor(unlabelled.x, shape: [400, dimensions]))
            let entropy = -(answers.softmax() * answers.logSoftmax()).sum([-1]).mean()
            let loss = known + weight * entropy
            try optimizer.minimize(loss, layer.parameters)
            return [loss]
        }.plan()
        for _ in 0..<300 { step.run() }
        let answers = try layer(Tensor(test.x, shape: [1_000, dimensions])).argmax().integers()
        return Double(zip(answers, test.y).count { $0 == $1 }) / 1_000
    }

    @Test func examplesWithoutLabelsHelp() throws {
        let seeds = UInt64(0)..<10
        let supervised = try seeds.map { try Self.accuracy(entropyWeight: 0, seed: $0) }
        let semiSupervised = try seeds.map { try Self.accuracy(entropyWeight: 1, seed: $0) }
        let (few, many) = (supervised.reduce(0, +) / 10, semiSupervised.reduce(0, +) / 10)
        #expect(many > few + 0.03, "\(few) with labels alone, \(many) with the others too")
    }
}
