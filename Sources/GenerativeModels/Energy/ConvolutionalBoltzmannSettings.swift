import Configuration
import Datasets

/// Settings of a ``ConvolutionalBoltzmannMachine``.
public struct ConvolutionalBoltzmannSettings: ModelSettings, Hashable {
    @Setting(1...4096, "filters") public var filters = 24
    @Setting(1...255, "filter size, odd") public var kernel = 7
    /// At most one unit of a block is on.
    @Setting(1...64, "pooling block size") public var pool = 2
    @Setting("contrastive divergence (cd), or its persistent form (pcd)")
    public var algorithm = BoltzmannSettings.Algorithm.pcd
    @Setting(1...10_000, "Gibbs steps per update") public var gibbsSteps = 1
    @Setting(1...100_000, "persistent chains") public var chains = 100
    @Setting(0...1, "target activation of hidden units") public var sparsity = 0.02
    /// Penalises the squared distance from ``sparsity``.
    @Setting(0...1e6, "weight of the sparsity penalty") public var sparsityWeight = 0.0
    @Setting(1...10_000_000, "Gibbs steps per sample") public var samplingSteps = 1000
    @Setting(2...100_000, "annealed importance sampling: chains") public var aisChains = 50
    @Setting(2...10_000_000, "annealed importance sampling: temperatures") public var aisBetas = 2000

    public init() {}

    public var needs: DataNeeds { DataNeeds(.bits, pictures: true) }

    /// 20 epochs with minibatches of 100.
    public var fitting: FitSettings { FitSettings { ($0.epochs, $0.batchSize) = (20, 100) } }

    public func makeModel(for data: Dataset.Description, seed: UInt64) throws -> any GenerativeModel {
        try data.require([.bits], of: "convolutional-rbm")
        guard let picture = data.picture else {
            throw ModelError.data(
                model: "convolutional-rbm", found: "rows of the shape \(data.shape)", expected: "images")
        }
        try ModelError.requireOdd(["kernel": kernel])
        guard picture.height % pool == 0, picture.width % pool == 0 else {
            throw ModelError.setting(
                "pool", value: "\(pool)",
                expected: "a divisor of the images' height \(picture.height) and width \(picture.width)")
        }
        return try ConvolutionalBoltzmannMachine(self, data: data, seed: seed)
    }
}
