import Foundation
import Mathematics
import Random
import Testing

@testable import NeuralNetworks
@testable import TensorCore

/// Theorems and comparisons of the field, demonstrated on small examples.
@Suite struct DemonstrationTests {
    /// With a margin the rule makes at most (R/γ)² mistakes; without a separating line it never converges.
    @Test func perceptronRule() {
        var random = RandomStream(seed: 1)
        let normal = [0.6, -0.8]
        var examples: [(input: [Double], isPositive: Bool)] = []
        while examples.count < 200 {
            let x = [2 * random.uniform() - 1, 2 * random.uniform() - 1]
            let distance = innerProduct(normal, x) + 0.1
            if abs(distance) > 0.1 { examples.append((x, distance > 0)) }
        }
        var perceptron = Perceptron(inputs: 2)
        let fit = perceptron.fit(examples, epochs: 1_000)
        #expect(fit.isSeparated && examples.allSatisfy { perceptron($0.input) == $0.isPositive })
        // With the threshold's 1 the longest input is at most √3, and the normal is √(1 + 0.1²) long.
        #expect(Double(fit.mistakes) <= 3 * 1.01 / (0.1 * 0.1) && fit.mistakes > 0)
        #expect(perceptron.fit(examples, epochs: 1) == (0, true))
        let xor: [(input: [Double], isPositive: Bool)] = [
            ([0, 0], false), ([0, 1], true), ([1, 0], true), ([1, 1], false),
        ]
        var stuck = Perceptron(inputs: 2, learningRate: 0.5)
        let failed = stuck.fit(xor, epochs: 1_000)
        #expect(!failed.isSeparated && failed.mistakes >= 1_000)
        var and = Perceptron(inputs: 2, learningRate: 0.5)
        let conjunction = xor.map { (input: $0.input, isPositive: $0.input == [1, 1]) }
        #expect(and.fit(conjunction, epochs: 1_000).isSeparated)
    }

    /// The maximum of the likelihood is the minimum of the NLL with its minus sign. Without the sign, as some texts
    /// have it, descent diverges from the data's answer.
    @Test func logisticRegressionNeedsItsSign() throws {
        var random = RandomStream(seed: 2)
        let x = (0..<500).map { _ in Float(random.normal()) }
        let y = x.map { random.uniform() < 1 / (1 + exp(-(1.5 * Double($0) - 0.5))) ? Float(1) : 0 }
        func fitted(_ sign: Double, steps: Int) throws -> (parameters: [Float], loss: Float) {
            let (slope, offset) = (Variable(0, name: "slope"), Variable(0, name: "offset"))
            let optimizer = SGD(learningRate: 0.5)
            let plan = try Program("fit") { _ in
                let logits = slope.tensor * Tensor(x) + offset.tensor
                let probability = logits.sigmoid()
                let likelihood = Tensor(y) * probability.log() + (1 - Tensor(y)) * (1 - probability).log()
                let loss = sign * likelihood.mean()
                try optimizer.minimize(loss, Parameters([("slope", slope), ("offset", offset)]))
                return [loss]
            }.plan()
            for _ in 0..<steps { plan.run() }
            return ([slope.values[0], offset.values[0]], plan.output(0)[0])
        }
        let right = try fitted(-1, steps: 500)
        #expect(abs(right.parameters[0] - 1.5) < 0.35 && abs(right.parameters[1] + 0.5) < 0.35)
        #expect(right.loss > 0)
        let (wrong, later) = (try fitted(1, steps: 5), try fitted(1, steps: 10))
        #expect(wrong.parameters[0] < 0 && later.parameters[0] < wrong.parameters[0] && later.loss < wrong.loss)
        #expect(later.loss < -log(2) && later.loss < 2 * wrong.loss / 1.9)
    }

