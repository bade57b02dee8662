import Datasets
import Foundation
import NeuralNetworks
import Random
import Testing

@testable import GenerativeModels
@testable import TensorCore

/// What each conditional depends on, from its gradients.
@Suite struct CausalityTests {
    /// For each output, the inputs that have a gradient, of a network on rows of `width` numbers.
    private static func dependencies(
        _ width: Int, _ network: @escaping (Tensor) -> Tensor
    ) throws -> [Set<Int>] {
        var random = RandomStream(seed: 2)
        let values = (0..<width).map { _ in random.uniform() < 0.5 ? Float(1) : 0 }
        let x = Variable(values, shape: [1, width], name: "x")
        return try (0..<width).map { place in
            let program = Program("dependencies") { _ in
                let output = network(x.tensor).reshaped(to: [width, -1]).sliced(place..<place + 1, axis: 0).sum()
                return gradients(of: output, withRespectTo: [x])
            }
            let plan = try program.plan()
            plan.run()
            return Set((0..<width).filter { plan.output(0)[$0] != 0 })
        }
    }

    private static func bits(_ height: Int, _ width: Int) -> Dataset.Description {
        Dataset.Description(name: "bits", shape: [height, width], kind: .bits)
    }

    /// Biases that start at 0 would hide what rectified units depend on.
    static func unsettle(_ parameters: Parameters) {
        var random = RandomStream(seed: 9)
        for variable in parameters.variables {
            variable.set(variable.values.map { $0 + Float(random.normal(standardDeviation: 0.3)) })
        }
    }

