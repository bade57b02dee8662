import Storage

/// Settings that files and flags can change by name.
public protocol Configurable: Sendable {
    /// The defaults.
    init()
    /// Every setting, in the order of files and tables.
    static var settings: [Setting<Self>] { get }
}

extension Configurable {
    /// Sets one setting by name.
    ///
    /// - Parameter source: where the value stands, for the error.
    /// - Throws: ``ConfigurationError``.
    public mutating func set(_ name: String, to value: SettingValue, source: String) throws(ConfigurationError) {
        guard let setting = Self.settings.first(where: { $0.name == name }) else {
            let nearest = nearestName(to: name, among: Self.settings.map(\.name))
            throw .unknownSetting(name: name, source: source, nearest: nearest)
        }
        guard setting.set(&self, value) else {
            let nearest = value.text.flatMap { nearestName(to: $0, among: setting.choices) }
            let expected = setting.expected + (nearest.map { " (did you mean '\($0)'?)" } ?? "")
            throw .badValue(name: name, value: value.toml, expected: expected, source: source)
        }
    }

    /// These settings, changed by one table after the other, then by flags: defaults < preset < file < flags.
    ///
    /// - Parameters:
    ///   - tables: Those of the preset and of the file, in this order.
    ///   - assignments: Texts of the form `name=value`.
    /// - Throws: ``ConfigurationError`` for the first setting that can't be applied.
    public func changed(
        by tables: [SettingsTable], assignments: [String] = []
    ) throws(ConfigurationError) -> Self {
        var configuration = self
        for table in tables { try configuration.apply(table) }
        for assignment in assignments { try configuration.apply(assignment: assignment) }
        return configuration
    }

    /// Changes the settings that a table names.
    ///
    /// - Throws: ``ConfigurationError`` for the first one that can't be applied.
    public mutating func apply(_ table: SettingsTable) throws(ConfigurationError) {
        for entry in table.entries { try set(entry.name, to: entry.value, source: entry.source) }
    }

    /// Applies a flag of the form `name=value`; the value is written as in TOML, a text also without quotes.
    ///
    /// - Throws: ``ConfigurationError``.
    public mutating func apply(assignment text: String) throws(ConfigurationError) {
        guard let equals = text.firstIndex(of: "="), equals != text.startIndex else { throw .badAssignment(text: text) }
        let name = String(text[..<equals])
        let value = String(text[text.index(after: equals)...])
        let takesText = Self.settings.first { $0.name == name }?.takesText ?? false
        try set(name, to: takesText ? .text(value) : SettingValue(flag: value), source: "--set \(text)")
    }

    /// All settings with their values, as a file holds them; applying the table gives the same values again.
    public var settingsTable: SettingsTable {
        SettingsTable(values.map { SettingsTable.Entry($0.name, $0.value) })
    }

    /// All settings with their values as a JSON object.
    public var settingsJSON: JSON {
        .object(values.map { JSON.Member($0.name, $0.value.json) })
    }

    /// The names and values, in order.
    public var values: [(name: String, value: SettingValue)] { Self.settings.map { ($0.name, $0.get(self)) } }

    /// A table of names, defaults, what is expected, and help.
    public static var help: [(name: String, standard: String, expected: String, help: String)] {
        let defaults = Self()
        return settings.map { ($0.name, $0.get(defaults).toml, $0.expected, $0.help) }
    }
}

extension SettingValue {
    /// The value that a flag's text stands for; a list may be written without brackets.
    init(flag text: String) {
        if text == "true" || text == "false" {
            self = .boolean(text == "true")
        } else if let number = Self.number(text) {
            self = number
        } else {
            self = Self.integers(text) ?? .text(text)
        }
    }

    private static func number(_ text: String) -> SettingValue? {
        let digits = text.filter { $0 != "_" }
        return Int(digits).map(SettingValue.integer) ?? Double(digits).map(SettingValue.number)
    }

    private static func integers(_ text: String) -> SettingValue? {
        let hasBrackets = text.hasPrefix("[") && text.hasSuffix("]")
        guard hasBrackets || text.contains(",") else { return nil }
        let items = (hasBrackets ? text.dropFirst().dropLast() : text[...]).filter { $0 != " " }
        if items.isEmpty { return .integers([]) }
        let numbers = items.split(separator: ",", omittingEmptySubsequences: false).map { number(String($0))?.integer }
        return numbers.contains(nil) ? nil : .integers(numbers.compactMap { $0 })
    }
}
