import Datasets
import Mathematics
import NeuralNetworks

/// A model of how data come about. What else it can do, the protocols below say.
///
/// A model learns from batches of rows that its ``ModelSettings/needs`` allow. Everything that its future depends on is in ``variables``
/// and ``randomStates``, so that a fit goes on bit for bit after it was stopped.
public protocol GenerativeModel: AnyObject {
    /// What a row is.
    var data: Dataset.Description { get }
    /// What was learned: what early stopping keeps the best of, and averages are made of.
    var parameters: Parameters { get }
    /// The parameters, and what else learning changes: an optimiser's moments, persistent chains.
    var variables: Parameters { get }
    /// The random streams that learning and scoring draw from.
    var randomStates: [RandomState] { get set }
    /// The optimisers by name where there are several, each of which may be given a step size of its own
    /// (``FitSettings/learningRates``).
    var optimizerNames: [String] { get }

    /// Learns from a batch.
    ///
    /// - Returns: what was measured on the way, the objective first. It has to be finite: a fit stops where it isn't.
    func fit(_ batch: DataRows, _ step: FitStep) throws -> [Metric]
}

extension GenerativeModel {
    /// No names: there is one optimiser, or none.
    public var optimizerNames: [String] { [] }

    /// What the score is called; "none" of a model without.
    public var scoreTitle: String { (self as? any ScoredModel)?.scoreName.rawValue ?? "none" }
}

/// A model that says how good it is. Without, a fit goes on to its last epoch and keeps the last parameters.
public protocol ScoredModel: GenerativeModel {
    /// What ``score(_:)`` is.
    var scoreName: ScoreName { get }
    /// How well the model explains rows, more being better unless ``ScoreName/isDistance``: what early stopping goes by. A
    /// score draws the same each time, so that those of two epochs can be compared.
    func score(_ rows: DataRows) throws -> Double
}

/// Where a random stream is: the key and counter of a program.
public typealias RandomState = (key: UInt64, counter: UInt64)

/// A number that was measured.
public typealias Metric = (name: String, value: Double)

/// What a model's score is.
public enum ScoreName: String, Sendable {
    /// The mean of log p(x), in nats a row.
    case logLikelihood
    /// A lower bound of it, in nats a row.
    case bound
    /// Σᵢ log p(xᵢ | the others), in nats a row (Besag 1975).
    case pseudoLikelihood
    /// The mean of log p(y | x), in nats a row.
    case conditionalLikelihood
    /// What is lost by encoding and decoding, negative, in nats or squares a row.
    case reconstruction
    /// The energy distance of rows that the model draws from those that it is asked of.
    case sampleDistance

    /// Whether it says which parameters are the best: pseudo-likelihood and reconstruction may rise while the likelihood falls.
    public var selects: Bool {
        switch self {
        case .logLikelihood, .bound, .conditionalLikelihood, .sampleDistance: true
        case .pseudoLikelihood, .reconstruction: false
        }
    }

    /// Whether less is better.
    public var isDistance: Bool { self == .sampleDistance }

    /// Whether a score is better than another; nil for none yet.
    public func prefers(_ score: Double, to other: Double?) -> Bool {
        isDistance ? score < other ?? .infinity : score > other ?? -.infinity
    }

    /// Whether it is a density of the rows, which depends on their units.
    public var isDensity: Bool { self == .logLikelihood || self == .bound }
}

/// Where a fit is.
public struct FitStep: Hashable, Sendable {
    /// Epochs finished, and those there are to be.
    public var epoch = 0, epochs = 1
    /// Updates of the epoch finished, and those there are.
    public var batch = 0, batches = 1
    /// Updates finished.
    public var update = 0
    /// The step size, by the fit's schedule.
    public var learningRate = 1e-3
    /// Those of optimisers that have one of their own, by name.
    public var learningRates: [String: Double] = [:]

    /// The first step of a fit.
    public init() {}

    /// The step size of an optimiser by its name.
    public func learningRate(of optimizer: String) -> Double { learningRates[optimizer] ?? learningRate }
}

/// A model that new rows can be drawn from.
public protocol SamplingModel: GenerativeModel {
    /// New rows, (count, width) row-major. A seed gives the same rows.
    func sample(_ count: Int, seed: UInt64) throws -> [Float]
}

/// A model that draws rows of classes.
public protocol ClassSamplingModel: SamplingModel {
    /// A row of each of the given classes, (count, width) row-major. A seed gives the same rows.
    func sample(classes: [Int], seed: UInt64) throws -> [Float]
}

/// A model that is judged by what it draws, as adversarial ones are, whose objective says nothing of how good they are.
public protocol SampleScoredModel: SamplingModel, ScoredModel {}

extension SampleScoredModel {
    /// The distance of samples.
    public var scoreName: ScoreName { .sampleDistance }

    /// The energy distance of samples from rows, in the units that the model sees: of at most 500 each, the samples drawn by the
    /// same seed each time. Two samples of one distribution have some distance too, which falls with their size.
    public func score(_ rows: DataRows) throws -> Double {
        let rows = rows.prefix(500)
        return energyDistance(try sample(rows.count, seed: 0), rows.values, width: rows.width)
    }
}

/// A model that says how likely rows are.
public protocol LikelihoodModel: ScoredModel {
    /// log p(x) of each row: exact, a bound or an estimate, as the result says. A seed gives the same numbers.
    func logLikelihood(of rows: DataRows, seed: UInt64) throws -> LogLikelihood
}

/// A model that makes rows again from what it keeps of them.
public protocol ReconstructingModel: GenerativeModel {
    /// The rows as the model has them, (count, width): expectations, not draws.
    func reconstruct(_ rows: DataRows) throws -> [Float]
}

/// A model with a code for each row.
public protocol EncodingModel: GenerativeModel {
    /// Numbers of a code.
    var codeWidth: Int { get }
    /// The code of each row, (count, codeWidth): expectations of latents or hidden units.
    func encode(_ rows: DataRows) throws -> [Float]
}

/// A model that says what is missing in rows.
public protocol CompletingModel: GenerativeModel {
    /// The rows with what isn't known drawn anew, given what is.
    ///
    /// - Parameter known: For each number of a row whether it stays as it is.
    func complete(_ rows: DataRows, known: [Bool], seed: UInt64) throws -> [Float]
}

/// A model that tells classes.
public protocol ClassifyingModel: GenerativeModel {
    /// log p(y | x) of every class, (count, classCount).
    func classLogProbabilities(_ rows: DataRows) throws -> [Float]
}

/// A model whose weights can be looked at as pictures of the data's shape.
public protocol PicturingModel: GenerativeModel {
    /// The weights that go to or come from single units, a row each, (units, width).
    var weightRows: [Float] { get }
}

/// Something that comes about step by step: a Gibbs chain, a picture that is drawn pixel by pixel, a pattern that is recalled.
public protocol GenerationProcess: AnyObject {
    /// The rows as they are now, (count, width), for the eye: expectations where there are some.
    var rows: [Float] { get }
    /// Steps taken.
    var steps: Int { get }
    /// Takes a step.
    ///
    /// - Returns: false where the process was at its end.
    func advance() throws -> Bool
}

/// A model whose drawing can be watched.
public protocol ProcessModel: GenerativeModel {
    /// Starts to draw `count` rows.
    ///
    /// - Parameters:
    ///   - start: Rows to begin with, as many; from scratch where there are none.
    ///   - known: For each number of a row whether the start's stays as it is; ignored by processes that change all.
    func process(count: Int, from start: DataRows?, known: [Bool], seed: UInt64) throws -> any GenerationProcess
}

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

    /// Whether a model can do it.
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
