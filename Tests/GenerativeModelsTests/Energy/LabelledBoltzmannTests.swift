import Datasets
import Foundation
import Random
import Testing

@testable import GenerativeModels
@testable import NeuralNetworks
@testable import TensorCore

/// Machines of rows and their classes.
@Suite struct LabelledBoltzmannTests {
    private func conditional(
        _ width: Int, hidden: Int, _ change: (inout ConditionalBoltzmannSettings) -> Void = { _ in }
    ) throws -> ConditionalBoltzmannMachine {
        var settings = ConditionalBoltzmannSettings()
        (settings.hiddenUnits, settings.samplingSteps) = (hidden, 60)
        change(&settings)
        let model = try settings.makeModel(for: Bits.description(width, classes: 3), seed: 1)
        return try #require(model as? ConditionalBoltzmannMachine)
    }

    /// Each class has its own distribution, which its samples follow.
    @Test func eachClassHasItsDistribution() throws {
        let model = try conditional(4, hidden: 3)
        scramble(model.parameters)
        let parameters = Dictionary(
            uniqueKeysWithValues: model.parameters.entries.map { ($0.path, $0.variable.values) })
        let (w, b, c) = (parameters["weights.0"]!, parameters["biases.0"]!, parameters["biases.1"]!)
        let (visible, hidden) = (parameters["conditions.visible"]!, parameters["conditions.hidden"]!)
        for label in 0..<3 {
            var rows = Bits.all(4)
            rows.labels = [Int](repeating: label, count: 16)
            var sums = [Double](repeating: 0, count: 16)
            for row in 0..<16 {
                for h in 0..<8 {
                    var exponent = 0.0
                    for i in 0..<4 where row >> i & 1 == 1 {
                        exponent += Double(b[i] + visible[4 * label + i])
                        for j in 0..<3 where h >> j & 1 == 1 { exponent += Double(w[3 * i + j]) }
                    }
                    for j in 0..<3 where h >> j & 1 == 1 { exponent += Double(c[j] + hidden[3 * label + j]) }
                    sums[row] += exp(exponent)
                }
            }
            let total = sums.reduce(0, +)
            let likelihood = try model.logLikelihood(of: rows, seed: 0)
            #expect(likelihood.kind == .exact)
            #expect(zip(likelihood.nats, sums).allSatisfy { abs($0 - log($1 / total)) < 1e-4 })
            let samples = try model.sample(classes: [Int](repeating: label, count: 4000), seed: UInt64(label))
            #expect(chiSquareDeviation(counts(of: samples, width: 4), sums.map { $0 / total }) < 4)
        }
    }

