import Configuration
import Datasets

/// Settings of a ``RecurrentBoltzmannMachine``.
public struct RecurrentBoltzmannSettings: ModelSettings, Hashable {
    /// Hidden units of each step's machine.
    @Setting(1...65_536, "hidden units of each step's RBM") public var hiddenUnits = 150
    /// Units of the recurrent network.
    @Setting(1...65_536, "units of the recurrent network") public var recurrentUnits = 100
    /// Gibbs steps of the negative phase, and between the steps of a sample.
    @Setting(1...10_000, "Gibbs steps of the negative phase and of each sampled step") public var gibbsSteps = 15
    /// Gradients are backpropagated through this many steps.
    @Setting(1...4096, "backpropagation-through-time steps") public var steps = 64
    /// Steps of a sample.
    @Setting(1...1_000_000, "steps of a sampled sequence") public var sampleSteps = 128
    /// The greatest norm of a gradient.
    @Setting(0.001...1e6, "maximum gradient norm") public var clippingNorm = 5.0
    /// Chains of annealed importance sampling of each step's partition function.
    @Setting(2...100_000, "annealed importance sampling: chains per step") public var aisChains = 20
    /// Temperatures of annealed importance sampling.
    @Setting(2...10_000_000, "annealed importance sampling: temperatures") public var aisBetas = 200

    /// The defaults.
    public init() {}

    /// Sequences of bits.
    public var needs: DataNeeds { DataNeeds(.bits, sequences: true) }

    /// 200 epochs with minibatches of 16 sequences.
    public var fitting: FitSettings { FitSettings { ($0.epochs, $0.batchSize) = (200, 16) } }

    /// A ``RecurrentBoltzmannMachine``.
    public func makeModel(for data: Dataset.Description, seed: UInt64) throws -> any GenerativeModel {
        try data.require([.bits], of: "rnn-rbm", sequences: true)
        return try RecurrentBoltzmannMachine(self, data: data, seed: seed)
    }
}
