import Datasets
import Foundation
import NeuralNetworks
import Random
import TestSupport
import Testing

@testable import GenerativeModels
@testable import TensorCore

@Suite struct VariationalAutoencoderTests {
    /// Rows of a two-dimensional Gaussian, and their exact mean log-likelihood.
    private struct Gaussian {
        var random = RandomStream(seed: 31)
        let deviations = (1.5, 0.6)
        let correlation = 0.8

        mutating func rows(_ count: Int) -> [Float] {
            (0..<count).flatMap { _ in
                let (a, b) = (random.normal(), random.normal())
                let second = correlation * a + (1 - correlation * correlation).squareRoot() * b
                return [Float(1 + deviations.0 * a), Float(-0.5 + deviations.1 * second)]
            }
        }

        func logLikelihood(_ rows: [Float]) -> Double {
            let rest = 1 - correlation * correlation
            let logNormaliser = -log(2 * .pi * deviations.0 * deviations.1 * rest.squareRoot())
            let total = stride(from: 0, to: rows.count, by: 2).reduce(0.0) { sum, index in
                let u = (Double(rows[index]) - 1) / deviations.0
                let v = (Double(rows[index + 1]) + 0.5) / deviations.1
                return sum + logNormaliser - (u * u - 2 * correlation * u * v + v * v) / (2 * rest)
            }
            return total / Double(rows.count / 2)
        }
    }

