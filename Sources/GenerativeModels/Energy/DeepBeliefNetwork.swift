import Datasets
import NeuralNetworks
import Random
import TensorCore

/// A deep belief network (Hinton, Osindero & Teh 2006): a restricted Boltzmann machine of the two highest layers, and below it
/// directed layers with P(xₗ = 1 | xₗ₊₁) = σ(bₗ + xₗ₊₁Wₗᵀ). Only the highest two need Markov chains to be drawn; a deep Boltzmann
/// machine needs them for all.
///
/// Each layer is trained as a restricted Boltzmann machine on draws of the one below, one after another. Its hidden units given its
/// visible ones are what the network takes for the posterior q(xₗ₊₁|xₗ), which gives a bound (Salakhutdinov & Murray 2008):
///
///     log p(v) ≥ E_q[Σₗ log p(xₗ|xₗ₊₁) + log p*(x_top)] + H(q) − log Z
///
/// with p* and Z of the highest machine alone.
///
/// In the last `fineTuningEpochs` all layers learn at once, up and down: the ways up and down, which were each other's transposes, get
/// weights of their own. On the way up rows' hidden units are drawn, from which the directed layers learn to make what is below, and
/// the highest machine learns from what comes to it; on the way down from its samples the way up learns to tell where they came from.
public final class DeepBeliefNetwork: SamplingModel, LikelihoodModel, ReconstructingModel, EncodingModel,
    PicturingModel,
    ProcessModel
{
    /// What a row is.
    public let data: Dataset.Description
    private let settings: DeepBeliefSettings
    /// The machine of each pair of layers.
    let machines: [RestrictedBoltzmannMachine]
    /// The ways up and down.
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

    /// The highest pair of layers.
    private var top: RestrictedBoltzmannMachine { machines[machines.count - 1] }

    /// The bound, where the highest machine's log Z is cheap; otherwise minus the squared error of reconstruction.
    public var scoreName: ScoreName { top.scoreName == .logLikelihood ? .bound : .reconstruction }

    /// The machines' parameters, by level, and those of the way up where it has its own.
    public var parameters: Parameters { withRecognition(machines.map(\.parameters)) }
    /// The machines' variables, by level, and the parameters of the way up.
    public var variables: Parameters { withRecognition(machines.map(\.variables)) }

    private func withRecognition(_ machines: [Parameters]) -> Parameters {
        Parameters(list: machines) + ["recognition": ways.parameters]
    }

    /// The streams of the machines, of the draws that each is trained on, and of fine-tuning.
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

    /// One step of one layer, of the lowest in the first of as many equal parts of the epochs as there are layers, and so on; in the
    /// last `fineTuningEpochs` of all.
    ///
    /// - Returns: what its machine returns, or in fine-tuning the highest one.
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

    /// A step up and down (Hinton, Osindero & Teh 2006).
    private func fineTune(_ batch: DataRows, _ step: FitStep) throws -> [Metric] {
        ways.rate.set(CollectionOfOne(Float(step.learningRate)))
        let states = try atOnce(wakeProgram, batch)
        let plan = try top.learn(DataRows(states, width: top.data.width), step)
        _ = try atOnce(sleepProgram, DataRows(Array(plan.output(1)), width: top.data.width))
        return [("gap", Double(plan.output(0)[0]))]
    }

    /// One run of a program on all rows, as a step is.
    private func atOnce(_ program: Program, _ rows: DataRows) throws -> [Float] {
        try program.mapped(rows, atOnce: rows.count)
    }

    /// The mean bound or negative squared error, as ``scoreName`` says.
    public func score(_ rows: DataRows) throws -> Double {
        if scoreName == .bound { return try logLikelihood(of: rows, seed: 0).mean }
        let error = rows.squaredError(of: try reconstruct(rows))
        return -error / Double(rows.count)
    }

    /// The bound of each row, the mean over draws of the hidden units, with log Z exact or estimated.
    public func logLikelihood(of rows: DataRows, seed: UInt64) throws -> LogLikelihood {
        let partition = try top.partition(seed: seed)
        boundProgram.randomState = (RandomStream(seed: seed).split("bound").key, 0)
        var nats = [Double](repeating: -partition.logZ, count: rows.count)
        for _ in 0..<settings.boundSamples {
            let bounds = try boundProgram.mapped(rows)
            for (row, bound) in bounds.enumerated() { nats[row] += Double(bound) / Double(settings.boundSamples) }
        }
        return LogLikelihood(partition.isExact ? .lowerBound : .estimate, nats, details: partition.details)
    }

    /// The highest machine's Gibbs chains, then one draw downwards.
    public func sample(_ count: Int, seed: UInt64) throws -> [Float] {
        downProgram.randomState = (RandomStream(seed: seed).split("down").key, 0)
        return try downProgram.mapped(top.sample(count, seed: seed), width: top.data.width)
    }

    /// The highest machine's Gibbs chains, with the visible units' expectations below them. What is known can't be held.
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

    /// The expectations of the visible units after a way up and down.
    public func reconstruct(_ rows: DataRows) throws -> [Float] {
        try rowProgram.mapped(rows)
    }

    /// Units of the top layer.
    public var codeWidth: Int { top.codeWidth }

    /// The expectations of the top layer.
    public func encode(_ rows: DataRows) throws -> [Float] {
        try rowProgram.mapped(rows, output: 1)
    }

    /// The weights between the visible and the first hidden layer, a row a hidden unit.
    public var weightRows: [Float] { machines[0].weightRows }
}

/// Gibbs chains at the top, seen from below.
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
