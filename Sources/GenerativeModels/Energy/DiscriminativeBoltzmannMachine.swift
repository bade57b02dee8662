import Configuration
import Datasets
import NeuralNetworks
import Random
import TensorCore

/// Settings of a ``DiscriminativeBoltzmannMachine``.
public struct DiscriminativeBoltzmannSettings: ModelSettings, Hashable {
    @Setting(1...65_536, "hidden units") public var hiddenUnits = 200
    /// α: the weight of the generative gradient relative to the discriminative one.
    @Setting(0...1000, "weight of the generative gradient; 0: purely discriminative") public var generative = 0.01
    @Setting(1...10_000, "Gibbs steps of the generative gradient") public var gibbsSteps = 1
    @Setting(1...10_000_000, "Gibbs steps per sample") public var samplingSteps = 1000

    public init() {}

    public var needs: DataNeeds { DataNeeds(.bits, .unit, labels: true) }

    /// 50 epochs with minibatches of 100.
    public var fitting: FitSettings { FitSettings { ($0.epochs, $0.batchSize) = (50, 100) } }

    public func makeModel(for data: Dataset.Description, seed: UInt64) throws -> any GenerativeModel {
        try data.require([.bits, .unit], of: "discriminative-rbm")
        try data.requireClasses(of: "discriminative-rbm")
        return try DiscriminativeBoltzmannMachine(self, data: data, seed: seed)
    }
}

