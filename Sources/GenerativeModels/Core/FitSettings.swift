import Configuration
import NeuralNetworks

/// Settings of fitting itself, whatever the model.
public struct FitSettings: Configurable, Hashable {
    /// How the learning rate changes over a fit.
    public enum Decay: String, SettingChoice {
        /// It stays.
        case constant
        /// In equal steps down to ``FitSettings/lastLearningRate``.
        case linear
        /// Along half a cosine down to ``FitSettings/lastLearningRate`` (Loshchilov & Hutter 2017).
        case cosine
    }

    /// Passes through the training rows.
    @Setting(1...1_000_000, "epochs") public var epochs = 20
    /// Fitting ends with ``epochs`` or ``updates``, whichever comes first.
    @Setting(0...1_000_000_000, "maximum number of updates; 0: no limit") public var updates = 0
    /// Rows of a batch.
    @Setting(1...65_536, "batch size") public var batchSize = 100
    /// The greatest learning rate.
    @Setting(0...10, "peak learning rate") public var learningRate = 1e-3
    /// Learning rates of single optimisers where a model has several, such as `discriminator:0.0004`, separated by commas; the
    /// others have ``learningRate``. Each warms up and decays as that does.
    @Setting("learning rates of individual optimisers, as name:rate,name:rate") public var learningRates = ""
    /// How the learning rate changes.
    @Setting("learning rate schedule") public var decay = Decay.constant
    /// What the learning rate has become at the end, where it decays.
    @Setting(0...10, "final learning rate of a schedule that decays") public var lastLearningRate = 0.0
    /// Updates over which the learning rate grows linearly from 0.
    @Setting(0...1_000_000_000, "warm-up updates") public var warmup = 0
    /// Epochs without a better score of the validation rows.
    @Setting(0...1_000_000, "early stopping: epochs without a better score; 0: off") public var patience = 0
    /// Whether the best parameters count, where scores tell; otherwise the last ones do.
    @Setting("keep the best parameters by score instead of the last") public var keepBest = true
    /// The average is what is scored and kept.
    @Setting(0...0.999999, "decay of the moving average of parameters; 0: none") public var averaging = 0.0
    /// Validation rows that are scored; 0: all.
    @Setting(0...1_000_000_000, "validation rows to score; 0: all") public var validationRows = 0
    /// Test rows whose likelihood is asked for at the end; 0: all.
    @Setting(0...1_000_000_000, "test rows to evaluate at the end; 0: all") public var testRows = 0
    /// Seconds from one checkpoint to the next, at least; 0: one an epoch.
    @Setting(0...86_400, "minimum seconds between checkpoints") public var checkpointSeconds = 20.0

    /// The defaults.
    public init() {}

    /// Defaults of a model of its own.
    public init(_ change: (inout FitSettings) -> Void) { change(&self) }

    /// The learning rates of ``learningRates`` by name.
    ///
    /// - Parameter names: The model's optimisers.
    /// - Throws: ``ModelError/setting(_:value:expected:)`` for another name, or what is no learning rate.
    public func learningRates(of names: [String]) throws -> [String: Double] {
        var rates: [String: Double] = [:]
        for text in learningRates.split(whereSeparator: { $0 == "," || $0 == " " }) {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, names.contains(parts[0]), let rate = Double(parts[1]), 0...10 ~= rate else {
                let expected =
                    names.isEmpty
                    ? "no value, since the model has one optimiser: use learningRate"
                    : "name:rate with rates from 0 to 10 and the names " + names.joined(separator: ", ")
                throw ModelError.setting("learningRates", value: learningRates, expected: expected)
            }
            rates[parts[0]] = rate
        }
        return rates
    }

    /// The learning rate of an update.
    ///
    /// - Parameters:
    ///   - update: Updates before it.
    ///   - updates: Updates of the whole fit.
    ///   - greatest: The greatest; nil for ``learningRate``.
    public func learningRate(update: Int, of updates: Int, greatest: Double? = nil) -> Double {
        let learningRate = greatest ?? learningRate
        guard update >= warmup else { return learningRate * Double(update + 1) / Double(warmup + 1) }
        // After the warm-up the decay goes over what is left.
        let (step, rest) = (update - warmup, max(1, updates - warmup))
        return switch decay {
        case .constant: learningRate
        case .linear: LinearSchedule(from: learningRate, to: lastLearningRate, over: rest).value(at: step)
        case .cosine: CosineSchedule(peak: learningRate, to: lastLearningRate, over: rest).value(at: step)
        }
    }
}
