import Configuration
import Datasets

/// Settings of a ``RecurrentBoltzmannMachine``.
public struct RecurrentBoltzmannSettings: ModelSettings, Hashable {
    @Setting(1...65_536, "hidden units of each step's RBM") public var hiddenUnits = 150
    @Setting(1...65_536, "units of the recurrent network") public var recurrentUnits = 100
    @Setting(1...10_000, "Gibbs steps of the negative phase and of each sampled step") public var gibbsSteps = 15
    /// Gradients are backpropagated through this many steps.
    @Setting(1...4096, "backpropagation-through-time steps") public var steps = 64
    @Setting(1...1_000_000, "steps of a sampled sequence") public var sampleSteps = 128
    @Setting(0.001...1e6, "maximum gradient norm") public var clippingNorm = 5.0
    @Setting(2...100_000, "annealed importance sampling: chains per step") public var aisChains = 20
    @Setting(2...10_000_000, "annealed importance sampling: temperatures") public var aisBetas = 200

    public init() {}

    public var needs: DataNeeds { DataNeeds(.bits, sequences: true) }

    /// 200 epochs with minibatches of 16 sequences.
    public var fitting: FitSettings { FitSettings { ($0.epochs, $0.batchSize) = (200, 16) } }

    public func makeModel(for data: Dataset.Description, seed: UInt64) throws -> any GenerativeModel {
        try data.require([.bits], of: "rnn-rbm", sequences: true)
        return try RecurrentBoltzmannMachine(self, data: data, seed: seed)
    }
}
