import Datasets
import Foundation
import Random
import Testing

@testable import GenerativeModels
@testable import NeuralNetworks
@testable import TensorCore

/// A deep machine.
func makeDeep(
    _ width: Int, hidden: [Int], seed: UInt64 = 1, _ change: (inout DeepBoltzmannSettings) -> Void = { _ in }
) throws -> DeepBoltzmannMachine {
    var settings = DeepBoltzmannSettings()
    (settings.hiddenUnits, settings.pretrainingEpochs) = (hidden, 0)
    (settings.boltzmann.samplingSteps, settings.boltzmann.aisBetas) = (100, 1000)
    change(&settings)
    return try #require(try settings.makeModel(for: Bits.description(width), seed: seed) as? DeepBoltzmannMachine)
}

/// All states of the units of some layers, and e^{−E} of each state, from the energy as written.
struct States {
    let sizes: [Int]
    var weights: [Double] = []

    init(_ layers: BoltzmannLayers) {
        sizes = layers.sizes
        let values = layers.weights.map { $0.values.map(Double.init) }
        let biases = layers.biases.map { $0.values.map(Double.init) }
        for state in 0..<1 << sizes.reduce(0, +) {
            var exponent = 0.0
            for layer in sizes.indices {
                for i in 0..<sizes[layer] where bit(state, layer, i) == 1 {
                    exponent += biases[layer][i]
                    guard layer + 1 < sizes.count else { continue }
                    for j in 0..<sizes[layer + 1] where bit(state, layer + 1, j) == 1 {
                        exponent += values[layer][i * sizes[layer + 1] + j]
                    }
                }
            }
            weights.append(exp(exponent))
        }
    }

    func bit(_ state: Int, _ layer: Int, _ unit: Int) -> Int {
        state >> (sizes[..<layer].reduce(0, +) + unit) & 1
    }

    /// log Σ e^{−E} over the matching states.
    func logSum(_ fits: (Int) -> Bool = { _ in true }) -> Double {
        log(weights.indices.reduce(0.0) { fits($1) ? $0 + weights[$1] : $0 })
    }

    /// log p(v) of every row of visible bits.
    var logProbabilities: [Double] {
        let logZ = logSum()
        let mask = (1 << sizes[0]) - 1
        return (0...mask).map { row in logSum { $0 & mask == row } - logZ }
    }
}

@Suite struct DeepBoltzmannTests {
    @Test(arguments: [[3, 2], [2, 3], [2, 3, 2]])
    func samplesAndPartitionAreThoseOfTheEnergy(hidden: [Int]) throws {
        let model = try makeDeep(4, hidden: hidden)
        scramble(model.parameters)
        let states = States(model.layers)
        let logZ = states.logSum()
        let partition = try model.partition(seed: 0)
        #expect(partition.isExact && abs(partition.logZ - logZ) < 1e-6)
        let probabilities = states.logProbabilities.map { exp($0) }
        let seen = counts(of: try model.sample(4000, seed: 3), width: 4)
        #expect(chiSquareDeviation(seen, probabilities) < 4)
        let sampler = AnnealedImportanceSampling(model.layers, chains: 300, seed: 3)
        let (forward, reverse) = try sampler.estimates(betas: 1000, rest: 100)
        #expect(abs(forward.logZ - logZ) < 0.1 && abs(reverse.logZ - logZ) < 0.1, "\(forward) \(reverse) \(logZ)")
    }

    /// P(h¹ = 1 | v, h²), which depends on the inputs of both neighbours.
    @Test func conditionalsHaveBothNeighbours() throws {
        let model = try makeDeep(3, hidden: [2, 3])
        scramble(model.parameters)
        let states = States(model.layers)
        let (v, h2) = ([1, 0, 1] as [Float], [0, 1, 1] as [Float])
        let field = Program("field") { _ in
            [model.layers.field(1, [Tensor(v, shape: [1, 3]), nil, Tensor(h2, shape: [1, 3])]).sigmoid()]
        }
        let result = try field()[0].floats()
        for unit in 0..<2 {
            func fits(_ state: Int) -> Bool {
                (0..<3).allSatisfy {
                    Float(states.bit(state, 0, $0)) == v[$0] && Float(states.bit(state, 2, $0)) == h2[$0]
                }
            }
            let on = states.logSum { fits($0) && states.bit($0, 1, unit) == 1 }
            #expect(abs(Double(result[unit]) - exp(on - states.logSum(fits))) < 1e-6)
        }
    }

