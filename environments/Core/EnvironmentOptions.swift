import Storage

/// An option of an environment.
public struct EnvironmentOption: Hashable, Sendable {
    /// The name, such as `is_slippery`.
    public let name: String
    /// A short description.
    public let summary: String
    /// The default value as text; empty if the option is unset by default.
    public let usual: String
    /// Whether the value is the path of a file, whose content the environment depends on.
    public let isPath: Bool
    /// Whether it is part of what is played. One that isn't, such as the path of a program, is neither written to run
    /// folders and recordings nor taken from any file.
    public let isStored: Bool

    /// Describes an option.
    public init(_ name: String, _ summary: String, usual: String = "", isPath: Bool = false, isStored: Bool = true) {
        (self.name, self.summary, self.usual) = (name, summary, usual)
        (self.isPath, self.isStored) = (isPath, isStored)
    }
}

/// The options that a user has given, read as the types that an environment needs.
public struct EnvironmentOptions: Sendable {
    private let texts: [String: String]

    /// Takes option values by name.
    public init(_ texts: [String: String]) {
        self.texts = texts
    }

    /// The names of the options that are given, sorted.
    public var names: [String] { texts.keys.sorted() }

    /// The value of an option as text; nil if it is not given.
    public func text(_ name: String) -> String? { texts[name] }

    /// One of several words; nil if the option is not given.
    public func choice(_ name: String, of words: [String]) throws(EnvironmentError) -> String? {
        guard let text = texts[name] else { return nil }
        if words.contains(text) { return text }
        let hint = nearestName(to: text, among: words).map { " (did you mean '\($0)'?)" } ?? ""
        throw .badValue(
            option: name, value: text, expected: "one of \(words.joined(separator: ", "))\(hint)")
    }

    /// A Boolean, written `true` or `false`; nil if it is not given.
    public func flag(_ name: String) throws(EnvironmentError) -> Bool? {
        try choice(name, of: ["true", "false"]).map { $0 == "true" }
    }

    /// A number in a range; nil if it is not given.
    public func number(_ name: String, in range: ClosedRange<Double>) throws(EnvironmentError) -> Double? {
        guard let text = texts[name] else { return nil }
        guard let number = Double(text), range.contains(number) else {
            throw .badValue(
                option: name, value: text, expected: "a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// A whole number in a range; nil if it is not given.
    public func integer(_ name: String, in range: ClosedRange<Int>) throws(EnvironmentError) -> Int? {
        guard let text = texts[name] else { return nil }
        guard let number = wholeNumber(text), range.contains(number) else {
            throw .badValue(
                option: name, value: text, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// `count` finite numbers separated by commas; nil if they are not given.
    public func numbers(_ name: String, count: Int) throws(EnvironmentError) -> [Double]? {
        guard let text = texts[name] else { return nil }
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { part in
            Double(part.filter { !$0.isWhitespace }).flatMap { $0.isFinite ? $0 : nil }
        }
        guard parts.count == count, numbers.count == count else {
            throw .badValue(option: name, value: text, expected: "\(count) numbers separated by commas")
        }
        return numbers
    }
}
