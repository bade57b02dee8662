import Foundation
import Mathematics
import Random
import Testing

@testable import NeuralNetworks
@testable import TensorCore

/// Minibatches, early stopping, standardising, moving averages, bagging and multitask losses.
@Suite struct TrainingAidTests {
    @Test func everyRowOnceAnEpoch() {
        var batches = Minibatches(rows: 23, size: 5, stream: RandomStream(seed: 1))
        #expect(batches.batchesPerEpoch == 5)
        var epochs: [[Int]] = []
        for epoch in 0..<3 {
            var order: [Int] = []
            for batch in 0..<5 {
                #expect(batches.position == .init(epoch: epoch, batch: batch))
                let rows = batches.next()
                #expect(rows.count == (batch == 4 ? 3 : 5))
                order += rows
            }
            #expect(order.sorted() == Array(0..<23))
            epochs.append(order)
        }
        #expect(Set(epochs).count == 3)
        var whole = Minibatches(rows: 23, size: 5, stream: RandomStream(seed: 1), dropsRest: true)
        #expect(whole.batchesPerEpoch == 4)
        #expect((0..<4).allSatisfy { _ in whole.next().count == 5 } && whole.position == .init(epoch: 1))
    }

    /// Two integers are enough to resume: the same rows follow, from any position.
    @Test func minibatchesResume() throws {
        var first = Minibatches(rows: 17, size: 4, stream: RandomStream(seed: 2))
        for _ in 0..<13 {
            let saved = try JSONEncoder().encode(first.position)
            let position = try JSONDecoder().decode(Minibatches.Position.self, from: saved)
            var resumed = Minibatches(rows: 17, size: 4, stream: RandomStream(seed: 2), from: position)
            #expect(resumed.next() == first.next() && resumed.position == first.position)
        }
        var other = Minibatches(rows: 17, size: 4, stream: RandomStream(seed: 3))
        var again = Minibatches(rows: 17, size: 4, stream: RandomStream(seed: 2))
        #expect(other.next() != again.next())
        let past = Minibatches(rows: 17, size: 4, stream: RandomStream(seed: 2), from: .init(epoch: 3, batch: 5))
        #expect(past.position == .init(epoch: 4), "the end of an epoch is the beginning of the next")
    }

    /// Line by line: losses 5 4 4 6 3 7 NaN 3 with patience 3 end at the eighth, and keep the fifth.
    @Test func earlyStopping() throws {
        let parameters = Parameters([("x", Variable([0, 0], shape: [2]))])
        let stopping = EarlyStopping(patience: 3, parameters)
        var failures: [Int] = []
        for (index, loss) in [5, 4, 4, 6, 3, 7, Double.nan, 3].enumerated() {
            #expect(!stopping.isOver)
            parameters.variables[0].set([Float(index), -1])
            #expect(stopping.record(loss, steps: 10) == [0, 1, 4].contains(index))
            failures.append(stopping.progress.failures)
        }
        #expect(stopping.isOver && failures == [0, 0, 1, 2, 0, 1, 2, 3])
        #expect(stopping.progress.bestLoss == 3 && stopping.progress.bestStep == 50 && stopping.progress.step == 80)
        stopping.restoreBest()
        #expect(parameters.variables[0].values == [4, -1])
        // Saved and restored, it continues where it was.
        let resumed = EarlyStopping(patience: 4, parameters)
        resumed.best.copy(from: stopping.best)
        let saved = try JSONEncoder().encode(stopping.progress)
        resumed.progress = try JSONDecoder().decode(EarlyStopping.Progress.self, from: saved)
        #expect(!resumed.isOver && !resumed.record(3) && resumed.isOver)
    }

    /// The training rows' moments scale the test rows. With μ = Σ xᵢ in place of the mean, nothing is centred.
    @Test func standardizing() throws {
        var random = RandomStream(seed: 4)
        func rows(_ count: Int) -> [Float] {
            (0..<count).flatMap { _ in
                [Float(random.normal(mean: 1e4, standardDeviation: 3)), Float(random.normal()), 7]
            }
        }
        let (training, test) = (rows(400), rows(100))
        let standardizer = Standardizer(training, width: 3)
        func column(_ values: [Float], _ index: Int) -> RunningMoments {
            var moments = RunningMoments()
            for place in stride(from: index, to: values.count, by: 3) { moments.add(Double(values[place])) }
            return moments
        }
        let scaled = standardizer.apply(training)
        for index in 0..<2 {
            #expect(abs(column(scaled, index).mean) < 1e-3)
            #expect(abs(column(scaled, index).populationVariance - 1) < 1e-3)
        }
        #expect(standardizer.deviations[2] == 1 && scaled[2] == 0)
        // By the same map, not by their own moments.
        let scaledTest = standardizer.apply(test)
        #expect(scaledTest[0] == (test[0] - standardizer.means[0]) / standardizer.deviations[0])
        #expect(abs(column(scaledTest, 0).mean) > 1e-3 && abs(column(scaledTest, 0).mean) < 0.5)
        #expect(zip(standardizer.undo(scaledTest), test).allSatisfy { abs($0 - $1) < 2e-3 })
        let sums = (0..<3).map { column(training, $0) }.map { Float($0.mean * Double($0.count)) }
        let wrong = Standardizer(means: sums, deviations: standardizer.deviations).apply(training)
        #expect(abs(column(wrong, 0).mean) > 1e5)
        #expect(Standardizer(standardizer.variables) == standardizer)
        #expect(Standardizer(["scaling": standardizer.variables] as Parameters) == standardizer)
        standardizer.variables.variables[1].set([1, 1, 1])
        let zero = standardizer.variables
        zero.variables[1].set([1, 0, 1])
        #expect(Standardizer(zero) == nil)
        #expect(Standardizer.identity(width: 3).apply(test) == test)
    }

