import Datasets
import Foundation
import Random
import Testing

@testable import GenerativeModels
@testable import NeuralNetworks
@testable import TensorCore

@Suite struct GreedyStageTests {
    /// Greedy training: the lowest pair of layers is a machine with two copies of the visible units, in which P(h | v,
    /// v) counts the input twice and P(v | h) once. This is equal to a deep machine whose second layer mirrors the
    /// visible one.
    @Test func doublingStandsInForTheMissingNeighbour() throws {
        let model = try makeDeep(3, hidden: [2, 3])
        scramble(model.parameters)
        let layers = model.layers
        let weights = layers.weights[0].values
        let mirrored = (0..<6).map { (index: Int) -> Float in weights[index % 3 * 2 + index / 3] }
        layers.weights[1].set(mirrored)
        layers.biases[2].copy(from: layers.biases[0])
        let states = States(layers)
        let v = [1, 0, 1] as [Float]
        func mirrors(_ state: Int) -> Bool {
            (0..<3).allSatisfy {
                states.bit(state, 0, $0) == Int(v[$0]) && states.bit(state, 2, $0) == Int(v[$0])
            }
        }
        let stage = GreedyStage(0, of: layers, BoltzmannSettings())
        stage.layers.biases[1].copy(from: layers.biases[1])
        let program = Program("fields") { _ in
            let v = Tensor(v, shape: [1, 3])
            return [stage.upper(v).sigmoid(), layers.field(1, [v, nil, nil], above: 0).sigmoid()]
        }
        let fields = try program().map { try $0.floats() }
        for unit in 0..<2 {
            let on = states.logSum { mirrors($0) && states.bit($0, 1, unit) == 1 }
            let expected = exp(on - states.logSum(mirrors))
            #expect(abs(Double(fields[0][unit]) - expected) < 1e-6)
            #expect(abs(Double(fields[1][unit]) - expected) > 0.01, "once isn't enough")
        }
    }

    /// A machine of three hidden layers with its stages; everything has numbers of its own.
    private func scrambled(visible: BoltzmannLayers.Visible = .bits) -> (BoltzmannLayers, [GreedyStage]) {
        var stream = RandomStream(seed: 1)
        let layers = BoltzmannLayers([4, 3, 2, 3], visible: visible, scale: 1, random: &stream)
        scramble(layers.parameters, deviation: 0.7)
        for mean in layers.means { mean.set(mean.values.map { _ in Float(stream.uniform()) }) }
        var settings = BoltzmannSettings()
        settings.offsetRate = 0
        let stages = (0..<3).map { GreedyStage($0, of: layers, settings) }
        for (index, stage) in stages.enumerated() {
            scramble(["biases": listed(stage.layers.biases)], seed: 20 + UInt64(index))
        }
        return (layers, stages)
    }

    /// Which way counts twice, with the stage's own biases: a + f·yWᵀ and c + f·xW.
    @Test(arguments: [BoltzmannLayers.Visible.bits, .gaussian])
    func fieldsHaveTheirFactorsAndBiases(visible: BoltzmannLayers.Visible) throws {
        let (layers, stages) = scrambled(visible: visible)
        let precision = layers.logPrecision?.values.map { exp($0) } ?? [1, 1, 1, 1]
        for (level, (above, below)) in [(1, 2), (2, 2), (2, 1)].enumerated() as EnumeratedSequence<[(Float, Float)]> {
            let (stage, weights) = (stages[level].layers, layers.weights[level].values)
            let (width, height) = (stage.sizes[0], stage.sizes[1])
            let x = (0..<width).map { Float($0 % 2 == 0 ? 1 : 0.25) }
            let y = (0..<height).map { Float($0 % 2 == 0 ? 0.5 : 1) }
            let program = Program("fields") { _ in
                [
                    stages[level].upper(Tensor(x, shape: [1, width])),
                    stages[level].lower(Tensor(y, shape: [1, height])),
                ]
            }
            let fields = try program().map { try $0.floats() }
            for j in 0..<height {
                let input = (0..<width).reduce(Float(0)) {
                    $0 + x[$1] * (level == 0 ? precision[$1] : 1) * weights[$1 * height + j]
                }
                #expect(abs(fields[0][j] - stage.biases[1].values[j] - below * input) < 1e-5, "stage \(level)")
            }
            for i in 0..<width {
                let input = (0..<height).reduce(Float(0)) { $0 + y[$1] * weights[i * height + $1] }
                #expect(abs(fields[1][i] - stage.biases[0].values[i] - above * input) < 1e-5, "stage \(level)")
            }
        }
    }