    /// One hidden layer comes within 0.05 everywhere of a continuous function on an interval; the sup norm is measured
    /// between the training points too. A linear function stays 0.5 away.
    @Test func universalApproximation() throws {
        func target(_ x: Double) -> Double { sin(3 * x) + 0.5 * abs(x) }
        let points = (0..<128).map { -1.5 + 3 * Double($0) / 127 }
        let grid = (0..<1_000).map { -1.5 + 3 * Double($0) / 999 }
        func column(_ values: [Double]) -> Tensor { Tensor(values.map { Float($0) }, shape: [values.count, 1]) }
        func largestError(hidden: Int?) throws -> Double {
            var random = RandomStream(seed: 3)
            let network = MultilayerPerceptron(
                hidden.map { [1, $0, 1] } ?? [1, 1], activation: .tanh, random: &random)
            let (x, y) = (column(points), column(points.map(target)))
            let objective = LossObjective(network.parameters) { squaredError(network(x), y).mean() }
            objective.point = try LBFGS(historySize: 20, iterations: 800).minimize(objective, from: objective.point)
                .point
            return zip(try network(column(grid)).floats(), grid).map { abs(Double($0) - target($1)) }.max()!
        }
        let (linear, narrow, wide) = (
            try largestError(hidden: nil), try largestError(hidden: 2), try largestError(hidden: 24)
        )
        #expect(linear > 0.5 && wide < 0.05 && wide < narrow, "\(linear) \(narrow) \(wide)")
    }

    /// ‖θ₀ − θ*‖ ≤ K ε i*, where K is the longest gradient on the way; early stopping on noisy labels ends before the
    /// training loss stops falling, with a lower test loss.
    @Test func earlyStoppingStaysNearTheStart() throws {
        var random = RandomStream(seed: 4)
        func data(_ count: Int) -> (x: Tensor, y: Tensor) {
            let x = (0..<count * 20).map { _ in Float(random.normal()) }
            let y = (0..<count).map { x[$0 * 20] + Float(random.normal(standardDeviation: 2)) }
            return (Tensor(x, shape: [count, 20]), Tensor(y, shape: [count, 1]))
        }
        let (training, validation, test) = (data(25), data(200), data(500))
        let layer = Linear(20, 1, random: &random)
        let optimizer = SGD(learningRate: 0.01)
        let start = layer.parameters.variables.flatMap(\.values)
        let plan = try Program("step") { _ in
            let loss = squaredError(layer(training.x), training.y).mean()
            return [loss, try optimizer.minimize(loss, layer.parameters)]
        }.plan()
        func loss(_ data: (x: Tensor, y: Tensor)) throws -> Double {
            Double(try squaredError(layer(data.x), data.y).mean().item())
        }
        let stopping = EarlyStopping(patience: 5, layer.parameters)
        var longest = 0.0
        while !stopping.isOver && stopping.progress.step < 2_000 {
            for _ in 0..<5 {
                plan.run()
                longest = max(longest, Double(plan.output(1)[0]))
            }
            stopping.record(try loss(validation), steps: 5)
        }
        #expect(stopping.isOver && stopping.progress.bestStep < 1_000 && stopping.progress.bestStep > 5)
        for _ in 0..<2_000 { plan.run() }
        let (late, trained) = (try loss(test), try loss(training))
        stopping.restoreBest()
        let best = layer.parameters.variables.flatMap(\.values)
        let way = norm(zip(start, best).map { Double($0 - $1) })
        #expect(way <= longest * 0.01 * Double(stopping.progress.bestStep) && way > 0)
        #expect(try loss(test) < 0.8 * late && loss(training) > trained)
    }

    /// h_t = φ(x_t W + h_{t−1} U + b) remembers its past and stays within ±1. The form tanh(x_{t−1}) + U x_t + b, found
    /// in some texts, has no state: it forgets all but two inputs, and is not bounded.
    @Test func recurrentState() throws {
        let (w, u, b) = (0.7, 0.9, 0.1)
        func recurrent(_ x: [Tensor]) -> Tensor { x.reduce(Tensor(0)) { (w * $1 + u * $0 + b).tanh() } }
        func wrong(_ x: [Tensor]) -> Tensor { x[x.count - 2].tanh() + u * x[x.count - 1] + b }
        let x = [0.5, -1, 0.3, 0.8, -0.2].map { Tensor($0) }
        func slopes(_ f: ([Tensor]) -> Tensor) throws -> [Float] {
            try gradients(of: f(x), withRespectTo: x).map { try $0.item() }
        }
        #expect(try slopes(recurrent).allSatisfy { abs($0) > 1e-3 })
        #expect(try slopes(wrong)[..<3].allSatisfy { $0 == 0 })
        let large = x.map { 100 * $0 }
        #expect(try abs(recurrent(large).item()) <= 1 && abs(wrong(large).item()) > 10)
    }

