import Experience

/// How the numbers of a space's member are flattened into a row.
@usableFromInline struct FlatLayout: Sendable {
    /// For each number, the length of its one-hot encoding; 0 if it is copied.
    @usableFromInline let choices: [Int]
    /// The length of the row.
    @usableFromInline let count: Int

    /// Whether all numbers are copied.
    @usableFromInline let isPlain: Bool

    @usableFromInline init(_ space: Space) {
        choices = Self.choices(space)
        count = choices.reduce(0) { $0 + max(1, $1) }
        isPlain = choices.allSatisfy { $0 == 0 }
    }

    private static func choices(_ space: Space) -> [Int] {
        switch space {
        case .discrete(let count): [count]
        case .multiDiscrete(let counts): counts
        case .box, .multiBinary: Array(repeating: 0, count: space.count)
        case .tuple, .dictionary: space.parts.flatMap(choices)
        }
    }

    @inlinable func write<Element: ObservationElement>(_ numbers: [Element], into row: inout MutableSpan<Element>) {
        if isPlain { return row.write(numbers, 0..<numbers.count) }
        let one = Element(nearest: 1)
        var offset = 0
        for index in numbers.indices {
            if choices[index] == 0 {
                row[offset] = numbers[index]
            } else {
                for choice in 0..<choices[index] { row[offset + choice] = .zero }
                row[offset + numbers[index].index] = one
            }
            offset += max(1, choices[index])
        }
    }
}
