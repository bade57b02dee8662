import Datasets
import Mathematics
import NeuralNetworks

/// A model of a distribution of data. The protocols below declare what else it can do.
///
/// A model learns from minibatches of rows that its ``ModelSettings/needs`` allow. Everything that its future depends
/// on is in ``variables`` and ``randomStates``, so that an interrupted fit continues bit for bit.
public protocol GenerativeModel: AnyObject {
    /// The shape and kind of a row.
    var data: Dataset.Description { get }
    /// The learned parameters: early stopping keeps the best of them, and moving averages are taken over them.
    var parameters: Parameters { get }
    /// The parameters and everything else that learning changes: an optimiser's moments, persistent chains.
    var variables: Parameters { get }
    /// The random streams that learning and scoring sample from.
    var randomStates: [RandomState] { get set }
    /// The names of the optimisers if there are several; each may have its own learning rate
    /// (``FitSettings/learningRates``).
    var optimizerNames: [String] { get }

    /// Performs one update on a minibatch.
    ///
    /// - Returns: metrics of the update, the objective first. The objective has to be finite: a fit stops if it is not.
    func fit(_ batch: DataRows, _ step: FitStep) throws -> [Metric]
    /// What a user has to know of the fitted model, in a sentence; nil for most models.
    var remark: String? { get }
}

extension GenerativeModel {
    /// By default there is nothing to remark.
    public var remark: String? { nil }

    /// By default there are no names: the model has one optimiser or none.
    public var optimizerNames: [String] { [] }

    /// What the score is; "none" for a model without one.
    public var scoreTitle: String {
        (self as? any ScoredModel).map { $0.scoreKind.label(of: data) } ?? "none"
    }
}

/// A model that can be scored. A model without a score is fitted for all epochs and keeps its last parameters.
public protocol ScoredModel: GenerativeModel {
    /// The kind of score that ``score(_:)`` returns.
    var scoreKind: ScoreKind { get }
    /// How well the model explains rows: a mean log-likelihood or negative error, so that higher is better, or a
    /// distance (``ScoreKind/loss(_:logVolume:)`` has one sign for all). Early stopping selects by it. Each call uses
    /// the same random numbers, so that the scores of two epochs can be compared.
    func score(_ rows: DataRows) throws -> Double
    /// The kind of the score of some rows; it may depend on their lengths.
    func scoreKind(of rows: DataRows) -> ScoreKind
}

extension ScoredModel {
    /// Most scores are of one kind.
    public func scoreKind(of rows: DataRows) -> ScoreKind { scoreKind }
}

/// The state of a random stream: the key and counter of a program.
public typealias RandomState = (key: UInt64, counter: UInt64)

/// A measured number with its name.
public typealias Metric = (name: String, value: Double)

/// The position within a fit.
public struct FitStep: Hashable, Sendable {
    /// Finished epochs, and all epochs of the fit.
    public var epoch = 0, epochs = 1
    /// Finished minibatches of the epoch, and all minibatches of it.
    public var batch = 0, batches = 1
    /// Finished updates.
    public var update = 0
    /// The learning rate, from the fit's schedule.
    public var learningRate = 1e-3
    /// The learning rates of optimisers that have their own, by name.
    public var learningRates: [String: Double] = [:]

    /// The first update of a fit.
    public init() {}

    /// The learning rate of the optimiser with the given name.
    public func learningRate(of optimizer: String) -> Double { learningRates[optimizer] ?? learningRate }
}

/// A model that can sample new rows.
public protocol SamplingModel: GenerativeModel {
    /// New rows, (count, width) row-major. The same seed gives the same rows.
    func sample(_ count: Int, seed: UInt64) throws -> [Float]
}

/// A model that can sample rows of given classes.
public protocol ClassSamplingModel: SamplingModel {
    /// One row of each of the given classes, (count, width) row-major. The same seed gives the same rows.
    func sample(classes: [Int], seed: UInt64) throws -> [Float]
}

/// A model that is scored by its samples, such as adversarial models, whose objective does not measure their quality.
public protocol SampleScoredModel: SamplingModel, ScoredModel {}

extension SampleScoredModel {
    /// The distance of samples.
    public var scoreKind: ScoreKind { .sampleDistance }

    /// The energy distance between samples and rows, in the units that the model sees: at most 500 of each, with
    /// samples from the same seed each time. Two samples of one distribution have a distance too, which decreases with
    /// their size.
    public func score(_ rows: DataRows) throws -> Double {
        let rows = rows.prefix(500)
        return energyDistance(try sample(rows.count, seed: 0), rows.values, width: rows.width)
    }
}

