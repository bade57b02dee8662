import Storage

/// A setting's value, as in files and flags.
public enum SettingValue: Hashable, Sendable {
    case integer(Int)
    case number(Double)
    case boolean(Bool)
    case text(String)
    case integers([Int])
    /// A list of numbers that are not all whole.
    case numbers([Double])

    /// A whole number, even if written as a number without fraction (`1e6`).
    public var integer: Int? {
        switch self {
        case .integer(let value): value
        case .number(let value) where value.magnitude <= 0x1p53: Int(exactly: value)
        default: nil
        }
    }

    public var number: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    public var text: String? {
        if case .text(let value) = self { value } else { nil }
    }

    public var integerList: [Int]? {
        if case .integers(let values) = self { values } else { nil }
    }

    public var numberList: [Double]? {
        switch self {
        case .integers(let values): values.map(Double.init)
        case .numbers(let values): values
        default: nil
        }
    }

    /// The value in JSON; numbers that JSON can't express are `null`.
    public var json: JSON {
        switch self {
        case .integer(let value): .integer(value)
        case .number(let value): .number(value)
        case .boolean(let value): .boolean(value)
        case .text(let value): .string(value)
        case .integers(let values): .array(values.map(JSON.integer))
        case .numbers(let values): .array(values.map(JSON.number))
        }
    }

    /// The value in TOML; numbers read back as the same bits.
    public var toml: String {
        switch self {
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .boolean(let value): "\(value)"
        case .text(let value): quoted(value)
        case .integers(let values): "[" + values.map(String.init).joined(separator: ", ") + "]"
        case .numbers(let values): "[" + values.map { "\($0)" }.joined(separator: ", ") + "]"
        }
    }
}

/// A text as a TOML basic string.
private func quoted(_ text: String) -> String {
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
