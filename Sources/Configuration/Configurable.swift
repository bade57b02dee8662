import Storage

/// Settings that files and flags can change by name: a struct whose properties are each a ``Setting``, or a group of
/// settings that is `Configurable` too and counts as if its settings were listed in its place.
///
/// The compiler writes `init(from:)`. Other properties are not settings: files can't set them, and changes keep them.
public protocol Configurable: Decodable, Sendable {
    init()
}

extension Configurable {
    /// All settings with their values, in the order of declaration, which is also that of files and tables.
    public var settings: [SettingDescription] { declarations.map { $0.setting.description(named: $0.name) } }

    private var declarations: [(name: String, setting: any AnySetting)] {
        var found: [(name: String, setting: any AnySetting)] = []
        for child in Mirror(reflecting: self).children {
            if let setting = child.value as? any AnySetting {
                // A wrapped property is stored with an underscore before its name.
                found.append((String(child.label?.dropFirst() ?? ""), setting))
            } else if let group = child.value as? any Configurable {
                found += group.declarations
            }
        }
        return found
    }

    /// Sets one setting by name.
    ///
    /// - Parameter source: where the value was given, for the error.
    /// - Throws: ``ConfigurationError``.
    public mutating func set(_ name: String, to value: SettingValue, source: String) throws(ConfigurationError) {
        let declarations = declarations
        guard let setting = declarations.first(where: { $0.name == name })?.setting else {
            let nearest = nearestName(to: name, among: declarations.map(\.name))
            throw .unknownSetting(name: name, source: source, nearest: nearest)
        }
        guard let changed = setting.changed(to: value) else {
            let description = setting.description(named: name)
            let nearest = value.text.flatMap { nearestName(to: $0, among: description.choices) }
            let expected = description.expected + (nearest.map { " (did you mean '\($0)'?)" } ?? "")
            throw .badValue(name: name, value: value.toml, expected: expected, source: source)
        }
        do {
            self = try Self(from: SettingsDecoder(self, name, changed))
        } catch {
            preconditionFailure("\(Self.self) can't be made from its own properties: \(error)")
        }
    }

    /// These settings, changed by one table after another, then by flags: defaults < preset < file < flags.
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
    /// - Throws: ``ConfigurationError`` for the first that can't be applied.
    public mutating func apply(_ table: SettingsTable) throws(ConfigurationError) {
        for entry in table.entries { try set(entry.name, to: entry.value, source: entry.source) }
    }

    /// Applies a flag of the form `name=value`. Values are written as in TOML, but texts need no quotes.
    ///
    /// - Throws: ``ConfigurationError``.
    public mutating func apply(assignment text: String) throws(ConfigurationError) {
        guard let equals = text.firstIndex(of: "="), equals != text.startIndex else { throw .badAssignment(text: text) }
        let name = String(text[..<equals])
        let value = String(text[text.index(after: equals)...])
        let takesText = declarations.first { $0.name == name }?.setting.takesText ?? false
        try set(name, to: takesText ? .text(value) : SettingValue(flag: value), source: "--set \(text)")
    }

    /// All settings with their values, as in a file; applying the table gives the same values again.
    public var settingsTable: SettingsTable {
        SettingsTable(settings.map { SettingsTable.Entry($0.name, $0.value) })
    }

    /// All settings with their values as a JSON object.
    public var settingsJSON: JSON {
        .object(settings.map { JSON.Member($0.name, $0.value.json) })
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
            ?? wholeNumber(text).map(SettingValue.integer)
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
