import Foundation
import Random
import Testing

@testable import NeuralNetworks
@testable import TensorCore

/// Losses compared with PyTorch, their edge cases, and their minima.
@Suite struct LossTests {
    struct File: Decodable {
        var cases: [Golden.Case]
    }

    static let file: File = Golden.load("losses.json")

    private static func loss(_ name: String, _ x: [Tensor]) -> Tensor? {
        switch name {
        case "huber 1", "huber 1 as smooth L1": huberLoss(x[0], x[1])
        case "huber 2.5": huberLoss(x[0], x[1], delta: 2.5)
        case "squared error": squaredError(x[0], x[1])
        case "absolute error": absoluteError(x[0], x[1])
        case "Gaussian": gaussianNegativeLogLikelihood(mean: x[0], logVariance: x[1], target: x[2])
        case "Poisson": poissonNegativeLogLikelihood(logRate: x[0], target: x[1])
        case "cosine similarity", "cosine similarity with zeros": cosineSimilarity(x[0], x[1])
        case "cross entropy": crossEntropy(logits: x[0], labels: x[1])
        case "cross entropy smoothed": crossEntropy(logits: x[0], labels: x[1], labelSmoothing: 0.1)
        case "cross entropy ignoring": crossEntropy(logits: x[0], labels: x[1], ignoring: -100)
        case "cross entropy smoothed, ignoring":
            crossEntropy(logits: x[0], labels: x[1], labelSmoothing: 0.2, ignoring: -100)
        case "cross entropy of soft targets": crossEntropy(logits: x[0], targets: x[1])
        case "binary cross entropy": binaryCrossEntropy(logits: x[0], targets: x[1])
        case "binary cross entropy of probabilities": binaryCrossEntropy(probabilities: x[0], targets: x[1])
        case "hinge": hingeLoss(x[0], targets: x[1])
        case "focal": focalLoss(logits: x[0], targets: x[1])
        case "focal balanced": focalLoss(logits: x[0], targets: x[1], exponent: 1.5, balance: 0.25)
        case "standard normal divergence": standardNormalDivergence(mean: x[0], logVariance: x[1])
        case "Gaussian divergence":
            gaussianDivergence(mean: x[0], logVariance: x[1], fromMean: x[2], logVariance: x[3])
        case "categorical divergence": categoricalDivergence(logits: x[0], from: x[1])
        case "Bernoulli divergence": bernoulliDivergence(logits: x[0], from: x[1])
        default: nil
        }
    }

