import Datasets
import Foundation
import Random
import Testing

@testable import GenerativeModels
@testable import NeuralNetworks
@testable import TensorCore

/// A machine of bits with random parameters.
func makeRestricted(
    _ width: Int, hidden: Int, seed: UInt64 = 1, _ change: (inout RestrictedBoltzmannSettings) -> Void = { _ in }
) throws -> RestrictedBoltzmannMachine {
    var settings = RestrictedBoltzmannSettings()
    settings.hiddenUnits = hidden
    (settings.boltzmann.samplingSteps, settings.boltzmann.aisBetas) = (60, 1000)
    change(&settings)
    return try #require(
        try settings.makeModel(for: Bits.description(width), seed: seed) as? RestrictedBoltzmannMachine)
}

@Suite struct RestrictedBoltzmannTests {
    /// E(v, h), from the parameters as they are stored.
    private func energy(_ model: RestrictedBoltzmannMachine, _ v: [Float], _ h: [Float]) -> Double {
        let (b, c) = (model.layers.biases[0].values, model.layers.biases[1].values)
        let w = model.layers.weights[0].values
        var result = 0.0
        for (i, x) in v.enumerated() {
            result -= Double(x * b[i])
            for j in h.indices { result -= Double(x * w[i * h.count + j] * h[j]) }
        }
        return result - zip(h, c).reduce(0) { $0 + Double($1.0 * $1.1) }
    }

