import Datasets
import NeuralNetworks
import Random
import TensorCore

/// A restricted Boltzmann machine whose biases depend on a condition, here the class y of the row (Taylor, Hinton &
/// Roweis 2007):
///
///     p(v, h | y) ∝ exp(vᵀWh + (b + Bᵀy)ᵀv + (c + Cᵀy)ᵀh),   F(v | y) = −(b + Bᵀy)ᵀv − Σⱼ softplus(c + Cᵀy + Wᵀv)ⱼ
///
/// It is one machine per class with shared weights, trained by contrastive divergence, persistent or not, with the
/// classes held fixed: each row of a minibatch is paired with a chain of its class. log p(v | y) is exact for at most
/// ``StateEnumeration/limit`` hidden units; otherwise it uses an estimate of log Z for each class.
public final class ConditionalBoltzmannMachine: ClassSamplingModel, LikelihoodModel, CompletingModel, PicturingModel {
    private static let scoreCost = 1 << 26

    public let data: Dataset.Description
    /// log p(v | y) if it takes less than a second, otherwise the negative squared error of reconstruction.
    public let scoreKind: ScoreKind
    private let settings: ConditionalBoltzmannSettings
    let layers: BoltzmannLayers
    private let learning: BoltzmannLearning
    /// B (classes, width) and C (classes, hidden units).
    let visibleConditions, hiddenConditions: Variable
    private let optimizer = Adam(learningRate: 0)
    /// Persistent chains, (classes · chains, width), grouped by class.
    private let chains: Variable?
    private let start: RandomStream
    private let fitProgram, rowProgram, sampleProgram: Program

    init(_ settings: ConditionalBoltzmannSettings, data: Dataset.Description, seed: UInt64) throws {
        (self.settings, self.data) = (settings, data)
        let root = RandomStream(seed: seed)
        var initial = root.split("parameters")
        let (width, classes) = (data.width, data.classCount)
        let layers = BoltzmannLayers([width, settings.hiddenUnits], scale: 0.01, random: &initial)
        let visibleConditions = Variable(zeros: [classes, width], name: "visible")
        let hiddenConditions = Variable(zeros: [classes, settings.hiddenUnits], name: "hidden")
        self.layers = layers
        start = root.split("chains")
        chains =
            settings.algorithm == .pcd ? Variable(zeros: [classes * settings.chains, width], name: "chains") : nil
        (self.visibleConditions, self.hiddenConditions) = (visibleConditions, hiddenConditions)
        var plain = BoltzmannSettings()
        plain.centred = false
        learning = BoltzmannLearning(layers, plain)
        scoreKind =
            StateEnumeration(layers).map { $0.cost * classes <= Self.scoreCost } ?? false
            ? .exact : .squaredError

        func hidden(_ v: Tensor, _ y: Tensor) -> Tensor {
            layers.field(1, [v, nil]) + hiddenConditions.tensor.taking(y)
        }
        func visible(_ h: Tensor, _ y: Tensor) -> Tensor {
            layers.field(0, [nil, h]) + visibleConditions.tensor.taking(y)
        }
        func energy(_ v: Tensor, _ y: Tensor) -> Tensor {
            let bias = layers.biases[0].tensor + visibleConditions.tensor.taking(y)
            return -(v * bias).sum([-1]) - hidden(v, y).softplus().sum([-1])
        }
        func swept(_ v: Tensor, _ y: Tensor) -> Tensor {
            visible(hidden(v, y).sigmoid().bernoulliSample(), y).sigmoid().bernoulliSample()
        }
        let inputs = [Program.Input.float32(nil, width), .int32(nil)]
        let learned = Self.parameters(layers, visibleConditions, hiddenConditions)
        fitProgram = Program(
            "conditional-rbm fit", inputs: inputs + [inputs[0]], seed: root.split("fit").key
        ) { [optimizer] inputs in
            let (v, y) = (inputs[0], inputs[1])
            let model = (0..<settings.gibbsSteps).reduce(inputs[2]) { sample, _ in swept(sample, y) }
            let gap = energy(model, y).mean() - energy(v, y).mean()
            try optimizer.minimize(-gap, learned)
            return [gap, model]
        }
        rowProgram = Program("conditional-rbm rows", inputs: inputs) { inputs in
            let (v, y) = (inputs[0], inputs[1])
            return [-energy(v, y), visible(hidden(v, y).sigmoid(), y).sigmoid()]
        }
        sampleProgram = Program("conditional-rbm sample", inputs: inputs + [.float32(width), .float32(nil, width)]) {
            inputs in
            let (v, y, held, start) = (inputs[0], inputs[1], inputs[2], inputs[3])
            return [.select(held.broadcast(to: v.shape), start, swept(v, y))]
        }
        optimizer.prepare(for: parameters)
    }

