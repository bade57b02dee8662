import Glibc

/// What is known of the terminal that a stream goes to, if it is one.
public struct Terminal: Hashable, Sendable {
    /// The width in columns.
    public let columns: Int
    /// Whether colours are wanted: not with `NO_COLOR` (https://no-color.org).
    public let isColoured: Bool

    public init(columns: Int, isColoured: Bool = false) { (self.columns, self.isColoured) = (columns, isColoured) }

    /// The terminal of a stream; nil for a file or pipe, and for a terminal that can't move its cursor (`TERM=dumb`).
    ///
    /// - Parameter variable: Returns the value of an environment variable.
    public init?(
        of stream: Int32, variable: (String) -> String? = { getenv($0).map { String(cString: $0) } }
    ) {
        guard isatty(stream) == 1, variable("TERM") != "dumb" else { return nil }
        var size = winsize()
        let isKnown = ioctl(stream, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        columns = isKnown ? Int(size.ws_col) : 80
        isColoured = variable("NO_COLOR").map(\.isEmpty) ?? true
    }

    /// How a part of a text stands out (SGR of ECMA-48).
    public enum Style: String, Hashable, Sendable {
        case bold = "1"
        case red = "31"
        case green = "32"
    }

    /// A text in a style, if colours are wanted.
    public func styled(_ text: String, _ style: Style) -> String {
        isColoured && !text.isEmpty ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// The columns that a text takes: two for each character of East Asian width, none for those that combine.
    public static func width(of text: some StringProtocol) -> Int {
        text.reduce(0) { $0 + width(of: $1) }
    }

    private static func width(of character: Character) -> Int {
        guard let scalar = character.unicodeScalars.first, scalar.value >= 0x300 else { return 1 }
        switch scalar.value {
        case 0x300...0x36F, 0x200B...0x200F: return 0
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
            0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
            return 2
        default: return 1
        }
    }

    /// A text in lines of at most so many columns, broken at blanks; a word that is longer has a line of its own.
    public static func lines(of text: String, columns: Int) -> [String] {
        var lines = [""]
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            let line = lines[lines.count - 1]
            if line.isEmpty {
                lines[lines.count - 1] = String(word)
            } else if width(of: line) + 1 + width(of: word) <= columns {
                lines[lines.count - 1] += " " + word
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }
}