    /// h_i = Σ_j g(j − i) x_j moves with its input; with g(i + j) it does not.
    @Test func convolutionsMoveWithTheirInput() {
        let x = [0.0, 0, 0, 1, 2, -1, 0, 0, 0, 0, 0, 0]
        let moved = [0.0, 0] + x.dropLast(2)
        func apply(_ x: [Double], _ place: (Int, Int) -> Int) -> [Double] {
            x.indices.map { i in
                x.indices.reduce(0) { sum, j in sum + exp(-abs(Double(place(i, j)) - 1)) * x[j] }
            }
        }
        let (right, wrong) = (apply(x) { $1 - $0 }, apply(x) { $0 + $1 })
        let (rightMoved, wrongMoved) = (apply(moved) { $1 - $0 }, apply(moved) { $0 + $1 })
        #expect(zip(right, rightMoved.dropFirst(2)).allSatisfy { abs($0 - $1) < 1e-12 })
        #expect(!zip(wrong, wrongMoved.dropFirst(2)).allSatisfy { abs($0 - $1) < 1e-2 })
    }

    private static func rows(_ count: Int, _ width: Int, seed: UInt64) -> Tensor {
        var random = RandomStream(seed: seed)
        return Tensor((0..<count * width).map { _ in Float(random.normal()) }, shape: [count, width])
    }

    /// Softmax makes the weights of attention sum to 1, whatever the number of positions, and separate queries and keys
    /// let a position attend to another one; x_iᵀx_j alone attends mostly to itself if rows are equally long.
    @Test func attentionNeedsItsParts() throws {
        let x = Self.rows(6, 4, seed: 5)
        let unit = x / x.squared().sum([-1], keepDimensions: true).squareRoot()
        let scores = unit.matmul(unit, transposeRight: true) / 2
        #expect(try scores.softmax().argmax().integers() == [0, 1, 2, 3, 4, 5])
        #expect(try scores.softmax().sum([-1]).floats().allSatisfy { abs($0 - 1) < 1e-6 })
        // Keys moved by one position: a pair of projections can do this, a single one can't.
        let shift = Tensor((0..<36).map { $0 / 6 == ($0 % 6 + 1) % 6 ? 1 : 0 }, shape: [6, 6])
        let directed = (20 * unit).matmul(shift.matmul(unit), transposeRight: true)
        #expect(try directed.softmax().argmax().integers() == [1, 2, 3, 4, 5, 0])
        // Without the softmax, the same positions twice double the result.
        let twice = Tensor(try x.floats() + x.floats(), shape: [12, 4])
        func plain(_ keys: Tensor) -> Tensor { x.matmul(keys, transposeRight: true).exp().matmul(keys) }
        func attended(_ keys: Tensor) -> Tensor { x.matmul(keys, transposeRight: true).softmax().matmul(keys) }
        let (once, doubled) = (try plain(x).floats(), try plain(twice).floats())
        #expect(zip(once, doubled).allSatisfy { abs(2 * $0 - $1) <= 1e-4 * abs($1) + 1e-4 })
        #expect(try Golden.difference(attended(x).floats(), attended(twice).floats().map(Double.init)) < 1e-5)
    }

    /// A mask of 0 or −∞ is added before the softmax. A factor of 1 or −∞ makes +∞ of a negative score, and NaN of the
    /// softmax.
    @Test func masksAreAdded() throws {
        let (q, k, v) = (Self.rows(5, 4, seed: 6), Self.rows(5, 4, seed: 7), Self.rows(5, 3, seed: 8))
        let scores = q.matmul(k, transposeRight: true) / 2
        func mask(_ visible: Float) -> Tensor {
            Tensor((0..<25).map { $0 % 5 <= $0 / 5 ? visible : -.infinity }, shape: [5, 5])
        }
        let weights = try (scores + mask(0)).softmax().floats()
        for i in 0..<5 {
            for j in 0..<5 { #expect(j <= i ? weights[i * 5 + j] > 0 : weights[i * 5 + j] == 0) }
            let sum = weights[i * 5..<i * 5 + 5].reduce(0, +)
            #expect(abs(sum - 1) < 1e-6)
        }
        let wrong = try (scores * mask(1)).softmax().matmul(v).floats()
        #expect(wrong.contains { $0.isNaN })
        #expect(try (scores + mask(0)).softmax().matmul(v).floats().allSatisfy(\.isFinite))
    }
}
