/// A type of value that a ``Setting`` can have.
public protocol SettingType: Hashable, Sendable {
    /// How a declaration limits values; `nil` for no limit, if the type allows that.
    associatedtype Limits: Sendable
    /// Takes a value from a file or flag; nil if it is of another kind or outside the limits.
    init?(_ value: SettingValue, within limits: Limits)
    /// The value as in a file.
    var settingValue: SettingValue { get }
    /// The values within the limits, in words.
    static func expected(within limits: Limits) -> String
    /// The names to choose from within the limits; none by default.
    static func choices(within limits: Limits) -> [String]
    /// Whether a flag's text is taken literally, without quotes; false by default.
    static var takesText: Bool { get }
}

extension SettingType {
    public static func choices(within limits: Limits) -> [String] { [] }
    public static var takesText: Bool { false }
}

/// `1e6` is accepted for 1,000,000.
extension Int: SettingType {
    public init?(_ value: SettingValue, within limits: ClosedRange<Int>) {
        guard let number = value.integer, limits.contains(number) else { return nil }
        self = number
    }

    public var settingValue: SettingValue { .integer(self) }

    public static func expected(within limits: ClosedRange<Int>) -> String {
        "a whole number from \(limits.lowerBound) to \(limits.upperBound)"
    }
}

/// Whole numbers may be written without a point.
extension Double: SettingType {
    public init?(_ value: SettingValue, within limits: ClosedRange<Double>) {
        guard let number = value.number, limits.contains(number) else { return nil }
        self = number
    }

    public var settingValue: SettingValue { .number(self) }

    public static func expected(within limits: ClosedRange<Double>) -> String {
        "a number from \(limits.lowerBound) to \(limits.upperBound)"
    }
}

/// A `Float` is written as the shortest text that reads back as the same value.
extension Float: SettingType {
    public init?(_ value: SettingValue, within limits: ClosedRange<Float>) {
        guard let number = value.number.map(Float.init), limits.contains(number) else { return nil }
        self = number
    }

    public var settingValue: SettingValue { .number(Double(description) ?? Double(self)) }

    public static func expected(within limits: ClosedRange<Float>) -> String {
        "a number from \(limits.lowerBound) to \(limits.upperBound)"
    }
}

extension Bool: SettingType {
    public init?(_ value: SettingValue, within limits: Never?) {
        guard case .boolean(let flag) = value else { return nil }
        self = flag
    }

    public var settingValue: SettingValue { .boolean(self) }

    public static func expected(within limits: Never?) -> String { "true or false" }
}

extension String: SettingType {
    /// Takes a text without NUL characters.
    public init?(_ value: SettingValue, within limits: Never?) {
        guard let text = value.text, !text.utf8.contains(0) else { return nil }
        self = text
    }

    public var settingValue: SettingValue { .text(self) }

    public static func expected(within limits: Never?) -> String { "a text" }

    public static var takesText: Bool { true }
}

extension [Int]: SettingType {
    /// Takes a list of whole numbers, each within the range; a single number is a list of one.
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

    public var settingValue: SettingValue { .integers(self) }

    public static func expected(within limits: ClosedRange<Int>) -> String {
        "a list of whole numbers from \(limits.lowerBound) to \(limits.upperBound), such as [128, 128]"
    }
}

/// An enumeration whose cases are chosen by name. A setting may be limited to some of them.
public protocol SettingChoice: SettingType, CaseIterable, RawRepresentable
where RawValue == String, Limits == [Self]? {}

extension SettingChoice {
    /// The case of a name, if it is one of those allowed.
    public init?(_ value: SettingValue, within limits: [Self]?) {
        guard let choice = value.text.flatMap(Self.init(rawValue:)), limits?.contains(choice) ?? true else {
            return nil
        }
        self = choice
    }

    public var settingValue: SettingValue { .text(rawValue) }

    public static func expected(within limits: [Self]?) -> String {
        "one of " + choices(within: limits).joined(separator: ", ")
    }

    /// The names, in the order of the limits, else of the declaration.
    public static func choices(within limits: [Self]?) -> [String] { (limits ?? Array(allCases)).map(\.rawValue) }

    public static var takesText: Bool { true }
}
