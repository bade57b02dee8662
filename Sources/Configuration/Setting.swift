/// One named setting of a ``Configurable`` struct, declared once: a property with its default, the limits of its value, and a line
/// of help.
///
/// ```swift
/// @Setting(0...1, "learning rate at the start") public var learningRate = 1e-4
/// ```
///
/// The property is stored as any other; what else is declared stands beside its value. Settings are equal where their values are.
@propertyWrapper
public struct Setting<Value: SettingType>: Hashable, Sendable {
    /// The value.
    public var wrappedValue: Value
    private let limits: Value.Limits
    private let help: StaticString

    /// A setting with limits: a range of numbers, or some of an enumeration's choices.
    public init(wrappedValue: Value, _ limits: Value.Limits, _ help: StaticString) {
        (self.wrappedValue, self.limits, self.help) = (wrappedValue, limits, help)
    }

    /// A setting that can have any value of its type.
    public init(wrappedValue: Value, _ help: StaticString) where Value.Limits: ExpressibleByNilLiteral {
        self.init(wrappedValue: wrappedValue, nil, help)
    }

    /// Whether the values are equal.
    public static func == (first: Self, second: Self) -> Bool { first.wrappedValue == second.wrappedValue }

    /// Hashes the value.
    public func hash(into hasher: inout Hasher) { hasher.combine(wrappedValue) }
}

extension Setting: Decodable {
    /// Refuses: limits and help stand in the declaration only, so a setting is changed by name, with
    /// ``Configurable/set(_:to:source:)``. The conformance lets the compiler write ``Configurable``'s `init(from:)`.
    ///
    /// - Throws: `DecodingError`, always.
    public init(from decoder: any Decoder) throws {
        throw DecodingError.dataCorrupted(
            .init(codingPath: decoder.codingPath, debugDescription: "a setting is set by name, not decoded"))
    }
}

/// What there is to know of one setting.
public struct SettingDescription: Hashable, Sendable {
    /// The name in files and flags: the property's.
    public let name: String
    /// Its value.
    public let value: SettingValue
    /// The values that it may have, in words.
    public let expected: String
    /// The names to choose from; empty where the type has no such names.
    public let choices: [String]
    /// One line for people.
    public let help: String
}

/// A setting of any type.
protocol AnySetting {
    /// Whether it takes a flag's text as it is.
    var takesText: Bool { get }
    /// What there is to know of it.
    func description(named name: String) -> SettingDescription
    /// The same setting with another value; nil where the value is none of those expected.
    func changed(to value: SettingValue) -> Self?
}

extension Setting: AnySetting {
    var takesText: Bool { Value.takesText }

    func description(named name: String) -> SettingDescription {
        SettingDescription(
            name: name, value: wrappedValue.settingValue, expected: Value.expected(within: limits),
            choices: Value.choices(within: limits), help: help.description)
    }

    func changed(to value: SettingValue) -> Self? {
        Value(value, within: limits).map { Self(wrappedValue: $0, limits, help) }
    }
}
