import Configuration

/// True, false, or as the data suggest.
public enum Automatic: SettingType, ExpressibleByBooleanLiteral {
    case auto, yes, no

    public init(booleanLiteral value: Bool) { self = value ? .yes : .no }

    public init?(_ value: SettingValue, within limits: Never?) {
        switch value {
        case .boolean(let flag): self = flag ? .yes : .no
        case .text("auto"): self = .auto
        case .text("true"): self = .yes
        case .text("false"): self = .no
        default: return nil
        }
    }

    public var settingValue: SettingValue { self == .auto ? .text("auto") : .boolean(self == .yes) }

    public static func expected(within limits: Never?) -> String { "auto, true or false" }
    public static func choices(within limits: Never?) -> [String] { ["auto", "true", "false"] }
    public static var takesText: Bool { true }
}

extension DataSettings {
    /// Which column of a table is the class.
    public enum LabelColumn: SettingType {
        /// The one that the header calls `class` or `label`; else the first or the last, if only that has texts.
        case auto
        case none, first, last
        /// By its name in the header, or its number from 1.
        case named(String)

        public init?(_ value: SettingValue, within limits: Never?) {
            switch value {
            case .text("auto"): self = .auto
            case .text("none"): self = .none
            case .text("first"): self = .first
            case .text("last"): self = .last
            case .text(let name) where !name.isEmpty && !name.utf8.contains(0): self = .named(name)
            case .integer(let number) where number >= 1: self = .named("\(number)")
            default: return nil
            }
        }

        /// As in the option.
        public var name: String {
            switch self {
            case .auto: "auto"
            case .none: "none"
            case .first: "first"
            case .last: "last"
            case .named(let name): name
            }
        }

        public var settingValue: SettingValue { .text(name) }

        public static func expected(within limits: Never?) -> String {
            "auto, none, first, last, or a column's name or number"
        }
        public static func choices(within limits: Never?) -> [String] { ["auto", "none", "first", "last"] }
        public static var takesText: Bool { true }
    }

    /// Classes, by their names or numbers.
    public struct ClassChoice: SettingType, ExpressibleByArrayLiteral {
        public var names: [String]

        public init(arrayLiteral numbers: Int...) { names = numbers.map(String.init) }
        public init(_ names: [String]) { self.names = names }

        /// Takes a list of numbers, or names between commas, in brackets or not.
        public init?(_ value: SettingValue, within limits: Never?) {
            switch value {
            case .integers(let numbers): names = numbers.map(String.init)
            case .integer(let number): names = [String(number)]
            case .text(let text):
                guard !text.utf8.contains(0) else { return nil }
                let isBracketed = text.hasPrefix("[") && text.hasSuffix("]") && text.count >= 2
                let list = isBracketed ? text.dropFirst().dropLast() : text[...]
                names = list.split(separator: ",").map { part in
                    String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
                }
            default: return nil
            }
        }

        public var settingValue: SettingValue {
            let numbers = names.compactMap(Int.init)
            return numbers.count == names.count ? .integers(numbers) : .text(names.joined(separator: ","))
        }

        public static func expected(within limits: Never?) -> String {
            "a list of classes by name or number, such as cat,dog or [3, 8]"
        }
        public static var takesText: Bool { true }

        public var isEmpty: Bool { names.isEmpty }
    }
}
