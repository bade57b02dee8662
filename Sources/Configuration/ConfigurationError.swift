/// A setting that can't be applied: where it was given, and what would be valid.
public enum ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// No setting has that name.
    case unknownSetting(name: String, source: String, nearest: String?)
    /// The value has the wrong type or is out of range.
    case badValue(name: String, value: String, expected: String, source: String)
    /// A flag isn't of the form `name=value`.
    case badAssignment(text: String)
    /// A file isn't valid TOML, or lacks something that it must have.
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
                + "; 'reverie list presets' lists all presets"
        }
    }
}
