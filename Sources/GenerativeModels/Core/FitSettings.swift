import Configuration
import NeuralNetworks

/// Settings of fitting, whatever the model.
public struct FitSettings: Configurable, Hashable {
    /// How the learning rate changes over a fit.
    public enum Decay: String, SettingChoice {
        /// Stays the same.
        case constant
        /// Decreases linearly to ``FitSettings/lastLearningRate``.
        case linear
        /// Follows half a cosine down to ``FitSettings/lastLearningRate`` (Loshchilov & Hutter 2017).
        case cosine
    }

    @Setting(1...1_000_000, "epochs") public var epochs = 20
    /// Fitting ends at ``epochs`` or ``updates``, whichever comes first.
    @Setting(0...1_000_000_000, "maximum number of updates; 0: no limit") public var updates = 0
    @Setting(1...65_536, "batch size", search: "20 | 50 | 100 | 200") public var batchSize = 100
    @Setting(0...10, "peak learning rate", search: "1e-5..1e-1 log") public var learningRate = 1e-3
    /// Learning rates of individual optimisers if a model has several, such as `discriminator:0.0004`, separated by
    /// commas; the others use ``learningRate``. All of them warm up and decay in the same way.
    @Setting("learning rates of individual optimisers, as name:rate,name:rate") public var learningRates = ""
    @Setting("learning rate schedule") public var decay = Decay.constant
    @Setting(0...10, "final learning rate of a schedule that decays") public var lastLearningRate = 0.0
    @Setting(0...1_000_000_000, "warm-up updates") public var warmup = 0
    @Setting(0...1_000_000, "early stopping: epochs without a better score; 0: off") public var patience = 0
    /// If scores can select parameters; otherwise the last ones are kept.
    @Setting("keep the best parameters by score instead of the last") public var keepBest = true
    /// The averaged parameters are the ones that are scored and kept.
    @Setting(0...0.999999, "decay of the moving average of parameters; 0: none") public var averaging = 0.0
    @Setting(0...1_000_000_000, "validation rows to score; 0: all") public var validationRows = 0
    @Setting(0...1_000_000_000, "test rows to evaluate at the end; 0: all") public var testRows = 0
    /// 0 writes a checkpoint after every epoch.
    @Setting(0...86_400, "minimum seconds between checkpoints") public var checkpointSeconds = 20.0

    public init() {}

    /// A model's own defaults.
    public init(_ change: (inout FitSettings) -> Void) { change(&self) }

    /// The learning rates in ``learningRates``, by name.
    ///
    /// - Parameter names: The model's optimisers.
    /// - Throws: ``ModelError/setting(_:value:expected:)`` for an unknown name or an invalid learning rate.
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
    ///   - update: The number of updates before it.
    ///   - updates: The number of updates of the whole fit.
    ///   - greatest: The peak learning rate; nil for ``learningRate``.
    public func learningRate(update: Int, of updates: Int, greatest: Double? = nil) -> Double {
        let learningRate = greatest ?? learningRate
        guard update >= warmup else { return learningRate * Double(update + 1) / Double(warmup + 1) }
        // After the warm-up, the decay takes up the remaining updates.
        let (step, rest) = (update - warmup, max(1, updates - warmup))
        return switch decay {
        case .constant: learningRate
        case .linear: LinearSchedule(from: learningRate, to: lastLearningRate, over: rest).value(at: step)
        case .cosine: CosineSchedule(peak: learningRate, to: lastLearningRate, over: rest).value(at: step)
        }
    }
}
