/// A value that a setting can have, as files and flags give it.
public enum SettingValue: Hashable, Sendable {
    /// A whole number.
    case integer(Int)
    /// A number.
    case number(Double)
    /// True or false.
    case boolean(Bool)
    /// A text.
    case text(String)
    /// A list of whole numbers.
    case integers([Int])

    /// What kind of value it is, for errors.
    var kind: String {
        switch self {
        case .integer: "a whole number"
        case .number: "a number"
        case .boolean: "true or false"
        case .text: "a text"
        case .integers: "a list of whole numbers"
        }
    }

    /// The value as TOML writes it; numbers read back to the same bits.
    public var toml: String {
        switch self {
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .boolean(let value): "\(value)"
        case .text(let value): quoted(value)
        case .integers(let values): "[" + values.map(String.init).joined(separator: ", ") + "]"
        }
    }
}

/// A text as a TOML basic string.
func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": result += "\\\""
        case "\\": result += "\\\\"
        case "\n": result += "\\n"
        case "\t": result += "\\t"
        case "\r": result += "\\r"
        case _ where scalar.value < 0x20 || scalar.value == 0x7F:
            let digits = String(scalar.value, radix: 16)
            result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result + "\""
}

/// One named setting of `Root`: a property, the values that it may have, and a line of help.
public struct Setting<Root>: Sendable {
    /// The name in files and flags: the property's.
    public let name: String
    /// One line for people.
    public let help: String
    /// The values that it may have, in words.
    public let expected: String
    let get: @Sendable (Root) -> SettingValue
    /// Sets the value, or says no by returning false.
    let set: @Sendable (inout Root, SettingValue) -> Bool

    /// A whole number.
    public init(
        _ name: String, _ path: WritableKeyPath<Root, Int> & Sendable, _ range: ClosedRange<Int>, _ help: String
    ) {
        (self.name, self.help, expected) = (name, help, "a whole number from \(range.lowerBound) to \(range.upperBound)")
        get = { .integer($0[keyPath: path]) }
        set = { root, value in
            guard case .integer(let number) = value, range.contains(number) else { return false }
            root[keyPath: path] = number
            return true
        }
    }

    /// A number; whole ones may be written without a point.
    public init(
        _ name: String, _ path: WritableKeyPath<Root, Double> & Sendable, _ range: ClosedRange<Double>, _ help: String
    ) {
        (self.name, self.help, expected) = (name, help, "a number from \(range.lowerBound) to \(range.upperBound)")
        get = { .number($0[keyPath: path]) }
        set = { root, value in
            let number: Double
            switch value {
            case .number(let given): number = given
            case .integer(let given): number = Double(given)
            default: return false
            }
            guard range.contains(number) else { return false }
            root[keyPath: path] = number
            return true
        }
    }

    /// True or false.
    public init(_ name: String, _ path: WritableKeyPath<Root, Bool> & Sendable, _ help: String) {
        (self.name, self.help, expected) = (name, help, "true or false")
        get = { .boolean($0[keyPath: path]) }
        set = { root, value in
            guard case .boolean(let flag) = value else { return false }
            root[keyPath: path] = flag
            return true
        }
    }

    /// A list of whole numbers, each in the range.
    public init(
        _ name: String, _ path: WritableKeyPath<Root, [Int]> & Sendable, _ range: ClosedRange<Int>, _ help: String
    ) {
        (self.name, self.help) = (name, help)
        expected = "a list of whole numbers from \(range.lowerBound) to \(range.upperBound), such as [128, 128]"
        get = { .integers($0[keyPath: path]) }
        set = { root, value in
            guard case .integers(let numbers) = value, numbers.allSatisfy(range.contains) else { return false }
            root[keyPath: path] = numbers
            return true
        }
    }

    /// One of an enumeration's names.
    public init<Choice: RawRepresentable & CaseIterable & SendableMetatype>(
        _ name: String, _ path: WritableKeyPath<Root, Choice> & Sendable, _ help: String
    ) where Choice.RawValue == String {
        (self.name, self.help) = (name, help)
        expected = "one of " + Choice.allCases.map(\.rawValue).joined(separator: ", ")
        get = { .text($0[keyPath: path].rawValue) }
        set = { root, value in
            guard case .text(let text) = value, let choice = Choice(rawValue: text) else { return false }
            root[keyPath: path] = choice
            return true
        }
    }
}