    @Test func nadeSeesAllBeforeAndNothingElse() throws {
        var random = RandomStream(seed: 1)
        let order = [3, 0, 4, 1, 2, 5]
        let network = NADE(width: 6, hiddenUnits: 8, outputs: 1, order: order, isReal: false, random: &random)
        let seen = try Self.dependencies(6) { network($0) }
        for (index, place) in order.enumerated() { #expect(seen[place] == Set(order[..<index])) }
    }

    @Test func convolutionsOfTwoStacksHaveNoBlindSpot() throws {
        var settings = GatedPixelCNNSettings()
        (settings.layers, settings.channels, settings.firstKernel) = (6, 8, 3)
        var random = RandomStream(seed: 1)
        let network = GatedPixelCNN(settings, data: Self.bits(7, 7), outputs: 1, random: &random)
        Self.unsettle(network.parameters)
        let seen = try Self.dependencies(49) { network($0) }
        for place in 0..<49 { #expect(seen[place] == Set(0..<place), "pixel \(place): \(seen[place].sorted())") }
    }

    /// The same depth of masked square kernels never sees the pixels to the upper right beyond a diagonal.
    @Test func squareKernelsHaveABlindSpot() throws {
        var settings = PixelCNNSettings()
        (settings.layers, settings.channels, settings.firstKernel) = (5, 24, 3)
        var random = RandomStream(seed: 1)
        let network = PixelCNN(settings, data: Self.bits(7, 7), outputs: 1, random: &random)
        Self.unsettle(network.parameters)
        let seen = try Self.dependencies(49) { network($0) }
        for place in 0..<49 {
            let (row, column) = (place / 7, place % 7)
            let reached = (0..<place).filter { $0 % 7 - column <= row - $0 / 7 }
            #expect(seen[place].isSubset(of: reached), "pixel \(place): \(seen[place].sorted())")
        }
        // The middle of the last row sees the whole triangle, but not the top right corner.
        func pixel(_ row: Int, _ column: Int) -> Int { row * 7 + column }
        let last = seen[pixel(6, 3)]
        #expect(last.contains(0) && last.contains(pixel(6, 2)) && !last.contains(pixel(4, 6)))
        #expect(seen[pixel(4, 2)].isDisjoint(with: [pixel(3, 5), pixel(3, 6)]))
    }

    /// A pixel's outputs from the rows that it depends on are the same as from the whole image.
    @Test(arguments: ["pixelcnn", "gated-pixelcnn"]) func rowsBeyondReachDoNotCount(name: String) throws {
        let data = Self.bits(9, 5)
        let settings = ["layers=2", "channels=6", "firstKernel=3", "headChannels=8"]
        func changed(_ defaults: some ModelSettings) throws -> any ModelSettings {
            try defaults.changed(by: [], assignments: settings)
        }
        let model = try #require(
            try changed(ModelCatalog.entry(name).makeSettings()).makeModel(for: data, seed: 2) as? AutoregressiveModel)
        Self.unsettle(model.parameters)
        let rows = FewBits.rows(3, width: 45).values
        let whole = try model.outputProgram.plan(length: 3)
        _ = whole.input(0).update(fromContentsOf: rows)
        whole.run()
        let stepper = try #require(try model.network.makeStepper(count: 3))
        let outputs = UnsafeMutableBufferPointer<Float>.allocate(capacity: 3)
        defer { outputs.deallocate() }
        for place in 0..<45 {
            try stepper.find(place, rows: rows, outputs: outputs)
            for row in 0..<3 { #expect(abs(outputs[row] - whole.output(0)[row * 45 + place]) < 1e-5, "pixel \(place)") }
        }
    }

    @Test func coloursFollowEachOther() throws {
        var settings = PixelCNNSettings()
        (settings.layers, settings.channels, settings.firstKernel) = (3, 12, 3)
        var random = RandomStream(seed: 1)
        let data = Dataset.Description(name: "colours", shape: [3, 3, 3], kind: .levels(4))
        let network = PixelCNN(settings, data: data, outputs: 4, random: &random)
        Self.unsettle(network.parameters)
        let seen = try Self.dependencies(27) { network($0) }
        for place in 0..<27 { #expect(seen[place].allSatisfy { $0 < place }) }
        // Green and blue of the middle pixel see its earlier colours, and none sees itself.
        #expect(seen[13].contains(12) && seen[14].isSuperset(of: [12, 13]) && !seen[12].contains(12))
    }

    @Test(arguments: ["wavenet", "tcn", "transformer"])
    func sequencesSeeNoFuture(name: String) throws {
        let data = Dataset.Description(name: "roll", shape: [2], kind: .bits, isSequential: true)
        let model = try #require(
            try ModelCatalog.entry(name).makeSettings().makeModel(for: data, seed: 3) as? SequenceModel)
        var random = RandomStream(seed: 5)
        let first = DataRows(
            sequences: (0..<24).map { _ in random.uniform() < 0.4 ? 1 : 0 }, width: 2, lengths: [12])
        // The likelihood of a shorter sequence is that of the longer one up to its length.
        let short = DataRows(sequences: Array(first.values[..<10]), width: 2, lengths: [5])
        let changed = first.replacing(first.values.enumerated().map { $0 < 10 ? $1 : 1 - $1 })
        let both = try [first, changed].map { try model.logLikelihood(of: $0, seed: 0).nats[0] }
        let start = try model.logLikelihood(of: short, seed: 0).nats[0]
        #expect(both[0] < start && both[1] < start && both[0] != both[1])
        let rest = DataRows(sequences: first.values, width: 2, lengths: [5, 7])
        #expect(abs(try model.logLikelihood(of: rest, seed: 0).nats[0] - start) < 1e-4)
    }

    @Test func madeMasksAreThoseOfTheDegrees() throws {
        var settings = MADESettings()
        (settings.hiddenUnits, settings.masks, settings.shuffled) = ([30, 30], 3, true)
        let model = try MADE(settings, data: Self.bits(1, 6), seed: 4)
        Self.unsettle(model.parameters)
        #expect(Set(model.masks.map(\.order)).count == 3)
        // The likelihood of the first i numbers of an order doesn't depend on the others: sums over them are 1.
        let states = FewBits.states(6)
        for mask in model.masks {
            let nats = try model.logLikelihoods(states, under: mask)
            let total = nats.reduce(0) { $0 + exp($1) }
            #expect(abs(total - 1) < 1e-5, "\(total)")
            #expect(mask.inputs.sorted() == Array(1...6) && mask.hidden.allSatisfy { $0.allSatisfy { 1...5 ~= $0 } })
        }
    }

    /// Mixtures average probabilities. Averaging logits, as some texts do, does not give a density.
    @Test func averagedLogitsAreNoDensity() throws {
        let tables = [[0.1, 0.4, 0.2, 0.3], [0.6, 0.1, 0.1, 0.2]].map { $0.map { log($0) } }
        #expect(abs(logMeanExp(tables).reduce(0) { $0 + exp($1) } - 1) < 1e-12)
        let wrong = tables[0].indices.reduce(0.0) { $0 + exp((tables[0][$1] + tables[1][$1]) / 2) }
        #expect(wrong < 0.95)
    }
}
