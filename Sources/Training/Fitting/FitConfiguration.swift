import Configuration
import Datasets
import GenerativeModels
import Storage

/// What a fit is made from, and what its run's `config.toml` holds:
///
/// ```toml
/// model = "nade"
/// dataset = "mnist"
/// folder = "data"
/// seed = 0
/// epochs = 100
///
/// [data]
/// binarize = "fixed"
///
/// [settings]
/// hiddenUnits = 500
/// ```
public struct FitConfiguration: Sendable {
    public var model: String
    /// The dataset's name or path.
    public var dataset: String
    /// The folder where datasets are looked up by name; empty if none was given.
    public var folder: String
    /// The seed of the run's random streams.
    public var seed: Int
    public var fitting: FitSettings
    public var data = DataSettings()
    public var settings: any ModelSettings

    /// Makes a configuration with the model's defaults.
    ///
    /// - Throws: ``GenerativeModels/ModelError`` for an unknown model, ``Configuration/ConfigurationError`` for a
    ///   negative seed.
    public init(model: String, dataset: String, folder: String = "", seed: Int) throws {
        settings = try ModelCatalog.entry(model).makeSettings()
        guard seed >= 0 else { throw Self.badSeed(.integer(seed), source: "--seed") }
        (self.model, self.dataset, self.folder, self.seed) = (model, dataset, folder, seed)
        fitting = settings.fitting
    }

    /// Reads a run's configuration.
    ///
    /// - Throws: `StorageError`, or ``Configuration/ConfigurationError`` with the line that is wrong.
    public init(contentsOf path: String) throws {
        let document = try TOMLDocument(contentsOf: path)
        func text(_ name: String) throws -> String {
            guard let text = document.top[name]?.text else {
                throw ConfigurationError.badFile(
                    path: path, line: document.line(of: name), message: "\(name) is missing; add \(name) = \"…\"")
            }
            return text
        }
        try self.init(document, model: try text("model"), dataset: try text("dataset"))
    }

    /// Reads a file that may have only some settings of a model.
    ///
    /// - Parameters:
    ///   - dataset: The dataset, whatever the file names.
    ///   - folder: The folder of datasets; nil for the file's.
    ///   - seed: The seed; nil for the file's.
    /// - Throws: as ``init(contentsOf:)``; ``Configuration/ConfigurationError`` for a file of another model.
    public init(partsOf path: String, model: String, dataset: String, folder: String?, seed: Int?) throws {
        let document = try TOMLDocument(contentsOf: path)
        if let other = document.top["model"], other.text != model {
            throw ConfigurationError.badValue(
                name: "model", value: other.toml, expected: "'\(model)' here",
                source: "\(path):\(document.line(of: "model"))")
        }
        try self.init(document, model: model, dataset: dataset)
        self.folder = folder ?? self.folder
        self.seed = seed ?? self.seed
    }

    private init(_ document: TOMLDocument, model: String, dataset: String) throws {
        let seed = document.top["seed"] ?? .integer(0)
        guard let number = seed.integer, number >= 0 else {
            throw Self.badSeed(seed, source: "\(document.file):\(document.line(of: "seed"))")
        }
        try self.init(model: model, dataset: dataset, seed: number)
        folder = document.top["folder"]?.text ?? ""
        settings = try settings.changed(by: [document.tables["settings"] ?? SettingsTable()])
        fitting = settings.fitting
        let own = ["model", "dataset", "folder", "seed"]
        try fitting.apply(SettingsTable(document.top.entries.filter { !own.contains($0.name) }))
        try data.apply(document.tables["data"] ?? SettingsTable())
    }

    private static func badSeed(_ value: SettingValue, source: String) -> ConfigurationError {
        .badValue(name: "seed", value: value.toml, expected: "a whole number from 0 to \(Int.max)", source: source)
    }

    /// Applies flags of the form `name=value`: settings of the model and of fitting. The model's come first, since some
    /// settings of fitting depend on them.
    ///
    /// - Throws: ``Configuration/ConfigurationError``.
    public mutating func apply(assignments: [String]) throws {
        func name(_ assignment: String) -> String { String(assignment.prefix { $0 != "=" }) }
        let ofFitting = fitting.settings.map(\.name)
        let known = ofFitting + settings.settings.map(\.name)
        for text in assignments where text.contains("=") && !known.contains(name(text)) {
            let nearest = nearestName(to: name(text), among: known)
            throw ConfigurationError.unknownSetting(name: name(text), source: "--set \(text)", nearest: nearest)
        }
        let changed = fitting.settingsTable.entries.filter { settings.fitting.settingsTable[$0.name] != $0.value }
        settings = try settings.changed(by: [], assignments: assignments.filter { !ofFitting.contains(name($0)) })
        fitting = settings.fitting
        try fitting.apply(SettingsTable(changed))
        for text in assignments where ofFitting.contains(name(text)) { try fitting.apply(assignment: text) }
    }

    /// The configuration as a TOML file that reads back as the same values.
    public var tomlText: String {
        var top = SettingsTable()
        top["model"] = .text(model)
        top["dataset"] = .text(dataset)
        if !folder.isEmpty { top["folder"] = .text(folder) }
        top["seed"] = .integer(seed)
        return top.tomlText + fitting.settingsTable.tomlText + "\n[data]\n" + data.settingsTable.tomlText
            + "\n[settings]\n" + settings.settingsTable.tomlText
    }
}
