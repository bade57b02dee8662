import Configuration
import NeuralNetworks

/// Settings of fitting itself, whatever the model.
public struct FitSettings: Configurable, Hashable {
    /// How the step size changes over a fit.
    public enum Decay: String, Sendable, CaseIterable {
        /// It stays.
        case constant
        /// In equal steps down to ``FitSettings/lastLearningRate``.
        case linear
        /// Along half a cosine down to ``FitSettings/lastLearningRate`` (Loshchilov & Hutter 2017).
        case cosine
    }

    /// Times that the data are gone through.
    public var epochs = 20
    /// Updates after which fitting ends earlier; 0: only ``epochs`` counts.
    public var updates = 0
    /// Rows of a batch.
    public var batchSize = 100
    /// The greatest step size.
    public var learningRate = 1e-3
    /// Step sizes of single optimisers where a model has several, such as `discriminator:0.0004`, parted by commas; the others
    /// have ``learningRate``. Each warms up and decays as that does.
    public var learningRates = ""
    /// How the step size changes.
    public var decay = Decay.constant
    /// What the step size has become at the end, where it decays.
    public var lastLearningRate = 0.0
    /// Updates over which the step size grows from 0.
    public var warmup = 0
    /// Epochs without a better score on the validation rows after which fitting ends; 0: never. The best parameters are kept.
    public var patience = 0
    /// Whether the parameters of the best score are kept, where scores tell; else the last ones count.
    public var keepBest = true
    /// The moving average of the parameters that is scored and kept, by its decay; 0: none.
    public var averaging = 0.0
    /// Validation rows that are scored; 0: all.
    public var validationRows = 0
    /// Test rows whose likelihood is asked for at the end; 0: all.
    public var testRows = 0
    /// Seconds from one checkpoint to the next, at least; 0: one an epoch.
    public var checkpointSeconds = 20.0

    /// The defaults.
    public init() {}

    /// Defaults of a model of its own.
    public init(_ change: (inout FitSettings) -> Void) { change(&self) }

    /// The settings by name.
    public static let settings: [Setting<FitSettings>] = [
        Setting("epochs", \.epochs, 1...1_000_000, "times that the data are gone through"),
        Setting("updates", \.updates, 0...1_000_000_000, "updates after which fitting ends earlier; 0: no limit"),
        Setting("batchSize", \.batchSize, 1...65_536, "rows of a batch"),
        Setting("learningRate", \.learningRate, 0...10, "step size, the greatest"),
        Setting("learningRates", \.learningRates, "step sizes of single optimisers of a model, as name:size,name:size"),
        Setting("decay", \.decay, "how the step size changes over the fit"),
        Setting("lastLearningRate", \.lastLearningRate, 0...10, "step size at the end, where it decays"),
        Setting("warmup", \.warmup, 0...1_000_000_000, "updates over which the step size grows from 0"),
        Setting("patience", \.patience, 0...1_000_000, "epochs without a better score that end the fit; 0: never"),
        Setting("keepBest", \.keepBest, "whether the best parameters by score are kept, or the last ones"),
        Setting("averaging", \.averaging, 0...0.999999, "decay of the parameters' moving average; 0: none"),
        Setting("validationRows", \.validationRows, 0...1_000_000_000, "validation rows that are scored; 0: all"),
        Setting("testRows", \.testRows, 0...1_000_000_000, "test rows that the end reports on; 0: all"),
        Setting("checkpointSeconds", \.checkpointSeconds, 0...86_400, "least seconds between checkpoints"),
    ]

    /// The step sizes of ``learningRates`` by name.
    ///
    /// - Parameter names: The model's optimisers.
    /// - Throws: ``ModelError/setting(_:value:expected:)`` for another name, or what is no step size.
    public func learningRates(of names: [String]) throws -> [String: Double] {
        var rates: [String: Double] = [:]
        for text in learningRates.split(whereSeparator: { $0 == "," || $0 == " " }) {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, names.contains(parts[0]), let rate = Double(parts[1]), 0...10 ~= rate else {
                let expected =
                    names.isEmpty
                    ? "nothing, for a model of one step size: learningRate"
                    : "name:size with sizes from 0 to 10 and the names " + names.joined(separator: ", ")
                throw ModelError.setting("learningRates", value: learningRates, expected: expected)
            }
            rates[parts[0]] = rate
        }
        return rates
    }

    /// The step size of an update.
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
