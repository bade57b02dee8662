import ArgumentParser
import Storage

/// The seeds of runs side by side, as `0..9` (both ends included), `0,3,7`, or both: `0..4,10`.
struct SeedSet: ExpressibleByArgument, Hashable {
    /// The seeds in the order given, each once.
    let seeds: [Int]

    /// More runs than this are probably a mistake.
    static let limit = 10_000

    init?(argument: String) {
        var seeds: [Int] = []
        for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
            guard let range = Self.range(part), seeds.count + range.count <= Self.limit else { return nil }
            seeds += range
        }
        guard Set(seeds).count == seeds.count else { return nil }
        self.seeds = seeds
    }

    /// A seed, or `first..last`.
    private static func range(_ text: Substring) -> ClosedRange<Int>? {
        let ends = text.split(separator: "..", omittingEmptySubsequences: false).map { wholeNumber(String($0)) }
        guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1] else { return nil }
        guard first >= 0, first <= last, last - first < Self.limit else { return nil }
        return first...last
    }
}
