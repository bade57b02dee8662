import Datasets
import Foundation
import Random

@testable import GenerativeModels

/// Rows of few bits, all their states, and what tests of explicit models need of them.
enum FewBits {
    /// All 2ⁿ rows of n bits; the first bit is the highest.
    static func states(_ width: Int) -> DataRows {
        DataRows(
            (0..<1 << width).flatMap { state in (0..<width).map { Float(state >> (width - 1 - $0) & 1) } }, width: width
        )
    }

    /// The number of each row among the states.
    static func numbers(_ rows: [Float], width: Int) -> [Int] {
        stride(from: 0, to: rows.count, by: width).map { start in
            rows[start..<start + width].reduce(0) { 2 * $0 + Int($1) }
        }
    }

    /// Rows of bits that depend on each other: a hidden side chooses probabilities, and neighbours tend to be alike.
    static func rows(_ count: Int, width: Int, seed: UInt64 = 3) -> DataRows {
        var random = RandomStream(seed: seed)
        var values: [Float] = []
        for _ in 0..<count {
            let side = random.uniform() < 0.3
            var last = random.uniform() < 0.5
            for place in 0..<width {
                let stays = random.uniform() < (side ? 0.85 : 0.6)
                last = stays ? last : random.uniform() < (place % 2 == 0 ? 0.2 : 0.7)
                values.append(last ? 1 : 0)
            }
        }
        return DataRows(values, width: width)
    }

    /// The data of `width` bits, as images of `height` rows if it is given.
    static func description(_ width: Int, height: Int? = nil, classes: Int = 0) -> Dataset.Description {
        Dataset.Description(
            name: "bits", shape: height.map { [$0, width / $0] } ?? [width], kind: .bits, classCount: classes)
    }

    /// Pearson's chi-square of counts against probabilities, with states of less than five expected counts merged, and
    /// the value that chance exceeds once in a million times (Wilson and Hilferty 1931).
    static func chiSquare(_ numbers: [Int], _ probabilities: [Double]) -> (value: Double, limit: Double) {
        var counts = [Double](repeating: 0, count: probabilities.count)
        for number in numbers { counts[number] += 1 }
        let expected = probabilities.map { $0 * Double(numbers.count) }
        var (value, cells, rare) = (0.0, 0, (count: 0.0, expected: 0.0))
        for (count, expected) in zip(counts, expected) {
            if expected < 5 {
                rare = (rare.count + count, rare.expected + expected)
            } else {
                value += (count - expected) * (count - expected) / expected
                cells += 1
            }
        }
        if rare.expected > 5 {
            value += (rare.count - rare.expected) * (rare.count - rare.expected) / rare.expected
            cells += 1
        }
        let freedom = Double(max(1, cells - 1))
        let term = 2 / (9 * freedom)
        return (value, freedom * pow(1 - term + 4.75 * term.squareRoot(), 3))
    }

    /// Fits a model to the rows, in minibatches of 100, for the given number of epochs.
    @discardableResult
    static func fit(_ model: any GenerativeModel, _ rows: DataRows, epochs: Int, learningRate: Double) throws -> Double
    {
        var step = FitStep()
        step.learningRate = learningRate
        (step.epochs, step.batches) = (epochs, (rows.count + 99) / 100)
        var last = 0.0
        for epoch in 0..<epochs {
            for batch in 0..<step.batches {
                (step.epoch, step.batch) = (epoch, batch)
                let part = rows.gathered(100 * batch..<min(100 * batch + 100, rows.count))
                last = try model.fit(part, step)[0].value
                step.update += 1
            }
        }
        return last
    }
}
