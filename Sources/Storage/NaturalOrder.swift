/// The order of names in which numbers within them count as numbers: `2` before `10`, `seed-9` before `seed-10`.
public func naturallyPrecedes(_ left: String, _ right: String) -> Bool {
    let (a, b) = (naturalParts(left), naturalParts(right))
    for (x, y) in zip(a, b) where x != y {
        guard x.isNumber, y.isNumber else { return x.text.utf8.lexicographicallyPrecedes(y.text.utf8) }
        let (p, q) = (x.text.drop { $0 == "0" }, y.text.drop { $0 == "0" })
        if p.count != q.count { return p.count < q.count }
        if p != q { return p < q }
    }
    return a.count == b.count ? left.utf8.lexicographicallyPrecedes(right.utf8) : a.count < b.count
}

private func naturalParts(_ name: String) -> [(text: Substring, isNumber: Bool)] {
    var parts: [(text: Substring, isNumber: Bool)] = []
    var rest = name[...]
    while let first = rest.first {
        let isNumber = ("0"..."9").contains(first)
        let part = rest.prefix { ("0"..."9").contains($0) == isNumber }
        parts.append((part, isNumber))
        rest = rest.dropFirst(part.count)
    }
    return parts
}