    /// In a centred machine the input of a unit whose neighbours are at their means is the bias of its own. It starts
    /// at the logit of the data's rates, and moves by the unit's own gradient, ⟨x⟩ − …, whatever the weights do.
    @Test(arguments: [BoltzmannLayers.Visible.bits, .gaussian])
    func centredStagesStartAndStepAtTheirMeans(visible: BoltzmannLayers.Visible) throws {
        let (_, stages) = scrambled(visible: visible)
        for (level, stage) in stages.enumerated() {
            for bias in stage.layers.biases { bias.set([Float](repeating: 0, count: bias.count)) }
            let (width, height) = (stage.layers.sizes[0], stage.layers.sizes[1])
            func atMeans() throws -> [Float] {
                try Program("fields") { _ in
                    let means = stage.layers.means.map { $0.tensor.reshaped(to: [1, $0.count]) }
                    return [stage.lower(means[1]), stage.upper(means[0])]
                }().flatMap { try $0.floats() }
            }
            let x = Bits.random(40, Array([0.1, 0.6, 0.8, 0.3][..<width]), seed: 1)
            _ = stage.learning.begin(x)
            let start = try atMeans()
            let means = (0..<width).map { unit in (0..<40).reduce(Float(0)) { $0 + x[$1][unit + x[$1].startIndex] } / 40
            }
            for (unit, mean) in means.enumerated() {
                let rate = (40 * mean + 0.5) / 41
                let expected = stage.layers.visible == .gaussian ? mean : log(rate / (1 - rate))
                #expect(abs(start[unit] - expected) < 1e-4, "stage \(level)")
            }
            #expect(start[width...].allSatisfy { abs($0) < 1e-4 }, "stage \(level): \(start)")

            let h = Bits.random(40, Array([0.7, 0.2, 0.4][..<height]), seed: 2)
            let (y, g) = (
                Bits.random(40, [Double](repeating: 0.5, count: width), seed: 3),
                Bits.random(40, [Double](repeating: 0.4, count: height), seed: 4)
            )
            func tensor(_ rows: DataRows) -> Tensor { Tensor(rows.values, shape: [40, rows.width]) }
            stage.learning.rate.set([0.5])
            let weights = stage.layers.weights[0].values
            try Program("step") { _ in
                try stage.learning.record(data: [tensor(x), tensor(h)], model: [tensor(y), tensor(g)])
                return []
            }.plan().run()
            #expect(zip(weights, stage.layers.weights[0].values).contains { abs($0 - $1) > 0.02 })
            func mean(_ rows: DataRows) -> [Float] {
                (0..<rows.width).map { unit in
                    stride(from: unit, to: rows.values.count, by: rows.width).reduce(0) { $0 + rows.values[$1] } / 40
                }
            }
            let gradient = zip(mean(x) + mean(h), mean(y) + mean(g)).map { 0.5 * ($0 - $1) }
            for (moved, (start, step)) in zip(try atMeans(), zip(start, gradient)) {
                #expect(abs(moved - start - step) < 1e-4, "stage \(level)")
            }
        }
    }

