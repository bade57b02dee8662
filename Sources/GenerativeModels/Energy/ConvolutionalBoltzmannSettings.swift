import Configuration
import Datasets

/// Settings of a ``ConvolutionalBoltzmannMachine``.
public struct ConvolutionalBoltzmannSettings: ModelSettings, Hashable {
    /// Filters, each with a map of hidden units.
    public var filters = 24
    /// Rows and columns of a filter, odd.
    public var kernel = 7
    /// Rows and columns of a block of hidden units, of which at most one is on.
    public var pool = 2
    /// Whether negative phases go on from chain to chain, or begin at the batch.
    public var algorithm = BoltzmannSettings.Algorithm.pcd
    /// Gibbs steps of an update.
    public var gibbsSteps = 1
    /// Persistent chains.
    public var chains = 100
    /// How much of the time a hidden unit is to be on.
    public var sparsity = 0.02
    /// The weight of the squared distance from that.
    public var sparsityWeight = 0.0
    /// Gibbs steps to a sample.
    public var samplingSteps = 1000
    /// Chains of annealed importance sampling.
    public var aisChains = 50
    /// Temperatures of annealed importance sampling.
    public var aisBetas = 2000

    /// The defaults.
    public init() {}

    /// The settings by name.
    public static let settings: [Setting<Self>] = [
        Setting("filters", \.filters, 1...4096, "filters, each with a map of hidden units"),
        Setting("kernel", \.kernel, 1...255, "rows and columns of a filter, odd"),
        Setting("pool", \.pool, 1...64, "rows and columns of a block, of which at most one unit is on"),
        Setting("algorithm", \.algorithm, "where the negative phase's samples come from"),
        Setting("gibbsSteps", \.gibbsSteps, 1...10_000, "Gibbs steps of an update"),
        Setting("chains", \.chains, 1...100_000, "persistent chains"),
        Setting("sparsity", \.sparsity, 0...1, "how much of the time a hidden unit is to be on"),
        Setting("sparsityWeight", \.sparsityWeight, 0...1e6, "weight of the squared distance from that"),
        Setting("samplingSteps", \.samplingSteps, 1...10_000_000, "Gibbs steps to a sample"),
        Setting("aisChains", \.aisChains, 2...100_000, "chains of annealed importance sampling"),
        Setting("aisBetas", \.aisBetas, 2...10_000_000, "temperatures of annealed importance sampling"),
    ]

    /// Pictures of bits.
    public var needs: DataNeeds { DataNeeds(.bits, pictures: true) }

    /// 20 epochs of batches of 100.
    public var fitting: FitSettings { FitSettings { ($0.epochs, $0.batchSize) = (20, 100) } }

    /// A ``ConvolutionalBoltzmannMachine``.
    public func makeModel(for data: Dataset.Description, seed: UInt64) throws -> any GenerativeModel {
        try data.require([.bits], of: "convolutional-rbm")
        guard let picture = data.picture else {
            throw ModelError.data(
                model: "convolutional-rbm", found: "rows of the shape \(data.shape)", expected: "pictures")
        }
        try ModelError.requireOdd(["kernel": kernel])
        guard picture.height % pool == 0, picture.width % pool == 0 else {
            throw ModelError.setting(
                "pool", value: "\(pool)",
                expected: "a divisor of \(picture.height) and \(picture.width), the pictures' size")
        }
        return try ConvolutionalBoltzmannMachine(self, data: data, seed: seed)
    }
}
