import Datasets
import Foundation
import NeuralNetworks
import Random
import TensorCore

/// A convolutional restricted Boltzmann machine for images with probabilistic max pooling (Lee, Grosse, Ranganath & Ng
/// 2009), made of ``PooledMaps``. Filters are shared across the image; each visible pixel has its own bias.
///
/// log p(v) = −F(v) − log Z is exact for images of at most ``StateEnumeration/limit`` numbers and otherwise based on
/// annealed importance sampling. The score is the likelihood for such small images, otherwise the negative squared
/// error of reconstruction.
public final class ConvolutionalBoltzmannMachine: SamplingModel, LikelihoodModel, ReconstructingModel, EncodingModel,
    CompletingModel, PicturingModel, ProcessModel
{
    public let data: Dataset.Description
    private let settings: ConvolutionalBoltzmannSettings
    private let maps: PooledMaps
    /// Moving means of the data, where annealing starts.
    private let means: Variable
    private let chains: Variable?
    private let begun = Variable(0, name: "begun")
    private let root: RandomStream
    private let optimizer = Adam(learningRate: 0)
    private let fitProgram, rowProgram: Program

    init(_ settings: ConvolutionalBoltzmannSettings, data: Dataset.Description, seed: UInt64) throws {
        (self.settings, self.data) = (settings, data)
        root = RandomStream(seed: seed)
        var initial = root.split("parameters")
        let maps = PooledMaps(
            data.picture!, filters: settings.filters, kernel: settings.kernel, pool: settings.pool, random: &initial)
        let means = Variable(zeros: [data.width], name: "means")
        let chains =
            settings.algorithm == .pcd ? Variable(zeros: [settings.chains, data.width], name: "chains") : nil
        (self.maps, self.means, self.chains) = (maps, means, chains)
        let rows = Program.Input.float32(nil, data.width)
        fitProgram = Program(
            "convolutional-rbm fit", inputs: [rows], seed: root.split("fit").key
        ) { [optimizer] inputs in
            let v = inputs[0]
            let start = chains?.tensor ?? v
            let model = (0..<settings.gibbsSteps).reduce(start) { v, _ in maps.swept(v).sigmoid().bernoulliSample() }
            try chains?.assign(model)
            try means.assign(means.tensor + 0.01 * (v.mean([0]) - means.tensor))
            let gap = maps.negativeEnergy(model).mean() - maps.negativeEnergy(v).mean()
            let activity = maps.expectations(maps.inputs(v)).mean([0, 2])
            let distance =
                (activity.reshaped(to: [maps.blocks / maps.filters, maps.filters]).mean([0])
                - settings.sparsity).squared().sum()
            try optimizer.minimize(gap + settings.sparsityWeight * distance, maps.parameters)
            return [-gap, activity.mean()]
        }
        rowProgram = Program("convolutional-rbm rows", inputs: [rows]) { inputs in
            let hidden = maps.expectations(maps.inputs(inputs[0]))
            let visible = (maps.visibleInputs(hidden) + maps.visibleBias.tensor).sigmoid()
            return [maps.negativeEnergy(inputs[0]), visible, hidden.sum([-1])]
        }
        optimizer.prepare(for: parameters)
    }

    /// Filters and biases.
    public var parameters: Parameters { maps.parameters }

    /// The parameters, the data's means, persistent chains and the optimiser's moments.
    public var variables: Parameters {
        parameters + ["state": Parameters(named: ["means": means, "begun": begun, "chains": chains])]
            + ["optimizer": optimizer.state]
    }

    /// The stream of fitting; scores need no random numbers.
    public var randomStates: [RandomState] {
        get { [fitProgram.randomState] }
        set { fitProgram.randomState = newValue[0] }
    }

    private var isExact: Bool { data.width <= StateEnumeration.limit }

    /// The log-likelihood for small images, the negative squared error for large ones.
    public var scoreKind: ScoreKind { isExact ? .exact : .squaredError }

    /// One update along the gradient.
    ///
    /// - Returns: the log-probability of the minibatch minus that of the negative phase's samples, in nats per row, and
    ///   the fraction of hidden units that are on.
    public func fit(_ batch: DataRows, _ step: FitStep) throws -> [Metric] {
        begin(batch)
        optimizer.follow(step)
        let plan = try fitProgram.plan(length: batch.count)
        plan.setRows(0, batch)
        plan.run()
        return [("gap", Double(plan.output(0)[0])), ("activity", Double(plan.output(1)[0]))]
    }

    /// Sets biases and chains from the means of the first minibatch.
    private func begin(_ batch: DataRows) {
        guard begun.withValues({ $0[0] == 0 }) else { return }
        begun.set([1])
        var sums = [Float](repeating: 0, count: data.width)
        for (index, value) in batch.values.enumerated() { sums[index % data.width] += value }
        means.set(sums.map { $0 / Float(batch.count) })
        let rates = sums.map { ($0 + 0.5) / Float(batch.count + 1) }
        maps.visibleBias.set(rates.map { log($0 / (1 - $0)) })
        guard let chains else { return }
        var stream = root.split("chains")
        chains.set((0..<chains.count).map { stream.uniformFloat() < rates[$0 % data.width] ? 1 : 0 })
    }

    /// The mean log-likelihood or negative squared error, as ``scoreKind`` says.
    public func score(_ rows: DataRows) throws -> Double {
        if isExact { return try logLikelihood(of: rows, seed: 0).mean }
        let error = rows.squaredError(of: try reconstruct(rows))
        return -error / Double(rows.count)
    }

    /// −F(v) − log Z of each row.
    public func logLikelihood(of rows: DataRows, seed: UInt64) throws -> LogLikelihood {
        let partition = try isExact ? Partition(exact: exactLogZ()) : estimatedPartition(seed: seed)
        let nats = try rowProgram.mapped(rows, atOnce: 500).map {
            Double($0) - partition.logZ
        }
        return LogLikelihood(isExact ? .exact : .estimate, nats, details: partition.details)
    }

    private func exactLogZ() throws -> Double {
        let states = (0..<1 << data.width).flatMap { state in (0..<data.width).map { Float(state >> $0 & 1) } }
        var total = StreamedLogSum()
        for energy in try rowProgram.mapped(states, width: data.width, atOnce: 4096) { total.add(Double(energy)) }
        return total.value
    }

    /// log Z by annealed importance sampling of the visible units, from independent ones with the data's means and
    /// back.
    func estimatedPartition(seed: UInt64) throws -> Partition {
        let stream = RandomStream(seed: seed)
        let rates = means.values.map { min(max($0, 0.002), 0.998) }
        let base = Variable(rates.map { log($0 / (1 - $0)) }, shape: [data.width], name: "base")
        let inputs = [Program.Input.float32(settings.aisChains, data.width), .float32(2)]
        let maps = maps
        let program = Program("annealing", inputs: inputs, seed: stream.split("annealing").key) { inputs in
            let v = inputs[0]
            let (from, to) = (inputs[1].selected(0, axis: 0), inputs[1].selected(1, axis: 0))
            let hidden = maps.inputs(v)
            let linear = (v * (maps.visibleBias.tensor - base.tensor)).sum([-1])
            let change = maps.logNormalizer(to * hidden) - maps.logNormalizer(from * hidden)
            let field = maps.visibleInputs(maps.draws(to * hidden)) + maps.visibleBias.tensor
            return [(to * field + (1 - to) * base.tensor).sigmoid().bernoulliSample(), change + (to - from) * linear]
        }
        let plan = try program.plan()
        var start = stream.split("start")
        for index in plan.input(0).indices {
            plan.input(0)[index] = start.uniformFloat() < rates[index % data.width] ? 1 : 0
        }
        func anneal(_ betas: [Double]) -> [Double] {
            var weights = [Double](repeating: 0, count: settings.aisChains)
            for (from, to) in zip(betas, betas.dropFirst()) {
                (plan.input(1)[0], plan.input(1)[1]) = (Float(from), Float(to))
                plan.run()
                for chain in weights.indices { weights[chain] += Double(plan.output(1)[chain]) }
                _ = plan.input(0).update(fromContentsOf: plan.output(0))
            }
            return weights
        }
        let betas = AnnealedImportanceSampling.schedule(settings.aisBetas)
        let up = anneal(betas)
        let states = resampled(Array(plan.input(0)), by: up, stream.split("resampling"))
        _ = plan.input(0).update(fromContentsOf: states)
        _ = anneal([Double](repeating: 1, count: settings.samplingSteps + 1))
        let down = anneal(betas.reversed())
        let first =
            softplusSum(base.values.map(Double.init)) + Double(maps.blocks) * log(Double(maps.pool * maps.pool + 1))
        return Partition(
            forward: .init(of: up).shifted(by: first, sign: 1), reverse: .init(of: down).shifted(by: first, sign: -1))
    }

    /// Gibbs chains from the data's means.
    public func sample(_ count: Int, seed: UInt64) throws -> [Float] {
        try settled(PictureChains(maps, means, count: count, from: nil, known: [], seed: seed))
    }

    /// Gibbs chains with the known bits held fixed.
    public func complete(_ rows: DataRows, known: [Bool], seed: UInt64) throws -> [Float] {
        try settled(PictureChains(maps, means, count: rows.count, from: rows.values, known: known, seed: seed))
    }

    private func settled(_ chains: PictureChains) -> [Float] {
        for _ in 0..<settings.samplingSteps { _ = chains.advance() }
        return chains.draws
    }

    /// Gibbs chains, a step at a time.
    public func process(
        count: Int, from start: DataRows?, known: [Bool], seed: UInt64
    ) throws -> any GenerationProcess {
        try PictureChains(maps, means, count: count, from: start?.values, known: known, seed: seed)
    }

    /// The expectations of the visible units given those of the hidden ones.
    public func reconstruct(_ rows: DataRows) throws -> [Float] {
        try rowProgram.mapped(rows, atOnce: 500, output: 1)
    }

    /// The number of blocks of hidden units.
    public var codeWidth: Int { maps.blocks }

    /// The probability that one of the units is on, for each block.
    public func encode(_ rows: DataRows) throws -> [Float] {
        try rowProgram.mapped(rows, atOnce: 500, output: 2)
    }

    /// The filters, each in the middle of an image and cropped to it.
    public var weightRows: [Float] {
        let (picture, kernel, weights) = (maps.picture, settings.kernel, maps.weight.values)
        var result = [Float](repeating: 0, count: settings.filters * data.width)
        let (top, left) = ((picture.height - kernel) / 2, (picture.width - kernel) / 2)
        for filter in 0..<settings.filters {
            for y in 0..<kernel where (0..<picture.height).contains(top + y) {
                for x in 0..<kernel where (0..<picture.width).contains(left + x) {
                    for channel in 0..<picture.channels {
                        let place = ((top + y) * picture.width + left + x) * picture.channels + channel
                        let weight = ((filter * kernel + y) * kernel + x) * picture.channels + channel
                        result[filter * data.width + place] = weights[weight]
                    }
                }
            }
        }
        return result
    }
}

