import Configuration
import Datasets
import NeuralNetworks
import Random
import TensorCore

/// Settings of a ``DeepBeliefNetwork``.
public struct DeepBeliefSettings: BoltzmannConfigurable, Hashable {
    /// Units of each hidden layer, from the visible units up.
    public var hiddenUnits = [500, 500]
    /// Draws of the hidden units that a row's bound is the mean of.
    public var boundSamples = 10
    /// Learning of each layer, sampling and the partition function of the highest.
    public var boltzmann = BoltzmannSettings()

    /// The defaults.
    public init() {}

    /// The settings by name.
    public static let settings: [Setting<Self>] =
        [
            Setting("hiddenUnits", \.hiddenUnits, 1...65_536, "units of each hidden layer"),
            Setting("boundSamples", \.boundSamples, 1...100_000, "draws that a row's bound is the mean of"),
        ] + phaseSettings + stepSettings + samplingSettings

    /// Bits.
    public var needs: DataNeeds { DataNeeds(.bits) }

    /// 100 epochs, which the layers share, of batches of 100 with steps of 0.01.
    public var fitting: FitSettings {
        FitSettings { ($0.epochs, $0.batchSize, $0.learningRate) = (100, 100, 0.01) }
    }

    /// A ``DeepBeliefNetwork``.
    public func makeModel(for data: Dataset.Description, seed: UInt64) throws -> any GenerativeModel {
        try data.require([.bits], of: "dbn")
        guard hiddenUnits.count >= 2 else {
            throw ModelError.setting(
                "hiddenUnits", value: "\(hiddenUnits)",
                expected: "two layers or more, such as [500, 500] (one is an rbm)")
        }
        return try DeepBeliefNetwork(self, data: data, seed: seed)
    }
}

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
public final class DeepBeliefNetwork: SamplingModel, LikelihoodModel, ReconstructingModel, EncodingModel,
    PicturingModel,
    ProcessModel
{
    /// What a row is.
    public let data: Dataset.Description
    private let settings: DeepBeliefSettings
    /// The machine of each pair of layers.
    let machines: [RestrictedBoltzmannMachine]
    private let upPrograms: [Program]
    private let rowProgram, boundProgram, downProgram: Program

    init(_ settings: DeepBeliefSettings, data: Dataset.Description, seed: UInt64) throws {
        (self.data, self.settings) = (data, settings)
        let root = RandomStream(seed: seed)
        let sizes = [data.width] + settings.hiddenUnits
        let machines = try zip(sizes, sizes.dropFirst()).enumerated().map { level, size in
            let description = Dataset.Description(name: data.name, shape: [size.0], kind: .bits)
            return try RestrictedBoltzmannMachine(
                name: "dbn layer \(level + 1)", hiddenUnits: size.1, settings.boltzmann, visible: .bits,
                data: description, seed: root.split(level).key)
        }
        self.machines = machines
        let layers = machines.map(\.layers)
        let below = layers.dropLast()
        func up(_ level: Int, _ x: Tensor) -> Tensor { layers[level].field(1, [x, nil]) }
        func down(_ level: Int, _ x: Tensor) -> Tensor { layers[level].field(0, [nil, x]) }

        let rows = Program.Input.float32(nil, data.width)
        upPrograms = machines.indices.map { level in
            Program("dbn up to \(level)", inputs: [rows], seed: root.split("up").split(level).key) { inputs in
                [(0..<level).reduce(inputs[0]) { up($1, $0).sigmoid().bernoulliSample() }]
            }
        }
        rowProgram = Program("dbn rows", inputs: [rows]) { inputs in
            let top = layers.indices.reduce(inputs[0]) { up($1, $0).sigmoid() }
            let bottom = layers.indices.reversed().reduce(top) { down($1, $0).sigmoid() }
            return [bottom, top]
        }
        boundProgram = Program("dbn bound", inputs: [rows]) { inputs in
            var (x, bound) = (inputs[0], Tensor(0))
            for level in below.indices {
                let field = up(level, x)
                let next = field.sigmoid().bernoulliSample()
                let entropy = field.softplus() - field * field.sigmoid()
                bound = bound + entropy.sum([-1]) - binaryCrossEntropy(logits: down(level, next), targets: x).sum([-1])
                x = next
            }
            return [bound + layers[layers.count - 1].logSum(over: [1], [x, nil])]
        }
        downProgram = Program("dbn down", inputs: [.float32(nil, sizes[sizes.count - 2])]) { inputs in
            let draw = below.indices.reversed().reduce(inputs[0]) { down($1, $0).sigmoid().bernoulliSample() }
            let mean = below.indices.reversed().reduce(inputs[0]) { down($1, $0).sigmoid() }
            return [draw, mean]
        }
    }

    /// The highest pair of layers.
    private var top: RestrictedBoltzmannMachine { machines[machines.count - 1] }

    /// The bound, where the highest machine's log Z is cheap; otherwise minus the squared error of reconstruction.
    public var scoreName: ScoreName { top.scoreName == .logLikelihood ? .bound : .reconstruction }

    /// The machines' parameters, by level.
    public var parameters: Parameters { Parameters(list: machines.map(\.parameters)) }
    /// The machines' variables, by level.
    public var variables: Parameters { Parameters(list: machines.map(\.variables)) }

    /// The streams of the machines, and of the draws that each is trained on.
    public var randomStates: [RandomState] {
        get { machines.flatMap(\.randomStates) + upPrograms.map(\.randomState) }
        set {
            for (level, machine) in machines.enumerated() {
                machine.randomStates = [newValue[level]]
                upPrograms[level].randomState = newValue[machines.count + level]
            }
        }
    }

    /// One step of one layer: of the lowest in the first of as many equal parts of the epochs as there are layers, and so on.
    ///
    /// - Returns: what its machine returns.
    public func fit(_ batch: DataRows, _ step: FitStep) throws -> [Metric] {
        let level = min(machines.count - 1, step.epoch * machines.count / max(1, step.epochs))
        guard level > 0 else { return try machines[0].fit(batch, step) }
        let plan = try upPrograms[level].plan(length: batch.count)
        _ = plan.input(0).update(fromContentsOf: batch.values)
        plan.run()
        return try machines[level].fit(DataRows(Array(plan.output(0)), width: machines[level].data.width), step)
    }

    /// The mean bound or negative squared error, as ``scoreName`` says.
    public func score(_ rows: DataRows) throws -> Double {
        if scoreName == .bound { return try logLikelihood(of: rows, seed: 0).mean }
        let error = zip(rows.values, try reconstruct(rows)).reduce(0.0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
        return -error / Double(rows.count)
    }

    /// The bound of each row, the mean over draws of the hidden units, with log Z exact or estimated.
    public func logLikelihood(of rows: DataRows, seed: UInt64) throws -> LogLikelihood {
        let partition = try top.partition(seed: seed)
        boundProgram.randomState = (RandomStream(seed: seed).split("bound").key, 0)
        var nats = [Double](repeating: -partition.logZ, count: rows.count)
        for _ in 0..<settings.boundSamples {
            let bounds = try boundProgram.mapped(rows.values, width: data.width)
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
        let states = try start.map { try program.mapped($0.values, width: data.width) }
        let chains = try GibbsProcess(top.layers, count: count, from: states, known: [], seed: seed)
        return try BeliefProcess(chains, downProgram, width: top.data.width)
    }

    /// The expectations of the visible units after a way up and down.
    public func reconstruct(_ rows: DataRows) throws -> [Float] {
        try rowProgram.mapped(rows.values, width: data.width)
    }

    /// Units of the top layer.
    public var codeWidth: Int { top.codeWidth }

    /// The expectations of the top layer.
    public func encode(_ rows: DataRows) throws -> [Float] {
        try rowProgram.mapped(rows.values, width: data.width, output: 1)
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
