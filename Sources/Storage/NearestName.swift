/// The name that a text means: the same one, or else the only one that differs from it in nothing but case.
public func matchingName(_ text: String, among names: some Sequence<String>) -> String? {
    var same: [String] = []
    let lowercased = text.lowercased()
    for name in names {
        if name == text { return name }
        if name.lowercased() == lowercased { same.append(name) }
    }
    return same.count == 1 ? same[0] : nil
}

/// The name closest to a misspelt one, to suggest in an error message.
///
/// The distance is the number of insertions, deletions, replacements and swaps of neighbours (the restricted
/// Damerau–Levenshtein distance), ignoring case. Names are also compared without what stands before `/` or `:` and
/// without a version, so that `pong` is close to `Arcade/Pong-v0`.
///
/// - Returns: The closest name, the first of equals; `nil` if none is within a third of the length, but at least 1.
/// - Complexity: The product of both lengths for each name; at most the first 100 characters of `name` count.
public func nearestName(to name: String, among names: some Sequence<String>) -> String? {
    let (wanted, core) = (letters(of: name), core(of: name))
    var best: (name: String, distances: (Int, Int))?
    for candidate in names {
        let whole = editDistance(wanted, letters(of: candidate))
        let inner = core.isEmpty ? .max : editDistance(core, Storage.core(of: candidate))
        let isNear = whole <= tolerance(wanted.count) || inner <= tolerance(core.count)
        let distances = (min(whole, inner), whole)
        if isNear, best.map({ distances < $0.distances }) ?? true { best = (candidate, distances) }
    }
    return best?.name
}

/// The number of mistakes in a name of `length` characters that still tell which one is meant.
private func tolerance(_ length: Int) -> Int { length == 0 ? 0 : max(1, length / 3) }

private func letters(of name: some StringProtocol) -> [Character] { Array(name.lowercased().prefix(100)) }

/// A name without its namespace and version: `pong` of `Arcade/Pong-v0`.
private func core(of name: String) -> [Character] {
    let last = name.split(whereSeparator: { $0 == "/" || $0 == ":" }).last ?? ""
    let digits = last.reversed().prefix { $0.isNumber }.count
    let isVersioned = digits > 0 && last.dropLast(digits).hasSuffix("-v")
    return letters(of: isVersioned ? last.dropLast(digits + 2) : last)
}

private func editDistance(_ a: [Character], _ b: [Character]) -> Int {
    guard !a.isEmpty, !b.isEmpty else { return max(a.count, b.count) }
    var beforePrevious: [Int] = []
    var previous = Array(0...b.count)
    for i in 1...a.count {
        var current = [i]
        for j in 1...b.count {
            let replaced = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
            var distance = min(replaced, previous[j] + 1, current[j - 1] + 1)
            if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
                distance = min(distance, beforePrevious[j - 2] + 1)
            }
            current.append(distance)
        }
        (beforePrevious, previous) = (previous, current)
    }
    return previous[b.count]
}