/// A restricted Boltzmann machine of rows v and their classes y as a classifier (Larochelle & Bengio 2008):
///
///     E(v, y, h) = −hᵀWᵀv − bᵀv − cᵀh − d_y − hᵀU_y
///     log p(y | v) = d_y + Σⱼ softplus(cⱼ + U_yj + (vᵀW)ⱼ) − log Σ_y′ (the same of y′)
///
/// which is exact: the visible units' part of the partition function cancels, and there are few classes. Learning
/// follows ∇ log p(y | v) + α ∇ log p(v, y), the latter by contrastive divergence on rows with their classes. The model
/// is a hybrid of a classifier and a generative model; with α = 0 it is only a classifier.
public final class DiscriminativeBoltzmannMachine: ScoredModel, ClassifyingModel, ClassSamplingModel, EncodingModel,
    PicturingModel
{
    public let data: Dataset.Description
    /// The mean of log p(y | v).
    public let scoreKind = ScoreKind.conditionalLikelihood
    private let settings: DiscriminativeBoltzmannSettings
    private let layers: BoltzmannLayers
    private let learning: BoltzmannLearning
    /// d (classes) and U (classes, hidden units).
    private let classBiases, classWeights: Variable
    private let optimizer = Adam(learningRate: 0)
    private let fitProgram, rowProgram, sampleProgram: Program

    init(_ settings: DiscriminativeBoltzmannSettings, data: Dataset.Description, seed: UInt64) throws {
        (self.settings, self.data) = (settings, data)
        let root = RandomStream(seed: seed)
        var initial = root.split("parameters")
        let (width, classes, units) = (data.width, data.classCount, settings.hiddenUnits)
        let layers = BoltzmannLayers([width, units], scale: 0.01, random: &initial)
        let classBiases = Variable(zeros: [classes], name: "bias")
        Variable.requireMemory(for: [classes, units], name: "weights")
        let weights = (0..<classes * units).map { _ in Float(initial.normal(standardDeviation: 0.01)) }
        let classWeights = Variable(weights, shape: [classes, units], name: "weight")
        (self.layers, self.classBiases, self.classWeights) = (layers, classBiases, classWeights)
        var plain = BoltzmannSettings()
        plain.centred = false
        learning = BoltzmannLearning(layers, plain)

        func energy(_ v: Tensor, _ y: Tensor) -> Tensor {
            let hidden = layers.field(1, [v, nil]) + classWeights.tensor.taking(y)
            return -(v * layers.biases[0].tensor).sum([-1]) - classBiases.tensor.taking(y) - hidden.softplus().sum([-1])
        }
        func swept(_ v: Tensor, _ y: Tensor) -> (Tensor, Tensor) {
            let h = (layers.field(1, [v, nil]) + classWeights.tensor.taking(y)).sigmoid().bernoulliSample()
            let classLogits = h.matmul(classWeights.tensor, transposeRight: true) + classBiases.tensor
            return (layers.field(0, [nil, h]).sigmoid().bernoulliSample(), classLogits.categoricalSample())
        }
        func logits(_ v: Tensor) -> Tensor {
            let hidden = layers.field(1, [v, nil]).expandingDimension(at: 1) + classWeights.tensor
            return classBiases.tensor + hidden.softplus().sum([-1])
        }
        let learned = Self.parameters(layers, classBiases, classWeights)
        let inputs = [Program.Input.float32(nil, width), .int32(nil)]
        fitProgram = Program(
            "discriminative-rbm fit", inputs: inputs, seed: root.split("fit").key
        ) { [optimizer] inputs in
            let (v, y) = (inputs[0], inputs[1])
            let likelihood = -crossEntropy(logits: logits(v), labels: y).mean()
            var objective = likelihood
            if settings.generative > 0 {
                var model = (v, y)
                for _ in 0..<settings.gibbsSteps { model = swept(model.0, model.1) }
                objective = objective + settings.generative * (energy(model.0, model.1).mean() - energy(v, y).mean())
            }
            try optimizer.minimize(-objective, learned)
            return [likelihood, accuracy(logits: logits(v), labels: y).mean()]
        }
        rowProgram = Program("discriminative-rbm rows", inputs: [inputs[0]]) { inputs in
            let logProbabilities = logits(inputs[0]).logSoftmax()
            let inputsOfClasses = layers.field(1, [inputs[0], nil]).expandingDimension(at: 1) + classWeights.tensor
            let weights = logProbabilities.exp().expandingDimension(at: -1)
            return [logProbabilities, (inputsOfClasses.sigmoid() * weights).sum([1])]
        }
        sampleProgram = Program("discriminative-rbm sample", inputs: inputs) { inputs in
            let (v, y) = swept(inputs[0], inputs[1])
            return [v, y]
        }
        optimizer.prepare(for: parameters)
    }

    private static func parameters(_ layers: BoltzmannLayers, _ biases: Variable, _ weights: Variable) -> Parameters {
        layers.parameters + ["classes": Parameters(named: ["weight": weights, "bias": biases])]
    }

    /// Weights and biases of units and classes.
    public var parameters: Parameters { Self.parameters(layers, classBiases, classWeights) }

    /// The parameters, the data's means and the optimiser's moments.
    public var variables: Parameters {
        parameters + learning.state + ["optimizer": optimizer.state]
    }

    /// The stream of fitting; scores need no random numbers.
    public var randomStates: [RandomState] {
        get { [fitProgram.randomState] }
        set { fitProgram.randomState = newValue[0] }
    }

    /// One update on log p(y | v) + α log p(v, y).
    ///
    /// - Returns: the minibatch's mean of −log p(y | v) and accuracy before the update.
    public func fit(_ batch: DataRows, _ step: FitStep) throws -> [Metric] {
        guard batch.labels.count == batch.count else {
            throw ModelError.data(model: "discriminative-rbm", found: "rows without labels", expected: "labelled rows")
        }
        _ = learning.begin(batch)
        optimizer.follow(step)
        let plan = try fitProgram.plan(length: batch.count)
        plan.setRows(0, batch)
        plan.setIntegers(1, batch.labels)
        plan.run()
        return [("training", -Double(plan.output(0)[0])), ("accuracy", Double(plan.output(1)[0]))]
    }

    /// The mean of log p(y | v) for the rows' own classes.
    public func score(_ rows: DataRows) throws -> Double {
        let logProbabilities = try classLogProbabilities(rows)
        let own = rows.labels.enumerated().map { Double(logProbabilities[$0 * data.classCount + $1]) }
        return own.reduce(0, +) / Double(rows.count)
    }

    /// log p(y | v) of every class.
    public func classLogProbabilities(_ rows: DataRows) throws -> [Float] {
        try rowProgram.mapped(rows)
    }

    /// Gibbs chains of rows and classes together.
    ///
    /// - Throws: ``ModelError/setting(_:value:expected:)`` if the distribution of the rows was not learned.
    public func sample(_ count: Int, seed: UInt64) throws -> [Float] {
        var start = RandomStream(seed: seed).split("classes")
        return try settled((0..<count).map { _ in start.integers(below: data.classCount) }, areHeld: false, seed: seed)
    }

    /// Gibbs chains of rows with their classes held fixed.
    ///
    /// - Throws: as ``sample(_:seed:)``.
    public func sample(classes: [Int], seed: UInt64) throws -> [Float] {
        try settled(classes, areHeld: true, seed: seed)
    }

    private func settled(_ classes: [Int], areHeld: Bool, seed: UInt64) throws -> [Float] {
        guard settings.generative > 0 else {
            throw ModelError.setting(
                "generative", value: "0", expected: "a value above 0, so that the model can be sampled from")
        }
        let stream = RandomStream(seed: seed)
        var start = stream.split("start")
        sampleProgram.randomState = (stream.split("gibbs").key, 0)
        let plan = try sampleProgram.plan(length: classes.count)
        _ = plan.input(0).update(fromContentsOf: start.bits(classes.count, rates: layers.means[0].values))
        plan.setIntegers(1, classes)
        for _ in 0..<settings.samplingSteps {
            plan.run()
            _ = plan.input(0).update(fromContentsOf: plan.output(0))
            if !areHeld { _ = plan.integerInput(1).update(fromContentsOf: plan.integerOutput(1)) }
        }
        return Array(plan.input(0))
    }

    /// The number of hidden units.
    public var codeWidth: Int { layers.sizes[1] }

    /// P(h = 1 | v), averaged over the classes that the row may belong to.
    public func encode(_ rows: DataRows) throws -> [Float] {
        try rowProgram.mapped(rows, output: 1)
    }

    /// The weights between visible and hidden units, one row per hidden unit.
    public var weightRows: [Float] { layers.weightRows }
}