    @Test(arguments: [BoltzmannSettings.Algorithm.cd, .pcd])
    func classesAreLearned(algorithm: BoltzmannSettings.Algorithm) throws {
        // The rows of a class have one pair of bits on; each of the others is random.
        let base = Bits.random(300, [Double](repeating: 0.3, count: 6), seed: 2)
        let labels = (0..<300).map { $0 % 3 }
        let values = base.values.indices.map { place in
            place % 6 / 2 == labels[place / 6] ? Float(1) : base.values[place]
        }
        let rows = DataRows(values, width: 6, labels: labels)
        let model = try conditional(6, hidden: 4) { $0.algorithm = algorithm }
        try fit(model, rows, updates: 1, rate: 0)
        let first = try model.score(rows)
        try fit(model, rows, updates: 1000, rate: 0.02, last: 0)
        let entropy = 4 * (0.3 * log(0.3) + 0.7 * log(0.7))
        let last = try model.score(rows)
        #expect(
            model.scoreKind == .exact && last > first + 1 && last > entropy - 0.35,
            "\(first) \(last) \(entropy)")
        let samples = try model.sample(300, seed: 3)
        let fitting = (0..<300).count { row in
            samples[6 * row + 2 * (row % 3)] == 1 && samples[6 * row + 2 * (row % 3) + 1] == 1
        }
        #expect(fitting > 250, "\(fitting)")
        let known = [true, true, false, false, false, false]
        let completed = try model.complete(rows.gathered([1]), known: known, seed: 1)
        #expect(Array(completed[0..<2]) == Array(rows[1].prefix(2)) && completed[2] == 1 && completed[3] == 1)
        #expect(throws: ModelError.self) { try model.score(DataRows(values, width: 6)) }
        try expectResumable(rows) { try conditional(6, hidden: 4) { $0.algorithm = algorithm } }
    }

    private func discriminative(
        _ width: Int, hidden: Int, _ change: (inout DiscriminativeBoltzmannSettings) -> Void = { _ in }
    ) throws -> DiscriminativeBoltzmannMachine {
        var settings = DiscriminativeBoltzmannSettings()
        (settings.hiddenUnits, settings.samplingSteps) = (hidden, 60)
        change(&settings)
        let model = try settings.makeModel(for: Bits.description(width, classes: 3), seed: 1)
        return try #require(model as? DiscriminativeBoltzmannMachine)
    }

    /// p(y | v) is that of the joint energy summed over h, and the rows of samples have its marginal.
    @Test func classProbabilitiesAreThoseOfTheJointEnergy() throws {
        let model = try discriminative(3, hidden: 2)
        scramble(model.parameters)
        let parameters = Dictionary(
            uniqueKeysWithValues: model.parameters.entries.map { ($0.path, $0.variable.values) })
        let (w, b, c) = (parameters["weights.0"]!, parameters["biases.0"]!, parameters["biases.1"]!)
        let (u, d) = (parameters["classes.weight"]!, parameters["classes.bias"]!)
        var joint = [[Double]](repeating: [0, 0, 0], count: 8)
        for row in 0..<8 {
            for y in 0..<3 {
                for h in 0..<4 {
                    var exponent = Double(d[y])
                    for i in 0..<3 where row >> i & 1 == 1 { exponent += Double(b[i]) }
                    for j in 0..<2 where h >> j & 1 == 1 {
                        exponent += Double(c[j] + u[2 * y + j])
                        for i in 0..<3 where row >> i & 1 == 1 { exponent += Double(w[2 * i + j]) }
                    }
                    joint[row][y] += exp(exponent)
                }
            }
        }
        let result = try model.classLogProbabilities(Bits.all(3))
        for row in 0..<8 {
            let total = joint[row].reduce(0, +)
            for y in 0..<3 { #expect(abs(Double(result[3 * row + y]) - log(joint[row][y] / total)) < 1e-5) }
        }
        let total = joint.reduce(0) { $0 + $1.reduce(0, +) }
        let seen = counts(of: try model.sample(4000, seed: 1), width: 3)
        #expect(chiSquareDeviation(seen, joint.map { $0.reduce(0, +) / total }) < 4)
        for y in 0..<3 {
            let own = counts(of: try model.sample(classes: [Int](repeating: y, count: 4000), seed: 1), width: 3)
            let share = joint.reduce(0) { $0 + $1[y] }
            #expect(chiSquareDeviation(own, joint.map { $0[y] / share }) < 4)
        }
    }

    /// Parity of two bits, which no linear classifier can learn.
    @Test(arguments: [0, 0.01])
    func parityIsLearned(generative: Double) throws {
        let base = Bits.random(200, [Double](repeating: 0.5, count: 4), seed: 2)
        let labels = (0..<200).map { Int(base[$0].prefix(2).reduce(0, +)) % 2 }
        let rows = DataRows(base.values, width: 4, labels: labels)
        let model = try discriminative(4, hidden: 12) { $0.generative = generative }
        try fit(model, rows, updates: 1500, rate: 0.02)
        #expect(try model.score(rows) > -0.1)
        #expect(try model.encode(rows).count == 2400 && model.weightRows.count == 48)
        if generative == 0 { #expect(throws: ModelError.self) { try model.sample(1, seed: 0) } }
        try expectResumable(rows) { try discriminative(4, hidden: 3) }
    }

    @Test func dataWithoutClassesAreRefused() {
        let error = #expect(throws: ModelError.self) {
            try ConditionalBoltzmannSettings().makeModel(for: Bits.description(3), seed: 0)
        }
        #expect(error?.description.contains("labelled with at least two classes") == true)
    }
}
