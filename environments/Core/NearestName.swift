/// The candidate that `name` was probably meant to be; nil where none is close.
///
/// The measure is the number of letters to insert, delete, replace or swap with a neighbour, case ignored
/// (optimal string alignment); close is at most a third of the longer name, and at least two.
/// Takes time in the product of the lengths, for each candidate.
public func nearestName(to name: String, in candidates: some Sequence<String>) -> String? {
    let letters = Array(name.lowercased())
    var best: (distance: Int, name: String)?
    for candidate in candidates {
        let other = Array(candidate.lowercased())
        let distance = editDistance(letters, other)
        if distance <= max(2, max(letters.count, other.count) / 3), distance < best?.distance ?? .max {
            best = (distance, candidate)
        }
    }
    return best?.name
}

private func editDistance(_ left: [Character], _ right: [Character]) -> Int {
    var beforeLast = [Int](repeating: 0, count: right.count + 1)
    var last = Array(0...right.count)
    for i in left.indices {
        var row = [i + 1]
        for j in right.indices {
            var distance = min(last[j] + (left[i] == right[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
            if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                distance = min(distance, beforeLast[j - 1] + 1)
            }
            row.append(distance)
        }
        (beforeLast, last) = (last, row)
    }
    return last[right.count]
}