    private static func parameters(
        _ layers: BoltzmannLayers, _ visible: Variable, _ hidden: Variable
    ) -> Parameters {
        layers.parameters + ["conditions": Parameters(named: ["visible": visible, "hidden": hidden])]
    }

    /// Weights, biases, and the classes' contributions to the biases.
    public var parameters: Parameters { Self.parameters(layers, visibleConditions, hiddenConditions) }

    /// The parameters, the data's means, the persistent chains and the optimiser's moments.
    public var variables: Parameters {
        parameters + learning.state + Parameters(named: ["chains": chains]) + ["optimizer": optimizer.state]
    }

    /// The stream of fitting; scores need no random numbers.
    public var randomStates: [RandomState] {
        get { [fitProgram.randomState] }
        set { fitProgram.randomState = newValue[0] }
    }

    /// One update by contrastive divergence, from the rows themselves or from chains of their classes.
    ///
    /// - Returns: the log-probability of the minibatch minus that of the negative phase's samples, in nats per row.
    public func fit(_ batch: DataRows, _ step: FitStep) throws -> [Metric] {
        if learning.begin(batch) { startChains() }
        optimizer.follow(step)
        let labels = try labels(batch)
        let plan = try filled(fitProgram, batch, labels)
        guard let chains else {
            plan.setRows(2, batch)
            plan.run()
            return [("gap", Double(plan.output(0)[0]))]
        }
        let (width, places) = (data.width, chainPlaces(labels, step))
        chains.withMutableValues { values in
            for (row, place) in places.enumerated() {
                for index in 0..<width { plan.input(2)[row * width + index] = values[place * width + index] }
            }
            plan.run()
            for (row, place) in places.enumerated() {
                for index in 0..<width { values[place * width + index] = plan.output(1)[row * width + index] }
            }
        }
        return [("gap", Double(plan.output(0)[0]))]
    }

    /// A chain of the right class for each row: the chains take turns, and each update begins with different ones.
    private func chainPlaces(_ labels: [Int], _ step: FitStep) -> [Int] {
        var seen = [Int](repeating: step.update, count: data.classCount)
        return labels.map { label in
            defer { seen[label] += 1 }
            return label * settings.chains + seen[label] % settings.chains
        }
    }

    /// Persistent chains start at the base rates.
    private func startChains() {
        guard let chains else { return }
        var stream = start
        chains.set(stream.bits(chains.shape[0], rates: layers.means[0].values))
    }

    private func labels(_ rows: DataRows) throws -> [Int] {
        guard rows.labels.count == rows.count else {
            throw ModelError.data(model: "conditional-rbm", found: "rows without labels", expected: "labelled rows")
        }
        return rows.labels
    }

    private func filled(_ program: Program, _ rows: DataRows, _ labels: [Int]) throws -> Plan {
        let plan = try program.plan(length: labels.count)
        plan.setRows(0, rows)
        plan.setIntegers(1, labels)
        return plan
    }

    /// −F(v | y) of each row, or the rows' reconstructions.
    private func outputs(_ rows: DataRows, _ output: Int) throws -> [Float] {
        let labels = try labels(rows)
        return try rowProgram.mapped(rows, output: output) { $0.setIntegers(1, labels[$1]) }
    }