    /// With more hidden or more visible units; the smaller kind is enumerated.
    @Test(arguments: [(6, 4), (4, 7)])
    func likelihoodsAreThoseOfTheEnergy(width: Int, hidden: Int) throws {
        let model = try makeRestricted(width, hidden: hidden)
        scramble(model.parameters)
        let (rows, units) = (Bits.all(width), Bits.all(hidden))
        let sums = (0..<rows.count).map { row in
            (0..<units.count).reduce(0.0) { $0 + exp(-energy(model, rows[row], Array(units[$1]))) }
        }
        let logZ = log(sums.reduce(0, +))
        let likelihood = try model.logLikelihood(of: rows, seed: 0)
        for (nats, sum) in zip(likelihood.nats, sums) { #expect(abs(nats - (log(sum) - logZ)) < 1e-6) }
        try expectDistribution(model)
        // P(h | v) and P(v | h), which codes and reconstructions consist of.
        let codes = try model.encode(rows)
        for row in [0, 3, rows.count - 1] {
            for unit in 0..<hidden {
                let on = (0..<units.count).filter { units[$0][units[$0].startIndex + unit] == 1 }
                    .reduce(0.0) { $0 + exp(-energy(model, rows[row], Array(units[$1]))) }
                #expect(abs(Double(codes[row * hidden + unit]) - on / sums[row]) < 1e-5)
            }
        }
    }

    @Test func reconstructionsAreExpectationsGivenTheCode() throws {
        let model = try makeRestricted(3, hidden: 2)
        scramble(model.parameters)
        let rows = Bits.all(3)
        let (codes, result) = (try model.encode(rows), try model.reconstruct(rows))
        let (b, w) = (model.layers.biases[0].values, model.layers.weights[0].values)
        for row in 0..<8 {
            for i in 0..<3 {
                let input = b[i] + w[2 * i] * codes[2 * row] + w[2 * i + 1] * codes[2 * row + 1]
                #expect(abs(result[3 * row + i] - 1 / (1 + exp(-input))) < 1e-5)
            }
        }
    }

    /// With many persistent chains near equilibrium an update is the gradient of the exact log-likelihood, which finite
    /// differences give; a centred update (Melchior, Fischer & Wiskott 2016) is ∇W − μ∇cᵀ − ∇bλᵀ for the weights.
    @Test(arguments: [false, true])
    func stepsFollowTheGradient(centred: Bool) throws {
        let model = try makeRestricted(4, hidden: 3) {
            ($0.boltzmann.chains, $0.boltzmann.gibbsSteps, $0.boltzmann.centred) = (40_000, 30, centred)
        }
        let rows = Bits.random(50, [0.2, 0.9, 0.5, 0.7], seed: 3)
        try fit(model, rows, updates: 1, rate: 0)
        scramble(model.parameters, deviation: 0.7)
        var gradients: [[Double]] = []
        for variable in model.parameters.variables {
            let start = variable.values
            gradients.append(
                try start.indices.map { index in
                    func mean(_ change: Float) throws -> Double {
                        var moved = start
                        moved[index] += change
                        variable.set(moved)
                        return try model.logLikelihood(of: rows, seed: 0).mean
                    }
                    return try (mean(0.01) - mean(-0.01)) / 0.02
                })
            variable.set(start)
        }
        let before = model.parameters.variables.map { $0.values.map(Double.init) }
        try fit(model, rows, updates: 1, rate: 1)
        let steps = zip(model.parameters.variables, before).map { variable, before in
            zip(variable.values, before).map { Double($0) - $1 }
        }
        let (gradientW, gradientB, gradientC) = (gradients[0], gradients[1], gradients[2])
        let (mu, lambda) = (model.layers.means[0].values, model.layers.means[1].values)
        for i in 0..<4 {
            for j in 0..<3 {
                var expected = gradientW[3 * i + j]
                if centred { expected -= Double(mu[i]) * gradientC[j] + gradientB[i] * Double(lambda[j]) }
                #expect(abs(steps[0][3 * i + j] - expected) < 0.012, "W \(i) \(j): \(steps[0]) \(expected)")
            }
        }
        // In centred coordinates the bias moves by ∇b; the plain bias moves by that minus the weights' change times the
        // offsets.
        for i in 0..<4 {
            let turn = centred ? (0..<3).reduce(0.0) { $0 + steps[0][3 * i + $1] * Double(lambda[$1]) } : 0
            #expect(abs(steps[1][i] - (gradientB[i] - turn)) < 0.012)
        }
        for j in 0..<3 {
            let turn = centred ? (0..<4).reduce(0.0) { $0 + steps[0][3 * $1 + j] * Double(mu[$1]) } : 0
            #expect(abs(steps[2][j] - (gradientC[j] - turn)) < 0.012)
        }
    }

    @Test func barsAndStripesAreLearned() throws {
        let model = try makeRestricted(16, hidden: 16) { $0.boltzmann.gibbsSteps = 5 }
        let rows = Bits.barsAndStripes
        #expect(rows.count == 30 && model.scoreKind == .exact)
        try fit(model, rows, updates: 1, rate: 0)
        let first = try model.score(rows)
        try fit(model, rows, updates: 12_000, rate: 0.06, last: 0)
        let last = try model.score(rows)
        #expect(first < -10 && last > -3.65 && last < -log(30.0), "from \(first) to \(last)")
        // Annealing compared with the exact partition function.
        let exact = try model.partition(seed: 0).logZ
        let sampler = AnnealedImportanceSampling(model.layers, chains: 200, seed: 3)
        let (forward, reverse) = try sampler.estimates(betas: 3000, rest: 500)
        #expect(abs(forward.logZ - exact) < 0.1, "\(forward) \(exact)")
        #expect(abs(reverse.logZ - exact) < 0.1, "\(reverse) \(exact)")
        #expect(forward.error < 0.1 && abs(forward.logZ - exact) < 4 * forward.error)
    }

    /// The meaning of 0 and 1 is arbitrary. A centred update treats both alike: with all data and samples flipped, the
    /// parameters of the flipped machine move to those of the flipped result; a plain update does not.
    @Test(arguments: [true, false])
    func centredStepsKeepTheirWayOnFlippedBits(centred: Bool) throws {
        func flipped(_ rows: DataRows) -> [Float] { rows.values.map { 1 - $0 } }
        let (v, w) = (Bits.random(40, [0.1, 0.6, 0.8], seed: 1), Bits.random(30, [0.3, 0.5, 0.5], seed: 2))
        let (h, g) = (Bits.random(40, [0.7, 0.2], seed: 3), Bits.random(30, [0.5, 0.5], seed: 4))
        var results: [[Float]] = []
        for isFlipped in [false, true] {
            var stream = RandomStream(seed: 5)
            let layers = BoltzmannLayers([3, 2], scale: 1, random: &stream)
            var settings = BoltzmannSettings()
            (settings.centred, settings.momentum) = (centred, 0.5)
            layers.means[0].set([0.2, 0.5, 0.75])
            // W (1 − v)ᵀ … = −W vᵀ … with the rows' sums in the hidden biases.
            func flip() {
                let weights = layers.weights[0].values
                layers.weights[0].set(weights.map { -$0 })
                layers.biases[0].set(layers.biases[0].values.map { -$0 })
                let biases = layers.biases[1].values
                layers.biases[1].set(
                    (0..<2).map { (unit: Int) -> Float in
                        biases[unit] + weights[unit] + weights[2 + unit] + weights[4 + unit]
                    })
            }
            if isFlipped {
                flip()
                layers.means[0].set(layers.means[0].values.map { 1 - $0 })
            }
            let learning = BoltzmannLearning(layers, settings)
            learning.rate.set([0.1])
            let step = Program("step") { _ in
                try learning.record(
                    data: [
                        Tensor(isFlipped ? flipped(v) : v.values, shape: [40, 3]), Tensor(h.values, shape: [40, 2]),
                    ],
                    model: [
                        Tensor(isFlipped ? flipped(w) : w.values, shape: [30, 3]), Tensor(g.values, shape: [30, 2]),
                    ])
                return []
            }
            for _ in 0..<3 { try step.plan().run() }
            if isFlipped { flip() }
            results.append(layers.parameters.variables.flatMap(\.values))
        }
        let difference = zip(results[0], results[1]).map { abs($0 - $1) }.max()!
        #expect(centred ? difference < 1e-5 : difference > 0.05, "\(difference)")
    }

    /// A centred machine therefore learns flipped data as well; a plain one learns them worse.
    @Test func flippedDataCostAPlainMachineOnly() throws {
        let rows = Bits.random(300, [0.05, 0.1, 0.05, 0.1, 0.2, 0.1, 0.05, 0.1], seed: 6)
        // Pairs of equal bits.
        let sparse = DataRows((0..<300).flatMap { row in (0..<12).map { rows[row][$0 / 3] } }, width: 12)
        let dense = sparse.replacing(sparse.values.map { 1 - $0 })
        func trained(_ rows: DataRows, centred: Bool) throws -> Double {
            let scores = try (1...3).map { seed in
                let model = try makeRestricted(12, hidden: 4, seed: UInt64(seed)) {
                    ($0.boltzmann.centred, $0.boltzmann.visibleBias) = (centred, .zero)
                }
                try fit(model, rows, updates: 4000, rate: 0.1, last: 0)
                return try model.score(rows)
            }
            return scores.reduce(0, +) / 3
        }
        let centred = (sparse: try trained(sparse, centred: true), dense: try trained(dense, centred: true))
        let plain = (sparse: try trained(sparse, centred: false), dense: try trained(dense, centred: false))
        #expect(abs(centred.sparse - centred.dense) < 0.2, "\(centred)")
        #expect(plain.sparse - plain.dense > 0.4 && centred.dense > plain.dense + 0.4, "\(plain)")
    }

    @Test func pseudoLikelihoodIsThatOfTheConditionals() throws {
        let model = try makeRestricted(6, hidden: 3)
        scramble(model.parameters)
        let rows = Bits.all(6)
        let nats = try model.logLikelihood(of: rows, seed: 0).nats
        var expected = 0.0
        for row in 0..<64 {
            for bit in 0..<6 {
                let (own, other) = (exp(nats[row]), exp(nats[row ^ 1 << bit]))
                expected += log(own / (own + other)) / 64
            }
        }
        #expect(abs(try model.pseudoLikelihood(of: rows) - expected) < 1e-4)
        // For wide rows some bits are sampled, which is right on average.
        let wide = try makeRestricted(40, hidden: 5)
        scramble(wide.parameters, deviation: 0.5)
        let many = Bits.random(2000, [Double](repeating: 0.5, count: 40), seed: 8)
        let all = Program("all", inputs: [.float32(2000, 40), .int32(2000, 40)]) {
            [RestrictedBoltzmannMachine.conditionals(wide.layers, $0[0], of: $0[1]).sum([-1]).mean()]
        }
        let plan = try all.plan()
        _ = plan.input(0).update(fromContentsOf: many.values)
        for index in 0..<80_000 { plan.integerInput(1)[index] = Int32(index % 40) }
        plan.run()
        let (estimate, exact) = (try wide.pseudoLikelihood(of: many), Double(plan.output(0)[0]))
        #expect(abs(estimate / exact - 1) < 0.03, "\(estimate) \(exact)")
    }

    /// The distribution of the unknown bits given the known ones.
    @Test func completionsFollowTheConditional() throws {
        let model = try makeRestricted(5, hidden: 4)
        scramble(model.parameters)
        let nats = try model.logLikelihood(of: Bits.all(5), seed: 0).nats
        let known = [true, false, true, false, false]
        let rows = DataRows((0..<4000).flatMap { _ in [1, 0, 0, 0, 0] as [Float] }, width: 5)
        let seen = counts(of: try model.complete(rows, known: known, seed: 3), width: 5)
        let fitting = (0..<32).map { $0 & 0b00101 == 0b00001 }
        let total = zip(nats, fitting).reduce(0.0) { $0 + ($1.1 ? exp($1.0) : 0) }
        let probabilities = zip(nats, fitting).map { $1 ? exp($0) / total : 0 }
        #expect(zip(seen, fitting).allSatisfy { $1 || $0 == 0 })
        #expect(chiSquareDeviation(seen, probabilities) < 4)
        let process = try model.process(count: 4000, from: rows, known: known, seed: 3)
        #expect(process.rows == rows.values)
        for _ in 0..<60 { #expect(try process.advance()) }
        #expect(process.steps == 60)
        let bits = stride(from: 1, to: process.rows.count, by: 5).map { Double(process.rows[$0]) }
        let mean = bits.reduce(0, +) / 4000
        let expected = (0..<32).reduce(0.0) { $0 + ($1 & 2 == 2 ? probabilities[$1] : 0) }
        #expect(abs(mean - expected) < 0.02)
    }

    @Test func estimatesSayWhatTheyAre() throws {
        let model = try makeRestricted(30, hidden: 24) { ($0.boltzmann.aisChains, $0.boltzmann.aisBetas) = (50, 300) }
        scramble(model.parameters, deviation: 0.2)
        #expect(model.scoreKind == .pseudoLikelihood)
        let rows = Bits.random(10, [Double](repeating: 0.5, count: 30), seed: 1)
        let likelihood = try model.logLikelihood(of: rows, seed: 4)
        #expect(likelihood.kind == .estimate)
        #expect(likelihood.details.map(\.name) == ["logZ", "logZError", "logZReverse", "logZReverseError"])
        #expect(abs(likelihood.details[0].value - likelihood.details[2].value) < 0.5, "\(likelihood.details)")
        let exact = zip(model.exactEnergies(rows), likelihood.nats).map { $0 - $1 - likelihood.details[0].value }
        #expect(exact.allSatisfy { abs($0) < 1e-4 })
        #expect(try model.logLikelihood(of: rows, seed: 4).nats == likelihood.nats)
    }

    @Test(arguments: [BoltzmannSettings.Algorithm.cd, .pcd])
    func fitsGoOn(algorithm: BoltzmannSettings.Algorithm) throws {
        try expectResumable(Bits.random(20, [0.3, 0.8, 0.5], seed: 1)) {
            try makeRestricted(3, hidden: 2) { ($0.algorithm, $0.boltzmann.momentum) = (algorithm, 0.5) }
        }
    }

    @Test func otherDataAreRefused() {
        let data = Dataset.Description(name: "d", shape: [4], kind: .levels(256))
        let error = #expect(throws: ModelError.self) {
            try RestrictedBoltzmannSettings().makeModel(for: data, seed: 0)
        }
        #expect(error?.description == "rbm needs rows of bits, but the data hold rows of levels")
    }

    @Test func weightsArePicturesOfHiddenUnits() throws {
        let model = try makeRestricted(3, hidden: 2)
        model.layers.weights[0].set([1, 2, 3, 4, 5, 6])
        #expect(model.weightRows == [1, 3, 5, 2, 4, 6])
    }
}
