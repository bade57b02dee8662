import Configuration
import Datasets

/// Settings of a ``RecurrentBoltzmannMachine``.
public struct RecurrentBoltzmannSettings: ModelSettings, Hashable {
    /// Hidden units of each step's machine.
    public var hiddenUnits = 150
    /// Units of the recurrent network.
    public var recurrentUnits = 100
    /// Gibbs steps of the negative phase, and between the steps of a sample.
    public var gibbsSteps = 15
    /// Steps that gradients go back through.
    public var steps = 64
    /// Steps of a sample.
    public var sampleSteps = 128
    /// The greatest norm of a gradient.
    public var clippingNorm = 5.0
    /// Chains of annealed importance sampling of each step's partition function.
    public var aisChains = 20
    /// Temperatures of annealed importance sampling.
    public var aisBetas = 200

    /// The defaults.
    public init() {}

    /// The settings by name.
    public static let settings: [Setting<Self>] = [
        Setting("hiddenUnits", \.hiddenUnits, 1...65_536, "hidden units of each step's machine"),
        Setting("recurrentUnits", \.recurrentUnits, 1...65_536, "units of the recurrent network"),
        Setting("gibbsSteps", \.gibbsSteps, 1...10_000, "Gibbs steps of the negative phase and of a sample's step"),
        Setting("steps", \.steps, 1...4096, "steps that gradients go back through"),
        Setting("sampleSteps", \.sampleSteps, 1...1_000_000, "steps of a sample"),
        Setting("clippingNorm", \.clippingNorm, 0.001...1e6, "greatest norm of a gradient"),
        Setting("aisChains", \.aisChains, 2...100_000, "chains of annealed importance sampling of a step"),
        Setting("aisBetas", \.aisBetas, 2...10_000_000, "temperatures of annealed importance sampling"),
    ]

    /// Sequences of bits.
    public var needs: DataNeeds { DataNeeds(.bits, sequences: true) }

    /// 200 epochs of batches of 16 sequences.
    public var fitting: FitSettings { FitSettings { ($0.epochs, $0.batchSize) = (200, 16) } }

    /// A ``RecurrentBoltzmannMachine``.
    public func makeModel(for data: Dataset.Description, seed: UInt64) throws -> any GenerativeModel {
        try data.require([.bits], of: "rnn-rbm", sequences: true)
        return try RecurrentBoltzmannMachine(self, data: data, seed: seed)
    }
}
