import Foundation
import NeuralNetworks
import Random
import Testing

@testable import GenerativeModels
@testable import TensorCore

@Suite struct VariationalAutoencoderTests {
    private static func model(
        width: Int, seed: UInt64 = 1, _ change: (inout VariationalAutoencoderSettings) -> Void = { _ in }
    ) throws -> VariationalAutoencoder {
        var settings = VariationalAutoencoderSettings()
        (settings.hiddenSize, settings.latentSize) = (4, 2)
        change(&settings)
        return try VariationalAutoencoder(settings, width: width, seed: seed)
    }

    private static func normals(_ count: Int, seed: UInt64 = 4) -> [Float] {
        var random = RandomStream(seed: seed)
        return (0..<count).map { _ in Float(random.normal()) }
    }

    private static func variable(_ model: VariationalAutoencoder, _ path: String) -> Variable {
        model.variables.entries.first { $0.path == path }!.variable
    }

    // MARK: The bound and its parts

    @Test func densities() throws {
        let (x, output) = (Tensor([1, -2, 0.5] as [Float]), Tensor([0.5, 1, 0.5] as [Float]))
        let logVariance = Tensor([0, 2, -1] as [Float])
        let gaussian = try VariationalAutoencoderSettings.Likelihood.gaussian.logDensity(x, output, logVariance)
            .floats()
        for (value, (difference, logVariance)) in zip(gaussian, [(0.5, 0.0), (-3, 2), (0, -1)]) {
            let deviation = exp(logVariance / 2)
            let density = exp(-difference * difference / (2 * deviation * deviation)) / (deviation * sqrt(2 * .pi))
            #expect(abs(Double(value) - log(density)) < 1e-5)
        }
        let bits = Tensor([1, 0, 0.25] as [Float])
        let bernoulli = try VariationalAutoencoderSettings.Likelihood.bernoulli.logDensity(bits, output, logVariance)
            .floats()
        for (value, (bit, logit)) in zip(bernoulli, [(1.0, 0.5), (0, 1), (0.25, 0.5)]) {
            let p = 1 / (1 + exp(-logit))
            #expect(abs(Double(value) - (bit * log(p) + (1 - bit) * log(1 - p))) < 1e-5)
        }
    }

    /// KL(N(μ, σ²) ‖ N(0, 1)) summed over the latents, from the encoder computed by hand.
    @Test func divergenceIsTheClosedForm() throws {
        let model = try Self.model(width: 3)
        let rows = Self.normals(5 * 3)
        func layer(_ path: String, _ x: [Double]) -> [Double] {
            let (weight, bias) = (Self.variable(model, path + ".weight"), Self.variable(model, path + ".bias"))
            return (0..<weight.shape[0]).map { output in
                x.indices.reduce(Double(bias.values[output])) {
                    $0 + Double(weight.values[output * x.count + $1]) * x[$1]
                }
            }
        }
        var expected = 0.0
        for row in 0..<5 {
            let hidden = layer("encoder.layers.0", rows[3 * row..<3 * row + 3].map(Double.init)).map { max(0, $0) }
            for (mean, logVariance) in zip(layer("means", hidden), layer("logVariances", hidden)) {
                expected += 0.5 * (mean * mean + exp(logVariance) - 1 - logVariance) / 5
            }
        }
        let bound = try model.bound(rows)
        #expect(expected > 0.05 && abs(bound.divergence - expected) < 1e-5)
        #expect(abs(bound.nats - (bound.reconstruction - bound.divergence)) < 1e-4)
    }

    /// The recorded bound in float64, for given inputs, parameters and noise.
    private struct Recorded {
        let outputs: [Tensor]
        let state: (key: UInt64, counter: UInt64)
        let rows: [Double]

        init(_ model: VariationalAutoencoder, rows: [Float]) throws {
            let shape = [rows.count / model.width, model.width]
            outputs = try model.boundProgram.recorded([(shape: shape, type: .float32)]).outputs.map { Tensor($0) }
            state = model.boundProgram.randomState
            self.rows = rows.map(Double.init)
        }

