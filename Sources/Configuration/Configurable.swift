import Storage

/// Settings that files and flags can change by name.
public protocol Configurable: Sendable {
    /// The defaults.
    init()
    /// Every setting, in the order of files and tables.
    static var settings: [Setting<Self>] { get }
}

/// A setting that can't be applied: where it stands, and what would do.
public enum ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// No setting has that name.
    case unknownSetting(name: String, source: String, nearest: String?)
    /// The value has the wrong type or is out of range.
    case badValue(name: String, value: String, expected: String, source: String)
    /// A flag isn't of the form `name=value`.
    case badAssignment(text: String)
    /// A file breaks TOML, or misses what it must have.
    case badFile(path: String, line: Int, message: String)
    /// No preset has that name.
    case unknownPreset(name: String, nearest: String?)

    /// A sentence with the next thing to try.
    public var description: String {
        switch self {
        case .unknownSetting(let name, let source, let nearest):
            "\(source): there is no setting '\(name)'" + (nearest.map { "; did you mean '\($0)'?" } ?? "")
        case .badValue(let name, let value, let expected, let source):
            "\(source): \(name) is \(expected), not \(value)"
        case .badAssignment(let text):
            "--set takes name=value, such as learningRate=0.001, not '\(text)'"
        case .badFile(let path, let line, let message):
            "\(path):\(line): \(message)"
        case .unknownPreset(let name, let nearest):
            "there is no preset '\(name)'" + (nearest.map { "; did you mean '\($0)'?" } ?? "")
                + "; 'reverie list presets' shows all"
        }
    }
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
            throw .badValue(name: name, value: value.toml, expected: setting.expected, source: source)
        }
    }

    /// Applies a flag of the form `name=value`; the value is written as in TOML, a text also without quotes.
    ///
    /// - Throws: ``ConfigurationError``.
    public mutating func apply(assignment text: String) throws(ConfigurationError) {
        guard let equals = text.firstIndex(of: "="), equals != text.startIndex else { throw .badAssignment(text: text) }
        let name = String(text[..<equals])
        let value = String(text[text.index(after: equals)...])
        try set(name, to: SettingValue(flag: value), source: "--set \(text)")
    }

    /// The names and values, in order.
    public var values: [(name: String, value: SettingValue)] { Self.settings.map { ($0.name, $0.get(self)) } }

    /// A table of names, values and help.
    public static var help: [(name: String, standard: String, expected: String, help: String)] {
        let defaults = Self()
        return settings.map { ($0.name, $0.get(defaults).toml, $0.expected, $0.help) }
    }
}

extension SettingValue {
    /// The value that a flag's text stands for.
    init(flag text: String) {
        if let number = Int(text) {
            self = .integer(number)
        } else if let number = Double(text) {
            self = .number(number)
        } else if text == "true" || text == "false" {
            self = .boolean(text == "true")
        } else if text.hasPrefix("[") && text.hasSuffix("]") {
            let items = text.dropFirst().dropLast().split(separator: ",").map { Int($0.filter { $0 != " " }) }
            self = items.contains(nil) ? .text(text) : .integers(items.compactMap { $0 })
        } else {
            self = .text(text)
        }
    }
}
