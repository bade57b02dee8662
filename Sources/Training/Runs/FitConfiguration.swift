import Configuration
import GenerativeModels
import Storage

/// What a fit is made from, and read back from: the `config.toml` of its run.
public struct FitConfiguration: Sendable {
    /// The model's name.
    public var model: String
    /// The data's path.
    public var dataset: String
    /// What the run's random streams are made from.
    public var seed: Int
    /// The model's settings.
    public var settings: VariationalAutoencoderSettings

    /// Makes a configuration with the model's defaults.
    ///
    /// - Throws: ``GenerativeModels/ModelError`` for a name that no model has, ``Configuration/ConfigurationError``
    ///   for a negative seed.
    public init(model: String, dataset: String, seed: Int) throws {
        _ = try ModelCatalog.entry(model)
        guard seed >= 0 else { throw Self.badSeed(.integer(seed), source: "--seed") }
        (self.model, self.dataset, self.seed, settings) = (model, dataset, seed, .init())
    }

    /// Reads a run's configuration.
    ///
    /// - Throws: `StorageError`, or ``Configuration/ConfigurationError`` with the line that isn't right.
    public init(contentsOf path: String) throws {
        let document = try TOMLDocument(contentsOf: path)
        func text(_ name: String) throws -> String {
            guard let text = document.top[name]?.text else {
                throw ConfigurationError.badFile(
                    path: path, line: document.line(of: name), message: "\(name) is missing; add \(name) = \"…\"")
            }
            return text
        }
        let seed = document.top["seed"] ?? .integer(0)
        guard let number = seed.integer, number >= 0 else {
            throw Self.badSeed(seed, source: "\(path):\(document.line(of: "seed"))")
        }
        try self.init(model: try text("model"), dataset: try text("dataset"), seed: number)
        try settings.apply(document.tables["settings"] ?? SettingsTable())
    }

    private static func badSeed(_ value: SettingValue, source: String) -> ConfigurationError {
        .badValue(name: "seed", value: value.toml, expected: "a whole number from 0 to \(Int.max)", source: source)
    }

    /// The configuration as a TOML file that reads back as the same values.
    public var tomlText: String {
        var top = SettingsTable()
        top["model"] = .text(model)
        top["dataset"] = .text(dataset)
        top["seed"] = .integer(seed)
        return top.tomlText + "\n[settings]\n" + settings.settingsTable.tomlText
    }
}