    @Test(arguments: [true, false]) func movingAverages(_ isCorrected: Bool) throws {
        let parameters = Parameters([("x", Variable([4, -2], shape: [2]))])
        let x = parameters.variables[0]
        let average = ExponentialMovingAverage(of: parameters, decay: 0.9, biasCorrected: isCorrected)
        // With the correction, a weighted mean of the steps only; without it, of the start too.
        var (sum, weight) = isCorrected ? (0.0, 0.0) : (4.0, 1.0)
        for step in 1...20 {
            x.set([Float(step * step), 1])
            try average.update()
            sum = 0.9 * sum + 0.1 * Double(step * step)
            weight = 0.9 * weight + 0.1
            let values = try average.withAverages { x.values }
            #expect(abs(Double(values[0]) - sum / weight) < 1e-4)
            if isCorrected { #expect(abs(values[1] - 1) < 1e-6) }
            #expect(x.values == [Float(step * step), 1], "the parameters are put back")
        }
        struct Stop: Error {}
        #expect(throws: Stop.self) { try average.withAverages { throw Stop() } }
        #expect(x.values == [400, 1])
        let resumed = ExponentialMovingAverage(of: parameters, decay: 0.9, biasCorrected: isCorrected)
        resumed.state.copy(from: average.state)
        for other in [average, resumed] { try other.update() }
        #expect(try average.withAverages { x.values } == resumed.withAverages { x.values })
        #expect(average.state.entries.map(\.path) == ["averages.x", "correction"])
    }

    /// The mean of independently trained models is never worse than the models' average, and better than each if their
    /// errors differ. Here a model is a polynomial through noisy points.
    @Test func bagging() {
        var random = RandomStream(seed: 7)
        let points = (0..<30).map { _ in (x: 2 * random.uniform() - 1, noise: 0.5 * random.normal()) }
        let truth = { (x: Double) in sin(3 * x) }
        let bagging = Bagging(count: 25, rows: 30, stream: RandomStream(seed: 8)) { rows, _ in
            Self.polynomial(degree: 5, rows.map { (points[$0].x, truth(points[$0].x) + points[$0].noise) })
        }
        let grid = (0..<50).map { -0.9 + 1.8 * Double($0) / 49 }
        func error(_ prediction: [Float]) -> Double {
            zip(prediction, grid).reduce(0) { $0 + pow(Double($1.0) - truth($1.1), 2) } / 50
        }
        func predict(_ model: [Double]) -> [Float] {
            grid.map { x in Float(model.reversed().reduce(0) { $0 * x + $1 }) }
        }
        let errors = bagging.models.map { error(predict($0)) }
        let together = error(bagging.prediction(predict))
        #expect(together < 0.7 * errors.reduce(0, +) / 25)
        let unseen = Double(bagging.unseenRows.reduce(0) { $0 + $1.count }) / (25 * 30)
        #expect(abs(unseen - exp(-1)) < 0.05)
        #expect(Set(bagging.unseenRows).count > 20, "resamples differ")
        let again = Bagging(count: 25, rows: 30, stream: RandomStream(seed: 8)) { rows, _ in rows }
        #expect(again.unseenRows == bagging.unseenRows)
    }

    /// The coefficients of the ridge polynomial through points, lowest first.
    private static func polynomial(degree: Int, _ points: [(x: Double, y: Double)]) -> [Double] {
        let design = Matrix(rows: points.count, columns: degree + 1) { pow(points[$0].x, Double($1)) }
        var normal = design.transposed * design
        for i in 0...degree { normal[i, i] += 1e-3 }
        return conjugateGradients(design.transposed * points.map(\.y), limit: 200, accuracy: 1e-10) { normal * $0 }
    }

    @Test func fixedTaskWeights() throws {
        let losses = [Tensor(2), Tensor(3)]
        #expect(try weightedLoss(losses, weights: [0.5, 2]).item() == 7)
    }

    /// Kendall, Gal & Cipolla 2018: the learned σ² of a regression becomes its mean squared error, the loss of a
    /// classification is weighted by e^−s, and both add ½ s.
    @Test func learnedTaskWeights() throws {
        let weighting = UncertaintyWeighting([.regression, .regression, .classification])
        let losses = [Tensor(4), Tensor(0.01), Tensor(0.3)]
        #expect(abs(try weighting(losses).item() - (2 + 0.005 + 0.3)) < 1e-6)
        let optimizer = Adam(learningRate: 0.05)
        let plan = try Program("weights") { _ in
            try optimizer.minimize(weighting(losses), weighting.parameters)
            return []
        }.plan()
        for _ in 0..<1_000 { plan.run() }
        let found = weighting.logVariances.map { Double($0.values[0]) }
        for (s, expected) in zip(found, [log(4), log(0.01), log(0.6)]) { #expect(abs(s - expected) < 1e-2) }
        #expect(weighting.parameters.entries.map(\.path) == ["logVariances.0", "logVariances.1", "logVariances.2"])
    }
}
