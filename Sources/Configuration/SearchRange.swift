import Foundation
import Storage

/// The values that a tuner tries for a setting: numbers between two bounds, evenly or by their logarithm, or choices.
///
/// It is written as a text:
///
/// ```
/// 1e-5..1e-2 log
/// 0.8..1
/// 64 | 128 | 256
/// 64,64 | 256,256
/// ```
///
/// Both bounds count. Whether numbers are whole follows from the setting.
public struct SearchRange: Hashable, Sendable {
    /// Which values there are.
    public enum Values: Hashable, Sendable {
        case numbers(ClosedRange<Double>, isLogarithmic: Bool, isWhole: Bool)
        case choices([SettingValue])
    }

    /// The setting's name.
    public let name: String
    public let values: Values
    /// The range as it was written.
    public let text: String

    private static let expected = "a range such as '1e-5..1e-2 log', or choices such as '64 | 128'"

    /// Reads a range for one of some settings.
    ///
    /// - Parameter source: Where it was written, for errors.
    /// - Throws: ``ConfigurationError`` for an unknown name, a range that is empty or can't be read, and values that
    ///   the setting can't have.
    public init(
        _ text: String, of name: String, among settings: some Configurable, source: String
    ) throws(ConfigurationError) {
        guard let setting = settings.settings.first(where: { $0.name == name }) else {
            let nearest = nearestName(to: name, among: settings.settings.map(\.name))
            throw .unknownSetting(name: name, source: source, nearest: nearest)
        }
        (self.name, self.text) = (name, text)
        func wrong(_ expected: String) -> ConfigurationError {
            .badValue(name: "the range of \(name)", value: "'\(text)'", expected: expected, source: source)
        }
        if let bounds = Bounds(text) {
            guard bounds.low < bounds.high else { throw wrong("one from a smaller to a larger number") }
            guard !bounds.isLogarithmic || bounds.low > 0 else { throw wrong("one above 0 to be logarithmic") }
            guard let values = bounds.values(for: setting.value) else {
                throw wrong("choices such as 'a | b' here, since \(name) is \(setting.expected)")
            }
            self.values = values
        } else if let choices = Self.choices(text, for: setting.value) {
            guard choices.count > 1 else { throw wrong("at least two values; use --set for a single one") }
            values = .choices(choices)
        } else {
            throw wrong(Self.expected)
        }
        var copy = settings
        for end in ends { try copy.set(name, to: end, source: source) }
    }

    /// The values that a setting must be able to have, for all of the range to be valid.
    private var ends: [SettingValue] {
        switch values {
        case .numbers(let range, _, let isWhole):
            [range.lowerBound, range.upperBound].map { Self.value($0, isWhole: isWhole) }
        case .choices(let choices): choices
        }
    }

    /// The bounds of a range of numbers, as written.
    private struct Bounds {
        let low, high: Double
        let isLogarithmic: Bool

        /// Nil if the text isn't a range of numbers.
        init?(_ text: String) {
            isLogarithmic = text.hasSuffix(" log")
            let ends = text.dropLast(isLogarithmic ? 4 : 0).split(separator: "..", omittingEmptySubsequences: false)
            let numbers = ends.map { Double(String($0).trimmed) ?? .nan }
            guard numbers.count == 2, numbers.allSatisfy(\.isFinite) else { return nil }
            (low, high) = (numbers[0], numbers[1])
        }

        /// The range for a setting with a value of this type; nil if it has no such numbers.
        func values(for value: SettingValue) -> Values? {
            switch value {
            case .integer:
                guard Int(exactly: low) != nil, Int(exactly: high) != nil else { return nil }
                return .numbers(low...high, isLogarithmic: isLogarithmic, isWhole: true)
            case .number: return .numbers(low...high, isLogarithmic: isLogarithmic, isWhole: false)
            case .boolean, .text, .integers, .numbers: return nil
            }
        }
    }

    private static func choices(_ text: String, for value: SettingValue) -> [SettingValue]? {
        let words = text.split(separator: "|", omittingEmptySubsequences: false).map { String($0).trimmed }
        guard !words.contains(""), !text.contains("..") else { return nil }
        if case .text = value { return words.map(SettingValue.text) }
        return words.map(SettingValue.init(flag:))
    }

    private static func value(_ number: Double, isWhole: Bool) -> SettingValue {
        isWhole ? .integer(Int(number)) : .number(number)
    }

    /// The value at a share of the range, from 0 to below 1, so that uniform shares give values evenly, or evenly by
    /// their logarithms. Numbers that aren't whole are rounded to three digits.
    public func value(at share: Double) -> SettingValue {
        switch values {
        case .choices(let choices): return choices[min(choices.count - 1, Int(share * Double(choices.count)))]
        case .numbers(let range, let isLogarithmic, let isWhole):
            // Each whole number has the same share, or that of half a unit around it.
            let margin = isWhole ? 0.5 : 0
            let (low, high) = (range.lowerBound - margin, range.upperBound + margin)
            let number =
                isLogarithmic ? exp(log(low) + share * (log(high) - log(low))) : low + share * (high - low)
            let rounded = isWhole ? number.rounded() : number.rounded(toDigits: 3)
            return Self.value(min(max(rounded, range.lowerBound), range.upperBound), isWhole: isWhole)
        }
    }
}

extension String {
    fileprivate var trimmed: String { trimmingCharacters(in: .whitespaces) }
}

extension Double {
    /// The nearest number that is written with so many digits.
    fileprivate func rounded(toDigits digits: Int) -> Double {
        Double(String(format: "%.\(digits - 1)e", self)) ?? self
    }
}
