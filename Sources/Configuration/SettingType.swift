/// A type of values that a ``Setting`` can have.
public protocol SettingType: Hashable, Sendable {
    /// What a declaration limits values to; `nil` is no limit, where the type allows that.
    associatedtype Limits: Sendable
    /// Takes a value from a file or flag; nil where it is of another kind or beyond the limits.
    init?(_ value: SettingValue, within limits: Limits)
    /// The value as files hold it.
    var settingValue: SettingValue { get }
    /// The values within the limits, in words.
    static func expected(within limits: Limits) -> String
    /// The names to choose from within the limits; none unless said otherwise.
    static func choices(within limits: Limits) -> [String]
    /// Whether a flag's text is taken as it is; false unless said otherwise.
    static var takesText: Bool { get }
}

extension SettingType {
    /// None.
    public static func choices(within limits: Limits) -> [String] { [] }
    /// False.
    public static var takesText: Bool { false }
}

/// `1e6` will do for 1,000,000.
extension Int: SettingType {
    /// A whole number within a range.
    public init?(_ value: SettingValue, within limits: ClosedRange<Int>) {
        guard let number = value.integer, limits.contains(number) else { return nil }
        self = number
    }

    /// An integer.
    public var settingValue: SettingValue { .integer(self) }

    /// A range in words.
    public static func expected(within limits: ClosedRange<Int>) -> String {
        "a whole number from \(limits.lowerBound) to \(limits.upperBound)"
    }
}

/// Whole numbers may be written without a point.
extension Double: SettingType {
    /// A number within a range.
    public init?(_ value: SettingValue, within limits: ClosedRange<Double>) {
        guard let number = value.number, limits.contains(number) else { return nil }
        self = number
    }

    /// A number.
    public var settingValue: SettingValue { .number(self) }

    /// A range in words.
    public static func expected(within limits: ClosedRange<Double>) -> String {
        "a number from \(limits.lowerBound) to \(limits.upperBound)"
    }
}

/// A `Float` is written as the shortest text that reads back the same.
extension Float: SettingType {
    /// A number within a range.
    public init?(_ value: SettingValue, within limits: ClosedRange<Float>) {
        guard let number = value.number.map(Float.init), limits.contains(number) else { return nil }
        self = number
    }

    /// The number of the shortest text.
    public var settingValue: SettingValue { .number(Double(description) ?? Double(self)) }

    /// A range in words.
    public static func expected(within limits: ClosedRange<Float>) -> String {
        "a number from \(limits.lowerBound) to \(limits.upperBound)"
    }
}

extension Bool: SettingType {
    /// True or false; there is nothing to limit.
    public init?(_ value: SettingValue, within limits: Never?) {
        guard case .boolean(let flag) = value else { return nil }
        self = flag
    }

    /// A truth value.
    public var settingValue: SettingValue { .boolean(self) }

    /// Both values.
    public static func expected(within limits: Never?) -> String { "true or false" }
}

extension String: SettingType {
    /// A text without NUL characters.
    public init?(_ value: SettingValue, within limits: Never?) {
        guard let text = value.text, !text.utf8.contains(0) else { return nil }
        self = text
    }

    /// A text.
    public var settingValue: SettingValue { .text(self) }

    /// Any text.
    public static func expected(within limits: Never?) -> String { "a text" }

    /// True.
    public static var takesText: Bool { true }
}

extension [Int]: SettingType {
    /// A list of whole numbers, each within the range; a single number is a list of one.
    public init?(_ value: SettingValue, within limits: ClosedRange<Int>) {
        let numbers: [Int]
        switch value {
        case .integers(let given): numbers = given
        case .integer(let given): numbers = [given]
        default: return nil
        }
        guard numbers.allSatisfy(limits.contains) else { return nil }
        self = numbers
    }

    /// A list of integers.
    public var settingValue: SettingValue { .integers(self) }

    /// The elements' range in words.
    public static func expected(within limits: ClosedRange<Int>) -> String {
        "a list of whole numbers from \(limits.lowerBound) to \(limits.upperBound), such as [128, 128]"
    }
}

/// An enumeration one of whose names is chosen. A setting may be limited to some of its cases.
public protocol SettingChoice: SettingType, CaseIterable, RawRepresentable
where RawValue == String, Limits == [Self]? {}

extension SettingChoice {
    /// The case of a name, where it is one of those allowed.
    public init?(_ value: SettingValue, within limits: [Self]?) {
        guard let choice = value.text.flatMap(Self.init(rawValue:)), limits?.contains(choice) ?? true else {
            return nil
        }
        self = choice
    }

    /// The name.
    public var settingValue: SettingValue { .text(rawValue) }

    /// The names in words.
    public static func expected(within limits: [Self]?) -> String {
        "one of " + choices(within: limits).joined(separator: ", ")
    }

    /// The names, in the order of the limits or of the declaration.
    public static func choices(within limits: [Self]?) -> [String] { (limits ?? Array(allCases)).map(\.rawValue) }

    /// True.
    public static var takesText: Bool { true }
}
