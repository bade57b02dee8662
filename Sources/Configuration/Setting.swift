/// One named setting of `Root`: a property, the values that it may have, and a line of help.
public struct Setting<Root>: Sendable {
    /// The name in files and flags: the property's.
    public let name: String
    /// One line for people.
    public let help: String
    /// The values that it may have, in words.
    public let expected: String
    /// The names to choose from; empty where any value of the type will do.
    public let choices: [String]
    /// Whether it takes a flag's text as it is.
    let takesText: Bool
    let get: @Sendable (Root) -> SettingValue
    /// Sets the value, or says no by returning false.
    let set: @Sendable (inout Root, SettingValue) -> Bool

    private init<Value>(
        _ name: String, _ path: WritableKeyPath<Root, Value> & Sendable, _ help: String, expected: String,
        choices: [String] = [], takesText: Bool = false, get: @escaping @Sendable (Value) -> SettingValue,
        value: @escaping @Sendable (SettingValue) -> Value?
    ) {
        (self.name, self.help, self.expected) = (name, help, expected)
        (self.choices, self.takesText) = (choices, takesText)
        self.get = { get($0[keyPath: path]) }
        set = { root, given in
            guard let value = value(given) else { return false }
            root[keyPath: path] = value
            return true
        }
    }

    /// A whole number; `1e6` will do for 1,000,000.
    public init(
        _ name: String, _ path: WritableKeyPath<Root, Int> & Sendable, _ range: ClosedRange<Int>, _ help: String
    ) {
        self.init(
            name, path, help, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)",
            get: SettingValue.integer, value: { $0.integer.flatMap { range.contains($0) ? $0 : nil } })
    }

    /// A number; whole ones may be written without a point.
    public init(
        _ name: String, _ path: WritableKeyPath<Root, Double> & Sendable, _ range: ClosedRange<Double>, _ help: String
    ) {
        self.init(
            name, path, help, expected: "a number from \(range.lowerBound) to \(range.upperBound)",
            get: SettingValue.number, value: { $0.number.flatMap { range.contains($0) ? $0 : nil } })
    }

    /// A number kept as a `Float`, which is written as the shortest text that reads back the same.
    public init(
        _ name: String, _ path: WritableKeyPath<Root, Float> & Sendable, _ range: ClosedRange<Float>, _ help: String
    ) {
        self.init(
            name, path, help, expected: "a number from \(range.lowerBound) to \(range.upperBound)",
            get: { .number(Double($0.description) ?? Double($0)) },
            value: { $0.number.map(Float.init).flatMap { range.contains($0) ? $0 : nil } })
    }

    /// A text without NUL characters.
    public init(_ name: String, _ path: WritableKeyPath<Root, String> & Sendable, _ help: String) {
        self.init(
            name, path, help, expected: "a text", takesText: true, get: SettingValue.text,
            value: { $0.text.flatMap { $0.utf8.contains(0) ? nil : $0 } })
    }

    /// True or false.
    public init(_ name: String, _ path: WritableKeyPath<Root, Bool> & Sendable, _ help: String) {
        self.init(
            name, path, help, expected: "true or false", get: SettingValue.boolean,
            value: { if case .boolean(let flag) = $0 { flag } else { nil } })
    }

    /// A list of whole numbers, each in the range; a single number is a list of one.
    public init(
        _ name: String, _ path: WritableKeyPath<Root, [Int]> & Sendable, _ range: ClosedRange<Int>, _ help: String
    ) {
        self.init(
            name, path, help,
            expected: "a list of whole numbers from \(range.lowerBound) to \(range.upperBound), such as [128, 128]",
            get: SettingValue.integers,
            value: { value in
                let numbers: [Int]
                switch value {
                case .integers(let given): numbers = given
                case .integer(let given): numbers = [given]
                default: return nil
                }
                return numbers.allSatisfy(range.contains) ? numbers : nil
            })
    }

    /// One of an enumeration's names.
    public init<Choice: RawRepresentable & CaseIterable & SendableMetatype>(
        _ name: String, _ path: WritableKeyPath<Root, Choice> & Sendable, _ help: String
    ) where Choice.RawValue == String {
        let choices = Choice.allCases.map(\.rawValue)
        self.init(
            name, path, help, expected: "one of " + choices.joined(separator: ", "), choices: choices, takesText: true,
            get: { .text($0.rawValue) }, value: { $0.text.flatMap(Choice.init(rawValue:)) })
    }
}