    /// The mean of log p(v | y) or the negative squared error, as ``scoreKind`` says.
    public func score(_ rows: DataRows) throws -> Double {
        if scoreKind == .exact { return try logLikelihood(of: rows, seed: 0).mean }
        let error = rows.squaredError(of: try outputs(rows, 1))
        return -error / Double(rows.count)
    }

    /// log p(v | y) of each row with its class.
    public func logLikelihood(of rows: DataRows, seed: UInt64) throws -> LogLikelihood {
        let labels = try labels(rows)
        var partitions: [Int: Partition] = [:]
        for label in Set(labels).sorted() {
            let machine = machine(of: label)
            if let states = StateEnumeration(machine) {
                partitions[label] = Partition(exact: states.logPartition())
            } else {
                let sampler = AnnealedImportanceSampling(machine, chains: settings.aisChains, seed: seed)
                let (forward, reverse) = try sampler.estimates(betas: settings.aisBetas, rest: settings.samplingSteps)
                partitions[label] = Partition(forward: forward, reverse: reverse)
            }
        }
        let nats = zip(try outputs(rows, 0), labels).map { Double($0) - partitions[$1]!.logZ }
        let details = partitions.sorted { $0.key < $1.key }.flatMap { label, partition in
            partition.details.map { (name: "\($0.name).\(label)", value: $0.value) }
        }
        let isExact = partitions.values.allSatisfy(\.isExact)
        return LogLikelihood(isExact ? .exact : .estimate, nats, details: details)
    }

    /// The machine for one class.
    func machine(of label: Int) -> BoltzmannLayers {
        var stream = RandomStream(seed: 0)
        let machine = BoltzmannLayers(layers.sizes, scale: 0, random: &stream)
        machine.weights[0].copy(from: layers.weights[0])
        for (layer, conditions) in [visibleConditions, hiddenConditions].enumerated() {
            let size = layers.sizes[layer]
            let own = conditions.values[label * size..<(label + 1) * size]
            machine.biases[layer].set(zip(layers.biases[layer].values, own).map { $0 + $1 })
            machine.means[layer].copy(from: layers.means[layer])
        }
        return machine
    }

    /// Cycles through the classes: row i has class i modulo their number.
    public func sample(_ count: Int, seed: UInt64) throws -> [Float] {
        try sample(classes: (0..<count).map { $0 % data.classCount }, seed: seed)
    }

    /// One row of each of the given classes, (count, width), by Gibbs chains from the data's means.
    public func sample(classes: [Int], seed: UInt64) throws -> [Float] {
        var stream = RandomStream(seed: seed).split("start")
        return try settled(
            DataRows(stream.bits(classes.count, rates: layers.means[0].values), width: data.width), classes, known: [],
            seed: seed)
    }

    /// Gibbs chains given the rows' classes, with the known bits held fixed.
    public func complete(_ rows: DataRows, known: [Bool], seed: UInt64) throws -> [Float] {
        try settled(rows, try labels(rows), known: known, seed: seed)
    }

    private func settled(_ start: DataRows, _ labels: [Int], known: [Bool], seed: UInt64) throws -> [Float] {
        sampleProgram.randomState = (RandomStream(seed: seed).split("gibbs").key, 0)
        let plan = try filled(sampleProgram, start, labels)
        for index in 0..<data.width { plan.input(2)[index] = !known.isEmpty && known[index] ? 1 : 0 }
        plan.setRows(3, start)
        for _ in 0..<settings.samplingSteps {
            plan.run()
            _ = plan.input(0).update(fromContentsOf: plan.output(0))
        }
        return Array(plan.input(0))
    }

    /// The weights between visible and hidden units, one row per hidden unit.
    public var weightRows: [Float] { layers.weightRows }
}

extension Dataset.Description {
    /// Throws unless the data have at least two classes.
    ///
    /// - Throws: ``ModelError/data(model:found:expected:)``.
    func requireClasses(of model: String) throws {
        guard classCount >= 2 else {
            throw ModelError.data(
                model: model, found: classCount == 0 ? "rows without labels" : "rows of one class",
                expected: "rows labelled with at least two classes")
        }
    }
}