/// Gibbs chains of images, with known pixels held fixed.
private final class PictureChains: GenerationProcess {
    private let plan: Plan
    private(set) var steps = 0

    init(_ maps: PooledMaps, _ means: Variable, count: Int, from start: [Float]?, known: [Bool], seed: UInt64) throws {
        let random = RandomStream(seed: seed)
        let width = means.count
        let rows = Program.Input.float32(count, width)
        let program = Program("gibbs", inputs: [rows, .float32(width), rows], seed: random.split("gibbs").key) {
            inputs in
            let probabilities = maps.swept(inputs[0]).sigmoid()
            let held = inputs[1].broadcast(to: [count, width])
            return [probabilities.bernoulliSample(), probabilities].map { .select(held, inputs[2], $0) }
        }
        plan = try program.plan()
        var stream = random.split("start")
        let rates = means.values
        for index in plan.input(0).indices {
            plan.input(0)[index] = start?[index] ?? (stream.uniformFloat() < rates[index % width] ? 1 : 0)
        }
        for index in 0..<width { plan.input(1)[index] = start != nil && !known.isEmpty && known[index] ? 1 : 0 }
        _ = plan.input(2).update(fromContentsOf: plan.input(0))
    }

    var draws: [Float] { Array(plan.input(0)) }
    var rows: [Float] { steps == 0 ? draws : Array(plan.output(1)) }

    func advance() -> Bool {
        plan.run()
        _ = plan.input(0).update(fromContentsOf: plan.output(0))
        steps += 1
        return true
    }
}