        func values(_ tensors: [Tensor], _ variables: [ObjectIdentifier: [Double]] = [:]) -> [[Double]] {
            Reference.evaluate(tensors, inputs: [rows], variables: variables, random: state)
        }
    }

    @Test(arguments: VariationalAutoencoderSettings.Likelihood.allCases)
    func gradientsAreThoseOfTheBound(likelihood: VariationalAutoencoderSettings.Likelihood) throws {
        let model = try Self.model(width: 3) { $0.likelihood = likelihood }
        let rows = likelihood == .gaussian ? Self.normals(12) : Self.normals(12).map { 1 / (1 + exp(-$0)) }
        let recorded = try Recorded(model, rows: rows)
        let parameters = model.variables.entries.filter { !$0.path.hasPrefix("optimizer") }
        #expect(parameters.count == (likelihood == .gaussian ? 11 : 10))
        let bound = recorded.outputs[0]
        let exact = recorded.values(gradients(of: bound, withRespectTo: parameters.map(\.variable)))
        for (index, (path, variable)) in parameters.enumerated() {
            let start = variable.values.map(Double.init)
            for element in start.indices {
                func value(_ change: Double) -> Double {
                    var moved = start
                    moved[element] += change
                    return recorded.values([bound], [ObjectIdentifier(variable): moved])[0][0]
                }
                let numeric = (value(1e-5) - value(-1e-5)) / 2e-5
                #expect(
                    abs(numeric - exact[index][element]) < 1e-6 * max(1, abs(numeric)),
                    "\(path)[\(element)]: \(exact[index][element]) against \(numeric)")
            }
            #expect(exact[index].contains { abs($0) > 1e-6 }, "\(path) matters")
        }
    }

    @Test func floatsAgreeWithTheReference() throws {
        let model = try Self.model(width: 3)
        let rows = Self.normals(30)
        let recorded = try Recorded(model, rows: rows)
        let expected = recorded.values(recorded.outputs).map { $0[0] }
        let bound = try model.bound(rows)
        for (value, expected) in zip([bound.nats, bound.reconstruction, bound.divergence], expected) {
            #expect(abs(value - expected) < 1e-4)
        }
        #expect(try model.bound(rows).reconstruction != bound.reconstruction, "each estimate draws anew")
    }

    // MARK: Learning

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
    /// never above it but for the estimate's noise.
    @Test func theBoundApproachesTheLikelihoodFromBelow() throws {
        var data = Gaussian()
        let held = data.rows(20_000)
        let likelihood = data.logLikelihood(held)
        let model = try Self.model(width: 2) { ($0.hiddenSize, $0.latentSize, $0.learningRate) = (32, 1, 3e-3) }
        var bounds: [Double] = []
        for update in 0..<3000 {
            try model.fit(data.rows(128))
            if update % 300 == 299 { bounds.append(try model.bound(held).nats) }
        }
        // A row's estimate deviates by about one nat, the mean of 20,000 by 0.007.
        #expect(bounds.allSatisfy { $0 < likelihood + 0.03 }, "\(bounds), \(likelihood)")
        #expect(bounds.last! > likelihood - 0.1, "\(bounds.last!), \(likelihood)")
        #expect(bounds.first! < likelihood - 0.1 || bounds.last! > bounds.first!)
    }

    /// Eight pictures of one bar each: log 8 nats at best.
    @Test func barsAreLearned() throws {
        let bars: [[Float]] = (0..<8).map { bar in
            (0..<16).map { (bar < 4 ? $0 / 4 == bar : $0 % 4 == bar - 4) ? 1 : 0 }
        }
        let model = try Self.model(width: 16) {
            $0.likelihood = .bernoulli
            ($0.hiddenSize, $0.latentSize, $0.learningRate) = (48, 3, 5e-3)
        }
        let batch = (0..<8).flatMap { _ in bars.flatMap(\.self) }
        let first = try model.bound(batch).nats
        for _ in 0..<1500 { try model.fit(batch) }
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
        let model = try Self.model(width: 3)
        let rows = Self.normals(30)
        let before = try model.fit(rows)
        let reference = try Self.model(width: 3)
        reference.boundProgram.randomState = (reference.fitProgram.randomState.key, 0)
        #expect(abs(try reference.bound(rows).nats - before.nats) < 1e-5)
        var last = before
        for _ in 0..<300 { last = try model.fit(rows) }
        #expect(last.nats > before.nats + 0.3)
    }

    // MARK: Samples

    @Test func samplesFollowDecoderAndNoise() throws {
        let model = try Self.model(width: 2)
        Self.variable(model, "decoder.layers.1.weight").set([Float](repeating: 0, count: 8))
        Self.variable(model, "decoder.layers.1.bias").set([3, -1])
        Self.variable(model, "noise").set([Float(log(4.0)), Float(log(0.01))])
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
        let model = try Self.model(width: 2) { $0.likelihood = .bernoulli }
        Self.variable(model, "decoder.layers.1.weight").set([Float](repeating: 0, count: 8))
        Self.variable(model, "decoder.layers.1.bias").set([Float(log(3.0)), -40])
        let samples = try model.sample(20_000, seed: 5)
        let first = stride(from: 0, to: samples.count, by: 2).count { samples[$0] == 1 }
        #expect(abs(Double(first) / 20_000 - 0.75) < 0.016)
        #expect(stride(from: 1, to: samples.count, by: 2).allSatisfy { samples[$0] == 0 })
    }

    @Test func latentsAreStandardNormal() throws {
        let model = try Self.model(width: 1) { ($0.hiddenSize, $0.latentSize) = (2, 1) }
        // relu(z) − relu(−z) is z, and there is hardly any noise.
        Self.variable(model, "decoder.layers.0.weight").set([1, -1])
        Self.variable(model, "decoder.layers.0.bias").set([0, 0])
        Self.variable(model, "decoder.layers.1.weight").set([1, -1])
        Self.variable(model, "decoder.layers.1.bias").set([0])
        Self.variable(model, "noise").set([-30])
        let samples = try model.sample(20_000, seed: 6).map(Double.init)
        let mean = samples.reduce(0, +) / 20_000
        let variance = samples.reduce(0) { $0 + $1 * $1 } / 20_000
        #expect(abs(mean) < 0.036 && abs(variance - 1) < 0.05)
        #expect(abs(Double(samples.count { abs($0) < 1 }) / 20_000 - 0.6827) < 0.017)
    }

    // MARK: Seeds, state, mistakes

    @Test func aSeedGivesTheSameBits() throws {
        func run(_ seed: UInt64) throws -> (variables: [[UInt32]], samples: [Float]) {
            let model = try Self.model(width: 3, seed: seed)
            for _ in 0..<20 { try model.fit(Self.normals(24)) }
            return (model.variables.variables.map { $0.values.map(\.bitPattern) }, try model.sample(5, seed: 1))
        }
        let (first, second, other) = (try run(7), try run(7), try run(8))
        #expect(first == second && first.variables != other.variables)
        let model = try Self.model(width: 3)
        let samples = try model.sample(6, seed: 2)
        #expect(try samples == model.sample(6, seed: 2) && samples != model.sample(6, seed: 3))
        #expect(samples.count == 18)
    }

    @Test func rowsMustBeWhole() async {
        await #expect(processExitsWith: .failure) {
            _ = try VariationalAutoencoderTests.model(width: 3).fit([1, 2, 3, 4])
        }
        await #expect(processExitsWith: .failure) { _ = try VariationalAutoencoderTests.model(width: 3).bound([]) }
    }

    @Test func batchesOfManySizesKeepFewPlans() throws {
        let model = try Self.model(width: 2)
        for rows in 1...40 { try model.fit(Self.normals(2 * rows)) }
        #expect(model.fitProgram.planCount == Program.planLimit)
    }

    /// In a process of its own, so that no other test allocates meanwhile.
    @Test func fittingDoesNotFillTheHeap() async {
        await #expect(processExitsWith: .success) {
            let model = try VariationalAutoencoderTests.model(width: 8) { $0.hiddenSize = 32 }
            let rows = VariationalAutoencoderTests.normals(8 * 64)
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
        #expect(error == .unknownModel("vea", suggestion: "vae"))
        #expect(error?.description.contains("Did you mean 'vae'?") == true)
    }
}