    /// The bound is E_q[−E] + H(q) − log Z at a fixed point and at most log p(v), and further steps don't lower it: it
    /// is a maximum.
    @Test(arguments: [0, 0.5])
    func meanFieldIsAFixedPointBelowTheLikelihood(damping: Double) throws {
        let model = try makeDeep(4, hidden: [3, 2, 3])
        scramble(model.parameters, deviation: 0.8)
        let exact = States(model.layers).logProbabilities
        let logZ = try model.partition(seed: 0).logZ
        let rows = Bits.all(4)
        var last = [Float](repeating: -.infinity, count: 16)
        for steps in [0, 1, 2, 5, 100] {
            let program = Program("infer", inputs: [.float32(16, 4)]) { inputs in
                let values = DeepBoltzmannMachine.meanField(model.layers, inputs[0], steps: steps, damping: damping)
                let next = (1...3).map { model.layers.field($0, values).sigmoid() - values[$0] }
                let change = next.map { $0.absolute().max() }
                return [DeepBoltzmannMachine.bound(model.layers, values), .stacked(change)]
            }
            let result = try program(Tensor(rows.values, shape: [16, 4]))
            let bounds = try result[0].floats()
            if damping == 0 { #expect(zip(bounds, last).allSatisfy { $0 > $1 - 1e-5 }) }
            #expect(zip(bounds, exact).allSatisfy { Double($0) - logZ < $1 + 1e-5 })
            if steps == 100 { #expect(try result[1].floats().allSatisfy { $0 < 1e-4 }) }
            last = bounds
        }
        let gap = zip(last, exact).reduce(0.0) { $0 + $1.1 - (Double($1.0) - logZ) } / 16
        #expect(gap > 1e-4 && gap < 0.5, "\(gap)")
        let likelihood = try model.logLikelihood(of: rows, seed: 0)
        #expect(likelihood.kind == .bound && likelihood.mean < exact.reduce(0, +) / 16)
    }

    /// The bound by its definition, with an explicit sum over all h.
    @Test func boundIsThatOfItsDefinition() throws {
        let model = try makeDeep(2, hidden: [2, 2])
        scramble(model.parameters)
        let states = States(model.layers)
        let q = [[0.0, 1], [0.3, 0.8], [0.6, 0.1]]
        var expected = 0.0
        for (state, weight) in states.weights.enumerated() where state & 3 == 2 {
            var probability = 1.0
            for layer in 1...2 {
                for unit in 0..<2 {
                    probability *= states.bit(state, layer, unit) == 1 ? q[layer][unit] : 1 - q[layer][unit]
                }
            }
            expected += probability * (log(weight) - log(probability))
        }
        let program = Program("bound") { _ in
            [DeepBoltzmannMachine.bound(model.layers, q.map { Tensor($0.map { Float($0) }, shape: [1, 2]) })]
        }
        #expect(abs(Double(try program()[0].floats()[0]) - expected) < 1e-5)
    }

    /// With many chains near equilibrium an update is the gradient of the bound at its fixed q.
    @Test func stepsFollowTheBoundsGradient() throws {
        let model = try makeDeep(3, hidden: [2, 2]) {
            ($0.boltzmann.chains, $0.boltzmann.gibbsSteps, $0.boltzmann.centred) = (40_000, 30, false)
            $0.meanFieldSteps = 50
        }
        let rows = Bits.random(50, [0.2, 0.9, 0.6], seed: 3)
        try fit(model, rows, updates: 1, rate: 0)
        scramble(model.parameters, deviation: 0.7)
        let gradients = try model.parameters.variables.map { variable in
            let start = variable.values
            defer { variable.set(start) }
            return try start.indices.map { index in
                func mean(_ change: Float) throws -> Double {
                    var moved = start
                    moved[index] += change
                    variable.set(moved)
                    return try model.logLikelihood(of: rows, seed: 0).mean
                }
                return try (mean(0.02) - mean(-0.02)) / 0.04
            }
        }
        let before = model.parameters.variables.map { $0.values.map(Double.init) }
        try fit(model, rows, updates: 1, rate: 1)
        for (variable, (before, gradient)) in zip(model.parameters.variables, zip(before, gradients)) {
            for (value, (start, slope)) in zip(variable.values, zip(before, gradient)) {
                #expect(abs(Double(value) - start - slope) < 0.015)
            }
        }
    }

    /// Trained greedily first, or centred from random weights.
    @Test(arguments: [true, false])
    func barsAndStripesAreLearned(centred: Bool) throws {
        let model = try makeDeep(16, hidden: [16, 8]) {
            ($0.boltzmann.centred, $0.boltzmann.gibbsSteps) = (centred, 5)
            $0.pretrainingEpochs = centred ? 0 : 1000
        }
        let rows = Bits.barsAndStripes
        try fit(model, rows, updates: 1, rate: 0)
        let first = try model.score(rows)
        try fit(model, rows, updates: 10_000, rate: 0.06, last: 0)
        let last = try model.score(rows)
        #expect(model.scoreKind == .bound && first < -9 && last > -4.2 && last < -log(30.0), "from \(first) to \(last)")
        #expect(try model.encode(rows).count == 240 && model.codeWidth == 8)
        let kept = zip(try model.reconstruct(rows), rows.values).count { ($0 > 0.5) == ($1 > 0.5) }
        #expect(Double(kept) > 0.95 * 480)
    }

    @Test(arguments: [0, 2])
    func fitsGoOn(pretraining: Int) throws {
        try expectResumable(Bits.random(20, [0.3, 0.8, 0.5], seed: 1)) {
            try makeDeep(3, hidden: [2, 2]) { $0.pretrainingEpochs = pretraining }
        }
    }

    @Test func oneLayerIsRefused() {
        let error = #expect(throws: ModelError.self) { try makeDeep(3, hidden: [2]) }
        #expect(error?.description.contains("at least two layers") == true)
    }
}