    @Test(arguments: file.cases)
    func agreesWithPyTorch(_ golden: Golden.Case) throws {
        try golden.check { (try #require(Self.loss(golden.name, $0)), []) }
    }

    @Test func everyLossIsCovered() { #expect(Self.file.cases.count == 23) }

    /// Values and gradients at the limits of float32 are numbers.
    @Test func edgesAreFinite() throws {
        let p = Tensor([0, 1, 0, 1], shape: [4])
        let targets = Tensor([0, 1, 1, 0], shape: [4])
        let loss = binaryCrossEntropy(probabilities: p, targets: targets)
        let values = try loss.floats()
        #expect(values[0] == 0 && values[1] == 0 && abs(values[2] - 87.3) < 0.1 && abs(values[3] - 87.3) < 0.1)
        #expect(try gradients(of: loss.sum(), withRespectTo: [p])[0].floats().allSatisfy(\.isFinite))
        let zeros = Tensor([0, 0], shape: [1, 2])
        let similarity = cosineSimilarity(zeros, Tensor([3, 4], shape: [1, 2]))
        #expect(try similarity.floats() == [0])
        #expect(try gradients(of: similarity.sum(), withRespectTo: [zeros])[0].floats().allSatisfy(\.isFinite))
        let far = Tensor([200, -200], shape: [2])
        for loss in [
            binaryCrossEntropy(logits: far, targets: targets.reshaped(to: [2, 2]).max([0])),
            focalLoss(logits: far, targets: Tensor([0, 1], shape: [2])),
            bernoulliDivergence(logits: far, from: -far),
        ] {
            #expect(try loss.floats().allSatisfy(\.isFinite))
            #expect(try gradients(of: loss.sum(), withRespectTo: [far])[0].floats().allSatisfy(\.isFinite))
        }
    }

    /// No gradient reaches the logits of ignored rows, and their loss does not affect the mean, even if it is not a
    /// number.
    @Test func ignoredRows() throws {
        let logits = Tensor([1, 2, 3, -1, 0, 4], shape: [2, 3])
        let labels = Tensor([Int32(-1), 2], shape: [2])
        let loss = crossEntropy(logits: logits, labels: labels, ignoring: -1)
        let mean = maskedMean(loss, mask: Tensor([0, 1], shape: [2]))
        #expect(try mean.item() == loss.floats()[1])
        let gradient = try gradients(of: mean, withRespectTo: [logits])[0].floats()
        #expect(gradient[..<3].allSatisfy { $0 == 0 } && gradient[3] != 0)
        #expect(try maskedMean(Tensor([.nan, 3], shape: [2]), mask: Tensor([0, 1], shape: [2])).item() == 3)
        #expect(try maskedMean(Tensor([1, 2], shape: [2]), mask: Tensor([0, 0], shape: [2])).item() == 0)
        let rows = Tensor([1, 2, 30, 40], shape: [2, 2])
        #expect(try maskedMean(rows, mask: Tensor([1, 0], shape: [2, 1])).item() == 1.5)
    }

    /// One-hot targets make −Σ yᵢ log ŷᵢ the label's −log ŷ, and the binary loss is the categorical loss of the logits
    /// (x, 0).
    @Test func oneLossInThreeForms() throws {
        let logits = Tensor([1, 2, 3, -1, 0, 4], shape: [2, 3])
        let labels = Tensor([Int32(2), 0], shape: [2])
        let byLabel = try crossEntropy(logits: logits, labels: labels).floats()
        let byTarget = try crossEntropy(logits: logits, targets: labels.oneHot(depth: 3)).floats()
        #expect(Golden.difference(byLabel, byTarget.map(Double.init)) < Golden.tolerance)
        let x = Tensor([0.7, -1.2], shape: [2])
        let pairs = Tensor([0.7, 0, -1.2, 0], shape: [2, 2])
        let binary = try binaryCrossEntropy(logits: x, targets: Tensor([1, 0], shape: [2])).floats()
        let categorical = try crossEntropy(logits: pairs, labels: Tensor([Int32(0), 1], shape: [2])).floats()
        #expect(Golden.difference(binary, categorical.map(Double.init)) < Golden.tolerance)
    }

    /// Why accuracy is not a loss: its gradient is zero everywhere, and it can't distinguish a certain answer from a
    /// narrow one.
    @Test func accuracyTeachesNothing() throws {
        let logits = Tensor([1, 2, 3, -1, 0, 4, 5, 1, 1], shape: [3, 3])
        let labels = Tensor([Int32(2), 0, 0], shape: [3])
        let right = accuracy(logits: logits, labels: labels)
        #expect(try right.floats() == [1, 0, 1])
        #expect(try gradients(of: right.sum(), withRespectTo: [logits])[0].floats().allSatisfy { $0 == 0 })
        let loss = crossEntropy(logits: logits, labels: labels)
        let slopes = try gradients(of: loss.sum(), withRespectTo: [logits])[0].floats()
        #expect(slopes.allSatisfy { $0 != 0 })
        let scaled = try accuracy(logits: 10 * logits, labels: labels).floats()
        #expect(try scaled == right.floats())
        #expect(try crossEntropy(logits: 10 * logits, labels: labels).floats()[1] > 2 * loss.floats()[1])
    }

    /// σ′ = σ (1 − σ), and softmax by log-sum-exp where the plain formula overflows.
    @Test func sigmoidAndSoftmax() throws {
        let x = Tensor([-30, -2, 0, 0.5, 3, 30], shape: [6])
        let slope = try gradients(of: x.sigmoid().sum(), withRespectTo: [x])[0].floats()
        let formula = try (x.sigmoid() * (1 - x.sigmoid())).floats()
        #expect(Golden.difference(slope, formula.map(Double.init)) < Golden.tolerance)
        let logits = Tensor([1_000, 999, -1_000], shape: [1, 3])
        #expect(try (logits.exp() / logits.exp().sum()).floats().contains(where: \.isNaN))
        let sigma = 1 / (1 + exp(-1.0))
        #expect(Golden.difference(try logits.softmax().floats(), [sigma, 1 - sigma, 0]) < Golden.tolerance)
    }

    /// tanh x = 2σ(2x) − 1. The form 2/cosh(2x) − 1, found in some texts, is not even odd.
    @Test func hyperbolicTangent() throws {
        let x = Tensor([-2, -0.3, 0, 0.3, 2], shape: [5])
        let values = try x.tanh().floats()
        let bySigmoid = try (2 * (2 * x).sigmoid() - 1).floats()
        #expect(Golden.difference(values, bySigmoid.map(Double.init)) < Golden.tolerance)
        let wrong = [-2.0, -0.3, 0, 0.3, 2].map { 2 / cosh(2 * $0) - 1 }
        #expect(wrong[2] == 1 && wrong[0] == wrong[4] && values[2] == 0 && values[0] == -values[4])
    }

    /// The best predicted variance is the squared error itself, and Huber's loss has a bounded slope.
    @Test func minimisers() throws {
        let mean = Tensor([2.0]), target = Tensor([3.5])
        func slope(_ logVariance: Double) throws -> Float {
            let s = Tensor([Float(logVariance)])
            let loss = gaussianNegativeLogLikelihood(mean: mean, logVariance: s, target: target)
            return try gradients(of: loss.sum(), withRespectTo: [s])[0].item()
        }
        let best = log(1.5 * 1.5)
        #expect(abs(try slope(best)) < 1e-6)
        #expect(try slope(best - 0.1) < -0.01 && slope(best + 0.1) > 0.01)
        let far = Tensor([-100, 100, 0.5], shape: [3])
        let huber = huberLoss(far, Tensor([0, 0, 0], shape: [3]), delta: 2)
        #expect(try gradients(of: huber.sum(), withRespectTo: [far])[0].floats() == [-2, 2, 0.5])
    }
}