    /// A Gaussian's posterior is Gaussian, so the bound can be tight: it comes within 0.1 nats of the likelihood, and
    /// exceeds it only by the noise of the estimate.
    @Test func theBoundApproachesTheLikelihoodFromBelow() throws {
        var data = Gaussian()
        let held = data.rows(20_000)
        let likelihood = data.logLikelihood(held)
        let model = try makeModel(width: 2) { ($0.hiddenSize, $0.latentSize) = (32, 1) }
        var bounds: [Double] = []
        for update in 0..<3000 {
            try model.fit(data.rows(128), learningRate: 3e-3)
            if update % 300 == 299 { bounds.append(try model.bound(held).nats) }
        }
        // The estimate of one row has a standard deviation of about one nat, the mean of 20,000 one of 0.007.
        #expect(bounds.allSatisfy { $0 < likelihood + 0.03 }, "\(bounds), \(likelihood)")
        #expect(bounds.last! > likelihood - 0.1, "\(bounds.last!), \(likelihood)")
        #expect(bounds.first! < likelihood - 0.1 || bounds.last! > bounds.first!)
        // The posterior's mean is linear in the row, and nearly along the wider axis.
        let codes = try model.encode(DataRows(held, width: 2)).map(Double.init)
        let firsts = stride(from: 0, to: held.count, by: 2).map { Double(held[$0]) - 1 }
        func product(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
        let correlation = product(codes, firsts) / (product(codes, codes) * product(firsts, firsts)).squareRoot()
        #expect(model.codeWidth == 1 && abs(correlation) > 0.95, "\(correlation)")
    }

    /// Eight images of one bar each: log 8 nats at best.
    @Test func barsAreLearned() throws {
        let bars: [[Float]] = (0..<8).map { bar in
            (0..<16).map { (bar < 4 ? $0 / 4 == bar : $0 % 4 == bar - 4) ? 1 : 0 }
        }
        let model = try makeModel(width: 16) {
            $0.likelihood = .bernoulli
            ($0.hiddenSize, $0.latentSize) = (48, 3)
        }
        let batch = (0..<8).flatMap { _ in bars.flatMap(\.self) }
        let first = try model.bound(batch).nats
        for _ in 0..<1500 { try model.fit(batch, learningRate: 5e-3) }
        let estimates = try (0..<50).map { _ in try model.bound(batch).nats }
        let last = estimates.reduce(0, +) / 50
        #expect(first < -10 && last > -4 && last < -log(8.0) + 0.1, "from \(first) to \(last)")
        let samples = try model.sample(400, seed: 3)
        #expect(samples.allSatisfy { $0 == 0 || $0 == 1 })
        let valid = (0..<400).filter { bars.contains(Array(samples[16 * $0..<16 * $0 + 16])) }
        #expect(valid.count > 160, "\(valid.count) of 400")
        let seen = Set(valid.map { bars.firstIndex(of: Array(samples[16 * $0..<16 * $0 + 16]))! })
        #expect(seen.count == 8, "no bar is forgotten")
    }

    @Test func fittingReturnsTheBoundOfBeforeTheStep() throws {
        let model = try makeModel(width: 3)
        let rows = normals(30)
        let before = try model.fit(rows)
        let reference = try makeModel(width: 3)
        reference.boundProgram.randomState = (reference.fitProgram.randomState.key, 0)
        #expect(abs(try reference.bound(rows).nats - before) < 1e-5)
        var last = before
        for _ in 0..<300 { last = try model.fit(rows) }
        #expect(last > before + 0.3)
    }

    @Test func samplesFollowDecoderAndNoise() throws {
        let model = try makeModel(width: 2)
        model.variable("decoder.layers.1.weight").set([Float](repeating: 0, count: 8))
        model.variable("decoder.layers.1.bias").set([3, -1])
        model.variable("noise").set([Float(log(4.0)), Float(log(0.01))])
        let samples = try model.sample(20_000, seed: 5)
        for (column, (mean, deviation)) in [(3.0, 2.0), (-1, 0.1)].enumerated() {
            let values = stride(from: column, to: samples.count, by: 2).map { Double(samples[$0]) }
            let own = values.reduce(0, +) / 20_000
            let variance = values.reduce(0) { $0 + ($1 - own) * ($1 - own) } / 20_000
            #expect(abs(own - mean) < 5 * deviation / 20_000.0.squareRoot())
            #expect(abs(variance.squareRoot() / deviation - 1) < 0.03)
        }
    }

    @Test func bernoulliSamplesFollowTheirLogits() throws {
        let model = try makeModel(width: 2) { $0.likelihood = .bernoulli }
        model.variable("decoder.layers.1.weight").set([Float](repeating: 0, count: 8))
        model.variable("decoder.layers.1.bias").set([Float(log(3.0)), -40])
        let samples = try model.sample(20_000, seed: 5)
        let first = stride(from: 0, to: samples.count, by: 2).count { samples[$0] == 1 }
        #expect(abs(Double(first) / 20_000 - 0.75) < 0.016)
        #expect(stride(from: 1, to: samples.count, by: 2).allSatisfy { samples[$0] == 0 })
    }

    @Test func latentsAreStandardNormal() throws {
        let model = try makeModel(width: 1) { ($0.hiddenSize, $0.latentSize) = (2, 1) }
        // relu(z) − relu(−z) is z, and there is hardly any noise.
        model.variable("decoder.layers.0.weight").set([1, -1])
        model.variable("decoder.layers.0.bias").set([0, 0])
        model.variable("decoder.layers.1.weight").set([1, -1])
        model.variable("decoder.layers.1.bias").set([0])
        model.variable("noise").set([-30])
        let samples = try model.sample(20_000, seed: 6).map(Double.init)
        let mean = samples.reduce(0, +) / 20_000
        let variance = samples.reduce(0) { $0 + $1 * $1 } / 20_000
        #expect(abs(mean) < 0.036 && abs(variance - 1) < 0.05)
        #expect(abs(Double(samples.count { abs($0) < 1 }) / 20_000 - 0.6827) < 0.017)
    }

    @Test func aSeedGivesTheSameBits() throws {
        func run(_ seed: UInt64) throws -> (variables: [[UInt32]], samples: [Float]) {
            let model = try makeModel(width: 3, seed: seed)
            for _ in 0..<20 { try model.fit(normals(24)) }
            return (model.variables.variables.map { $0.values.map(\.bitPattern) }, try model.sample(5, seed: 1))
        }
        let (first, second, other) = (try run(7), try run(7), try run(8))
        #expect(first == second && first.variables != other.variables)
        let model = try makeModel(width: 3)
        let samples = try model.sample(6, seed: 2)
        #expect(try samples == model.sample(6, seed: 2) && samples != model.sample(6, seed: 3))
        #expect(samples.count == 18)
    }

    @Test func rowsMustBeWhole() async {
        await #expect(processExitsWith: .failure) {
            _ = try makeModel(width: 3).fit([1, 2, 3, 4])
        }
        await #expect(processExitsWith: .failure) { _ = try makeModel(width: 3).bound([]) }
    }

    @Test func batchesOfManySizesKeepFewPlans() throws {
        let model = try makeModel(width: 2)
        for rows in 1...40 { try model.fit(normals(2 * rows)) }
        #expect(model.fitProgram.planCount == Program.planLimit)
    }

    /// In a separate process, so that no other test allocates at the same time.
    @Test func fittingDoesNotFillTheHeap() async {
        await #expect(processExitsWith: .success) {
            let model = try makeModel(width: 8) { $0.hiddenSize = 32 }
            let rows = normals(8 * 64)
            func fit(_ count: Int) throws { for _ in 0..<count { try model.fit(rows) } }
            try fit(50)
            let before = try #require(heapBytesInUse())
            try fit(1000)
            let growth = try #require(heapBytesInUse()) - before
            #expect(growth < 4_096, "\(growth) bytes")
        }
    }

    @Test func modelsByName() throws {
        #expect(try ModelCatalog.entry("vae").name == "vae")
        let error = #expect(throws: ModelError.self) { try ModelCatalog.entry("vea") }
        #expect(error == .unknownModel("vea", advice: "Did you mean 'vae'?"))
        #expect(error?.description.contains("Did you mean 'vae'?") == true)
    }
}
