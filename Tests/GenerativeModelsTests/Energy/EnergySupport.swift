import Datasets
import Foundation
import NeuralNetworks
import Random
import Testing

@testable import GenerativeModels
@testable import TensorCore

/// Data of bits for tests of energy-based models.
enum Bits {
    /// The 30 images of 4 × 4 pixels in which all rows, or all columns, have a single colour (MacKay 2003): −log 30
    /// nats at best.
    static let barsAndStripes: DataRows = {
        var pictures: Set<[Float]> = []
        for pattern in 0..<16 {
            let bits = (0..<4).map { Float(pattern >> $0 & 1) }
            pictures.insert((0..<16).map { bits[$0 / 4] })
            pictures.insert((0..<16).map { bits[$0 % 4] })
        }
        return DataRows(pictures.sorted { $0.lexicographicallyPrecedes($1) }.flatMap(\.self), width: 16)
    }()

    /// Every row of `width` bits.
    static func all(_ width: Int) -> DataRows {
        DataRows((0..<1 << width).flatMap { state in (0..<width).map { Float(state >> $0 & 1) } }, width: width)
    }

    /// The index of a row in ``all(_:)``.
    static func index(_ row: some Sequence<Float>) -> Int {
        row.enumerated().reduce(0) { $0 | ($1.element > 0.5 ? 1 << $1.offset : 0) }
    }

    /// The description of rows of bits.
    static func description(_ width: Int, classes: Int = 0) -> Dataset.Description {
        Dataset.Description(name: "bits", shape: [width], kind: .bits, classCount: classes)
    }

    /// Rows of independent bits, each on with the probability for its column.
    static func random(_ count: Int, _ rates: [Double], seed: UInt64) -> DataRows {
        var stream = RandomStream(seed: seed)
        let values = (0..<count * rates.count).map { Float(stream.uniform() < rates[$0 % rates.count] ? 1 : 0) }
        return DataRows(values, width: rates.count)
    }
}

extension DataRows {
    /// Points in three clusters, which one Gaussian can't describe: log 3 + log(2πe 0.16) = 2.10 nats at best.
    static let threeClusters: DataRows = {
        var stream = RandomStream(seed: 3)
        let centres: [(Double, Double)] = [(-2, 0), (2, 0), (0, 2)]
        let values = (0..<600).flatMap { row -> [Float] in
            let (x, y) = centres[row % 3]
            return [x, y].map { Float(stream.normal(mean: $0, standardDeviation: 0.4)) }
        }
        return DataRows(values, width: 2)
    }()
}

/// Writes normal numbers into a model's parameters, so that its distribution is far from uniform.
func scramble(_ parameters: Parameters, deviation: Double = 1, seed: UInt64 = 9) {
    var stream = RandomStream(seed: seed)
    for variable in parameters.variables {
        variable.set((0..<variable.count).map { _ in Float(stream.normal(standardDeviation: deviation)) })
    }
}

/// Fits a model for some epochs to all rows as one minibatch, with a learning rate that decreases linearly to `last`.
///
/// - Parameter range: The epochs to run, out of all; nil for all of them.
func fit(
    _ model: some GenerativeModel, _ rows: DataRows, updates: Int, rate: Double, last: Double? = nil,
    only range: Range<Int>? = nil
) throws {
    var step = FitStep()
    step.epochs = updates
    for update in range ?? 0..<updates {
        (step.epoch, step.update) = (update, update)
        step.learningRate = rate + ((last ?? rate) - rate) * Double(update) / Double(updates)
        let metrics = try model.fit(rows, step)
        if !metrics.allSatisfy({ $0.value.isFinite }) { Issue.record("update \(update): \(metrics)") }
    }
}

/// Pearson's statistic of counts against probabilities, over the cells with at least five expected counts, as standard
/// deviations from its mean.
func chiSquareDeviation(_ counts: [Int], _ probabilities: [Double]) -> Double {
    let total = Double(counts.reduce(0, +))
    var (statistic, cells) = (0.0, 0)
    var (restCount, restProbability) = (0.0, 0.0)
    for (count, probability) in zip(counts, probabilities) {
        if total * probability < 5 {
            (restCount, restProbability) = (restCount + Double(count), restProbability + probability)
        } else {
            statistic += pow(Double(count) - total * probability, 2) / (total * probability)
            cells += 1
        }
    }
    if total * restProbability >= 5 {
        statistic += pow(restCount - total * restProbability, 2) / (total * restProbability)
        cells += 1
    }
    return (statistic - Double(cells - 1)) / (2 * Double(cells - 1)).squareRoot()
}

/// How often each row of bits is among samples.
func counts(of samples: [Float], width: Int) -> [Int] {
    var result = [Int](repeating: 0, count: 1 << width)
    for start in stride(from: 0, to: samples.count, by: width) {
        result[Bits.index(samples[start..<start + width])] += 1
    }
    return result
}

/// Checks that the model gives the likelihood of every row of its bits: the probabilities sum to 1, and samples follow
/// them.
func expectDistribution(
    _ model: some SamplingModel & LikelihoodModel, samples: Int = 4000,
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let width = model.data.width
    let likelihood = try model.logLikelihood(of: Bits.all(width), seed: 1)
    let probabilities = likelihood.nats.map { exp($0) }
    let sum = probabilities.reduce(0, +)
    #expect(likelihood.kind == .exact && abs(sum - 1) < 1e-5, "\(sum)", sourceLocation: sourceLocation)
    let drawn = try model.sample(samples, seed: 2)
    let deviation = chiSquareDeviation(counts(of: drawn, width: width), probabilities)
    #expect(deviation < 4, "chi-square \(deviation) deviations above its mean", sourceLocation: sourceLocation)
}

/// Checks that fitting is a function of the seed, continues bit for bit from ``GenerativeModel/variables`` and
/// ``GenerativeModel/randomStates``, and that neither samples nor likelihoods change the state that it depends on.
func expectResumable<Model: GenerativeModel>(
    _ rows: DataRows, sourceLocation: SourceLocation = #_sourceLocation, _ make: () throws -> Model
) throws {
    func bits(_ model: Model) -> [[UInt32]] { model.variables.variables.map { $0.values.map(\.bitPattern) } }
    let (whole, first, second) = (try make(), try make(), try make())
    try fit(whole, rows, updates: 6, rate: 0.05)
    try fit(first, rows, updates: 6, rate: 0.05, only: 0..<3)
    if let model = first as? any SamplingModel { _ = try model.sample(2, seed: 5) }
    if let model = first as? any LikelihoodModel { _ = try model.logLikelihood(of: rows.prefix(2), seed: 5) }
    second.variables.copy(from: first.variables)
    second.randomStates = first.randomStates
    try fit(second, rows, updates: 6, rate: 0.05, only: 3..<6)
    let isSame = bits(whole) == bits(second)
    #expect(isSame, "the parameters after continuing", sourceLocation: sourceLocation)
    #expect(whole.randomStates.map(\.counter) == second.randomStates.map(\.counter), sourceLocation: sourceLocation)
    guard let model = second as? any SamplingModel else { return }
    #expect(try model.sample(3, seed: 1) == model.sample(3, seed: 1), sourceLocation: sourceLocation)
}
