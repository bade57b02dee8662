/// One named setting of a ``Configurable`` struct, declared once: a property with its default, the limits of its value,
/// and a line of help.
///
/// ```swift
/// @Setting(0...1, "learning rate at the start") public var learningRate = 1e-4
/// ```
///
/// The property is stored like any other, with limits, help and the values that a tuner tries beside its value.
/// Settings are equal if their values are.
@propertyWrapper
public struct Setting<Value: SettingType>: Hashable, Sendable {
    public var wrappedValue: Value
    private let limits: Value.Limits
    private let help: StaticString
    private let search: StaticString?

    /// A setting with limits: a range of numbers, or a subset of an enumeration's choices.
    ///
    /// - Parameter search: The values that a tuner tries unless it is told others, as ``SearchRange`` reads them; nil
    ///   if it leaves the setting alone.
    public init(wrappedValue: Value, _ limits: Value.Limits, _ help: StaticString, search: StaticString? = nil) {
        (self.wrappedValue, self.limits, self.help, self.search) = (wrappedValue, limits, help, search)
    }

    /// A setting that can have any value of its type.
    public init(
        wrappedValue: Value, _ help: StaticString, search: StaticString? = nil
    ) where Value.Limits: ExpressibleByNilLiteral {
        self.init(wrappedValue: wrappedValue, nil, help, search: search)
    }

    public static func == (first: Self, second: Self) -> Bool { first.wrappedValue == second.wrappedValue }

    public func hash(into hasher: inout Hasher) { hasher.combine(wrappedValue) }
}

extension Setting: Decodable {
    /// Always throws: limits and help exist only in the declaration, so settings are changed by name, with
    /// ``Configurable/set(_:to:source:)``. The conformance lets the compiler write ``Configurable``'s `init(from:)`.
    ///
    /// - Throws: `DecodingError`, always.
    public init(from decoder: any Decoder) throws {
        throw DecodingError.dataCorrupted(
            .init(codingPath: decoder.codingPath, debugDescription: "a setting is set by name, not decoded"))
    }
}

/// Describes one setting.
public struct SettingDescription: Hashable, Sendable {
    /// The name in files and flags, which is the property's.
    public let name: String
    public let value: SettingValue
    /// The valid values, in words.
    public let expected: String
    /// The names to choose from; empty if the type has none.
    public let choices: [String]
    /// One line of help.
    public let help: String
    /// The values that a tuner tries unless it is told others, as ``SearchRange`` reads them; nil for none.
    public let search: String?
}

/// A setting of any type.
protocol AnySetting {
    /// Whether a flag's text is taken literally, without quotes.
    var takesText: Bool { get }
    func description(named name: String) -> SettingDescription
    /// The same setting with another value; nil if the value is not valid.
    func changed(to value: SettingValue) -> Self?
}

extension Setting: AnySetting {
    var takesText: Bool { Value.takesText }

    func description(named name: String) -> SettingDescription {
        SettingDescription(
            name: name, value: wrappedValue.settingValue, expected: Value.expected(within: limits),
            choices: Value.choices(within: limits), help: help.description, search: search?.description)
    }

    func changed(to value: SettingValue) -> Self? {
        Value(value, within: limits).map { Self(wrappedValue: $0, limits, help, search: search) }
    }
}
