/// The name closest to a misspelt one, to suggest in an error message.
///
/// The distance is the number of insertions, deletions, replacements and swaps of neighbours (the restricted
/// Damerau–Levenshtein distance), ignoring case.
///
/// - Returns: The closest name, the first of equals; `nil` if none is within a third of the length (at least 2).
/// - Complexity: The product of both lengths for each name; at most the first 100 characters of `name` count.
public func nearestName(to name: String, among names: some Sequence<String>) -> String? {
    let wanted = Array(name.lowercased().prefix(100))
    var best: (name: String, distance: Int)?
    for candidate in names {
        let distance = editDistance(wanted, Array(candidate.lowercased().prefix(100)))
        if distance < best?.distance ?? (max(2, wanted.count / 3) + 1) { best = (candidate, distance) }
    }
    return best?.name
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
