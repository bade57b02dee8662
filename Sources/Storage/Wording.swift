/// A number of things, such as `1 episode` or `12 episodes`.
///
/// - Parameters:
///   - plural: the noun for other numbers than 1; with an `s` unless it is given.
///   - written: the number as text if it is to be written in another way, with its digits in groups, say.
public func counted(_ count: Int, _ noun: String, plural: String? = nil, written: String? = nil) -> String {
    "\(written ?? "\(count)") \(count == 1 ? noun : plural ?? noun + "s")"
}

/// A text as a shell takes it for one word: unchanged if it can be, otherwise in single quotes.
public func shellQuoted(_ text: String) -> String {
    let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-")
    // A word that begins like an option would be taken for one.
    let word = text.hasPrefix("-") ? "./" + text : text
    if !word.isEmpty, word.allSatisfy(plain.contains) { return word }
    return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
}

extension String {
    /// The text if it has at most so many bytes of UTF-8; otherwise its first whole characters and a checksum of all of
    /// it, so that different texts stay different.
    public func shortened(toBytes limit: Int) -> String {
        guard utf8.count > limit else { return self }
        let checksum = Array(utf8).withUnsafeBytes { crc32($0) }
        let mark = "-" + String(checksum, radix: 16)
        var (start, bytes) = ("", mark.utf8.count)
        for character in self {
            bytes += character.utf8.count
            if bytes > limit { break }
            start.append(character)
        }
        return start + mark
    }
}

/// The whole number that a text spells, as people write counts: `50000`, `50_000`, `5e4`, `50k`, `1.5M`, `2G`.
///
/// - Returns: nil for any other text, and for a number that isn't whole or doesn't fit.
public func wholeNumber(_ text: String) -> Int? {
    let powers: [Character: Double] = ["k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9]
    var digits = text[...]
    let power = digits.last.flatMap { powers[$0] }
    if power != nil { digits = digits.dropLast() }
    guard let first = digits.first(where: { $0 != "-" && $0 != "+" }), first.isASCII, first.isNumber,
        digits.last?.isNumber == true, !digits.contains("__")
    else { return nil }
    let plain = digits.filter { $0 != "_" }
    if power == nil, let number = Int(plain) { return number }
    // Beyond 2^53 a number with a point or an exponent isn't exact any more.
    guard plain.allSatisfy({ $0.isASCII && ($0.isNumber || "+-.eE".contains($0)) }), let number = Double(plain) else {
        return nil
    }
    let value = number * (power ?? 1)
    return value.magnitude <= 0x1p53 ? Int(exactly: value) : nil
}
