import Datasets
import NeuralNetworks
import Random
import TensorCore

/// A deep belief network (Hinton, Osindero & Teh 2006): a restricted Boltzmann machine over the top two layers, and
/// below it directed layers with P(xₗ = 1 | xₗ₊₁) = σ(bₗ + xₗ₊₁Wₗᵀ). Only the top two layers need Markov chains for
/// sampling; a deep Boltzmann machine needs them for all layers.
///
/// The layers are trained one after another, each as a restricted Boltzmann machine on samples of the one below. The
/// hidden units given the visible ones are the network's approximate posterior q(xₗ₊₁|xₗ), which gives a bound
/// (Salakhutdinov & Murray 2008):
///
///     log p(v) ≥ E_q[Σₗ log p(xₗ|xₗ₊₁) + log p*(x_top)] + H(q) − log Z
///
/// with p* and Z of the top machine alone.
///
/// In the last `fineTuningEpochs` all layers learn at once by the up-down algorithm: the recognition and generative
/// weights, which were each other's transposes, are untied. In the up pass the hidden units are sampled from the rows;
/// the directed layers learn to generate the layer below, and the top machine learns from its input. In the down pass,
/// from samples of the top machine, the recognition weights learn to infer the causes.
public final class DeepBeliefNetwork: SamplingModel, LikelihoodModel, ReconstructingModel, EncodingModel,
    PicturingModel,
    ProcessModel
{
    public let data: Dataset.Description
    private let settings: DeepBeliefSettings
    /// The machine of each pair of layers.
    let machines: [RestrictedBoltzmannMachine]
    /// The recognition and generative weights.
    let ways: DirectedLayers
    private let upPrograms: [Program]
    private let rowProgram, boundProgram, downProgram, wakeProgram, sleepProgram: Program

    init(_ settings: DeepBeliefSettings, data: Dataset.Description, seed: UInt64) throws {
        (self.data, self.settings) = (data, settings)
        let root = RandomStream(seed: seed)
        let sizes = [data.width] + settings.hiddenUnits
        let machines = try zip(sizes, sizes.dropFirst()).enumerated().map { level, size in
            let description = Dataset.Description(name: data.name, shape: [size.0], kind: .bits)
            return try RestrictedBoltzmannMachine(
                name: "dbn layer \(level + 1)", hiddenUnits: size.1, algorithm: settings.algorithm, settings.boltzmann,
                visible: .bits, data: description, seed: root.split(level).key)
        }
        self.machines = machines
        let ways = DirectedLayers(machines.map(\.layers), isUntied: settings.fineTuningEpochs > 0)
        self.ways = ways
        func program(
            _ name: String, _ width: Int, _ key: UInt64 = 0, _ body: @escaping (Tensor) throws -> [Tensor]
        ) -> Program {
            Program("dbn \(name)", inputs: [.float32(nil, width)], seed: key) { try body($0[0]) }
        }
        let (width, topWidth) = (data.width, sizes[sizes.count - 2])
        upPrograms = machines.indices.map { level in
            program("up to \(level)", width, root.split("up").split(level).key) { [ways.drawsUp($0, to: level)[level]] }
        }
        rowProgram = program("rows", width) {
            let (top, bottom) = ways.expectations($0)
            return [bottom, top]
        }
        boundProgram = program("bound", width) { [ways.bound($0)] }
        downProgram = program("down", topWidth) { ways.fallen($0) }
        wakeProgram = program("wake", width, root.split("wake").key) { [try ways.recordWake($0)] }
        sleepProgram = program("sleep", topWidth, root.split("sleep").key) { [try ways.recordSleep($0)] }
    }

    /// The top pair of layers.
    private var top: RestrictedBoltzmannMachine { machines[machines.count - 1] }

    /// The bound if the top machine's log Z is cheap, otherwise the negative squared error of reconstruction.
    public var scoreKind: ScoreKind { top.scoreKind == .exact ? .bound : .squaredError }

    /// The machines' parameters, by level, and the recognition weights if they are untied.
    public var parameters: Parameters { withRecognition(machines.map(\.parameters)) }
    /// The machines' variables, by level, and the recognition weights.
    public var variables: Parameters { withRecognition(machines.map(\.variables)) }

    private func withRecognition(_ machines: [Parameters]) -> Parameters {
        Parameters(list: machines) + ["recognition": ways.parameters]
    }

    /// The streams of the machines, of the samples that each is trained on, and of fine-tuning.
    public var randomStates: [RandomState] {
        get { machines.flatMap(\.randomStates) + ownPrograms.map(\.randomState) }
        set {
            for (machine, state) in zip(machines, newValue) { machine.randomStates = [state] }
            for (program, state) in zip(ownPrograms, newValue[machines.count...]) { program.randomState = state }
        }
    }

    private var ownPrograms: [Program] {
        upPrograms + (settings.fineTuningEpochs == 0 ? [] : [wakeProgram, sleepProgram])
    }

    /// One update of one layer; of all layers in the last `fineTuningEpochs`. The other epochs are divided evenly among
    /// the layers, the lowest first.
    ///
    /// - Returns: the metrics of the layer's machine, or of the top one in fine-tuning.
    public func fit(_ batch: DataRows, _ step: FitStep) throws -> [Metric] {
        let greedy = max(0, step.epochs - settings.fineTuningEpochs)
        guard step.epoch < greedy else { return try fineTune(batch, step) }
        let level = min(machines.count - 1, step.epoch * machines.count / greedy)
        let machine = machines[level]
        let rows = level == 0 ? batch : DataRows(try atOnce(upPrograms[level], batch), width: machine.data.width)
        let metrics = try machine.fit(rows, step)
        ways.tie(level)
        return metrics
    }

    /// One up-down update (Hinton, Osindero & Teh 2006).
    private func fineTune(_ batch: DataRows, _ step: FitStep) throws -> [Metric] {
        ways.rate.set(CollectionOfOne(Float(step.learningRate)))
        let states = try atOnce(wakeProgram, batch)
        let plan = try top.learn(DataRows(states, width: top.data.width), step)
        _ = try atOnce(sleepProgram, DataRows(Array(plan.output(1)), width: top.data.width))
        return [("gap", Double(plan.output(0)[0]))]
    }

    /// One run of a program on all rows, as an update is.
    private func atOnce(_ program: Program, _ rows: DataRows) throws -> [Float] {
        try program.mapped(rows, atOnce: rows.count)
    }

    /// The mean bound or negative squared error, as ``scoreKind`` says.
    public func score(_ rows: DataRows) throws -> Double {
        if scoreKind == .bound { return try logLikelihood(of: rows, seed: 0).mean }
        let error = rows.squaredError(of: try reconstruct(rows))
        return -error / Double(rows.count)
    }

    /// The bound of each row, averaged over samples of the hidden units, with an exact or estimated log Z. The bound is
    /// too low, and an estimate, which is too low itself on average, makes it too high: with one it may lie on either
    /// side of log p(v).
    public func logLikelihood(of rows: DataRows, seed: UInt64) throws -> LogLikelihood {
        let partition = try top.partition(seed: seed)
        boundProgram.randomState = (RandomStream(seed: seed).split("bound").key, 0)
        var nats = [Double](repeating: -partition.logZ, count: rows.count)
        for _ in 0..<settings.boundSamples {
            let bounds = try boundProgram.mapped(rows)
            for (row, bound) in bounds.enumerated() { nats[row] += Double(bound) / Double(settings.boundSamples) }
        }
        return LogLikelihood(partition.isExact ? .bound : .estimatedBound, nats, details: partition.details)
    }

    /// The top machine's Gibbs chains, followed by one pass down.
    public func sample(_ count: Int, seed: UInt64) throws -> [Float] {
        downProgram.randomState = (RandomStream(seed: seed).split("down").key, 0)
        return try downProgram.mapped(top.sample(count, seed: seed), width: top.data.width)
    }

    /// The top machine's Gibbs chains, shown as the visible units' expectations below them. Known numbers can't be held
    /// fixed.
    public func process(
        count: Int, from start: DataRows?, known: [Bool], seed: UInt64
    ) throws -> any GenerationProcess {
        let program = upPrograms[machines.count - 1]
        let state = program.randomState
        defer { program.randomState = state }
        program.randomState = (RandomStream(seed: seed).split("up").key, 0)
        let states = try start.map { try program.mapped($0) }
        let chains = try GibbsProcess(top.layers, count: count, from: states, known: [], seed: seed)
        return try BeliefProcess(chains, downProgram, width: top.data.width)
    }

    /// The expectations of the visible units after a pass up and down.
    public func reconstruct(_ rows: DataRows) throws -> [Float] {
        try rowProgram.mapped(rows)
    }

    /// The number of units of the top layer.
    public var codeWidth: Int { top.codeWidth }

    /// The expectations of the top layer.
    public func encode(_ rows: DataRows) throws -> [Float] {
        try rowProgram.mapped(rows, output: 1)
    }

    /// The weights between the visible and the first hidden layer, one row per hidden unit.
    public var weightRows: [Float] { machines[0].weightRows }
}

/// Gibbs chains of the top layers, shown as visible units.
private final class BeliefProcess: GenerationProcess {
    private let chains: GibbsProcess
    private let down: Program
    private let width: Int
    private(set) var rows: [Float]

    init(_ chains: GibbsProcess, _ down: Program, width: Int) throws {
        (self.chains, self.down, self.width) = (chains, down, width)
        rows = try down.mapped(chains.draws, width: width, output: 1)
    }

    var steps: Int { chains.steps }

    func advance() throws -> Bool {
        let goesOn = chains.advance()
        rows = try down.mapped(chains.draws, width: width, output: 1)
        return goesOn
    }
}