/// A model that can compute the likelihood of rows.
public protocol LikelihoodModel: ScoredModel {
    /// log p(x) of each row: exact, a bound or an estimate, as the result says. The same seed gives the same numbers.
    func logLikelihood(of rows: DataRows, seed: UInt64) throws -> LogLikelihood
}

/// A model that can reconstruct rows from its internal representation.
public protocol ReconstructingModel: GenerativeModel {
    /// The reconstructed rows, (count, width): expectations, not samples.
    func reconstruct(_ rows: DataRows) throws -> [Float]
}

/// A model that encodes rows.
public protocol EncodingModel: GenerativeModel {
    /// The number of elements of a code.
    var codeWidth: Int { get }
    /// The code of each row, (count, codeWidth): expectations of latents or hidden units.
    func encode(_ rows: DataRows) throws -> [Float]
}

/// A model that can fill in missing numbers of rows.
public protocol CompletingModel: GenerativeModel {
    /// The rows with their unknown numbers sampled given the known ones.
    ///
    /// - Parameter known: For each number of a row, whether it is known.
    func complete(_ rows: DataRows, known: [Bool], seed: UInt64) throws -> [Float]
}

/// A model that classifies rows.
public protocol ClassifyingModel: GenerativeModel {
    /// log p(y | x) of every class, (count, classCount).
    func classLogProbabilities(_ rows: DataRows) throws -> [Float]
}

/// A model whose weights can be shown as images of the data's shape.
public protocol PicturingModel: GenerativeModel {
    /// The weights to or from single units, one row per unit, (units, width).
    var weightRows: [Float] { get }
}

/// A generation in steps: a Gibbs chain, an image that is sampled pixel by pixel, a recall of a pattern.
public protocol GenerationProcess: AnyObject {
    /// The current rows, (count, width), for display: expectations if there are any.
    var rows: [Float] { get }
    /// The number of steps taken.
    var steps: Int { get }
    /// Takes a step.
    ///
    /// - Returns: false if the process had already ended.
    func advance() throws -> Bool
}

/// A model whose generation can be watched.
public protocol ProcessModel: GenerativeModel {
    /// Starts to generate `count` rows.
    ///
    /// - Parameters:
    ///   - start: Rows to begin with, `count` of them; nil to begin from scratch.
    ///   - known: For each number of a row, whether it keeps its value from `start`; processes that change every number
    ///     ignore it.
    func process(count: Int, from start: DataRows?, known: [Bool], seed: UInt64) throws -> any GenerationProcess
}

/// A model whose samples are what its process from scratch ends in, bit for bit: sampling can be shown as it goes on,
/// and stopped.
public protocol StepwiseSamplingModel: SamplingModel, ProcessModel {}

extension GenerativeModel {
    /// The model as one that can do something.
    ///
    /// - Parameters:
    ///   - ability: What is asked of it, after "can't".
    ///   - name: What the model is called.
    /// - Throws: ``ModelError/ability(model:ability:)`` where it can't.
    public func ability<Ability>(_ type: Ability.Type, _ ability: String, name: String) throws(ModelError) -> Ability {
        guard let able = self as? Ability else { throw .ability(model: name, ability: ability) }
        return able
    }

    /// New rows, (count, width) row-major, of a class where one is given.
    ///
    /// - Throws: ``ModelError`` where the model can't draw, or there is no such class.
    public func sample(_ count: Int, class label: Int?, name: String, seed: UInt64) throws -> [Float] {
        guard let label else {
            return try ability((any SamplingModel).self, "draw rows", name: name).sample(count, seed: seed)
        }
        let able = try ability((any ClassSamplingModel).self, "draw rows of a class", name: name)
        guard label < data.classCount else {
            throw ModelError.data(
                model: "--class \(label)", found: "classes 0 to \(data.classCount - 1)",
                expected: "a class of that number")
        }
        return try able.sample(classes: [Int](repeating: label, count: count), seed: seed)
    }
}

/// What a model can do, by name.
public enum ModelAbility: String, Sendable, CaseIterable {
    case sample, classes, likelihood, reconstruct, encode, complete, classify, weights, process

    /// Whether the model has the ability.
    public func isThere(in model: any GenerativeModel) -> Bool {
        switch self {
        case .sample: model is any SamplingModel
        case .classes: model is any ClassSamplingModel
        case .likelihood: model is any LikelihoodModel
        case .reconstruct: model is any ReconstructingModel
        case .encode: model is any EncodingModel
        case .complete: model is any CompletingModel
        case .classify: model is any ClassifyingModel
        case .weights: model is any PicturingModel
        case .process: model is any ProcessModel
        }
    }
}