    /// The rows of a stage are samples given the biases that the stages below learned, whatever it learns itself and
    /// whatever the deep machine's biases are.
    @Test func rowsDependOnTheStagesBelowOnly() throws {
        let (layers, stages) = scrambled()
        for stage in stages { for bias in stage.layers.biases { bias.set(bias.values.map { 0.3 * $0 }) } }
        let v = [1, 0, 1, 1] as [Float]
        func rates() throws -> [Double] {
            let rows = try Program("rise") { _ in
                let v = Tensor(v, shape: [1, 4]).broadcast(to: [20_000, 4])
                return [GreedyStage.risen(stages[..<2], v, sampled: true).mean([0])]
            }()[0].floats()
            return rows.map(Double.init)
        }
        func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
        let first = try rates()
        var expected = [0.0, 0]
        let (w, u) = (layers.weights[0].values.map(Double.init), layers.weights[1].values.map(Double.init))
        let (c, d) = (stages[0].layers.biases[1].values.map(Double.init), stages[1].layers.biases[1].values)
        let on = (0..<3).map { j in sigmoid(c[j] + 2 * (0..<4).reduce(0.0) { $0 + Double(v[$1]) * w[$1 * 3 + j] }) }
        for state in 0..<8 {
            let bits = (0..<3).map { Double(state >> $0 & 1) }
            let weight = (0..<3).reduce(1.0) { $0 * (bits[$1] == 1 ? on[$1] : 1 - on[$1]) }
            for k in 0..<2 {
                expected[k] +=
                    weight * sigmoid(Double(d[k]) + 2 * (0..<3).reduce(0.0) { $0 + bits[$1] * u[$1 * 2 + k] })
            }
        }
        #expect(zip(first, expected).allSatisfy { abs($0 - $1) < 0.015 }, "\(first) \(expected)")
        for bias in layers.biases + [stages[1].layers.biases[0], stages[2].layers.biases[0]] {
            bias.set([Float](repeating: 9, count: bias.count))
        }
        #expect(try rates() == first)
    }

    /// Through the epochs of greedy training, the deep machine has the mean of an inner layer's two biases, and a
    /// layer's first one stays as it was when the next layer began.
    @Test func innerBiasesAreTheMeanOfBoth() throws {
        let model = try makeDeep(4, hidden: [3, 2, 2]) { $0.pretrainingEpochs = 20 }
        let rows = Bits.random(40, [0.1, 0.6, 0.8, 0.9], seed: 1)
        func biases(_ stage: Int, _ layer: Int) -> [Float] { model.stages[stage].layers.biases[layer].values }
        var frozen: [[Float]] = []
        for stage in 0..<3 {
            try fit(model, rows, updates: 60, rate: 0.3, only: 20 * stage..<20 * (stage + 1))
            frozen.append(biases(stage, 1))
            for layer in 0...stage {
                #expect(biases(layer, 1) == frozen[layer])
                let own = biases(layer, 0)
                let stacked = layer == 0 ? own : zip(own, frozen[layer - 1]).map { 0.5 * ($0 + $1) }
                #expect(model.layers.biases[layer].values == stacked)
                if layer > 0 { #expect(own != frozen[layer - 1]) }
            }
            #expect(model.layers.biases[stage + 1].values == frozen[stage])
        }
    }

    /// Each stage raises the bound. If the rows of the second were sampled with the biases that it learns, it would
    /// follow its own output: the bound would fall to −5.9 (centred) and −12.3 nats.
    @Test(arguments: [true, false])
    func everyStageRaisesTheBound(centred: Bool) throws {
        let bits = Bits.random(300, [0.05, 0.1, 0.05, 0.1, 0.2, 0.1, 0.05, 0.1], seed: 6)
        let rows = DataRows((0..<300).flatMap { row in (0..<12).map { bits[row][$0 / 3] } }, width: 12)
        let model = try makeDeep(12, hidden: [12, 8]) {
            ($0.boltzmann.centred, $0.pretrainingEpochs) = (centred, 2000)
        }
        try fit(model, rows, updates: 4000, rate: 0.2, only: 0..<2000)
        let first = try model.score(rows)
        try fit(model, rows, updates: 4000, rate: 0.2, only: 2000..<4000)
        let last = try model.score(rows)
        #expect(model.scoreKind == .bound && last > first + 1 && last > -2, "from \(first) to \(last)")
    }
}
