import Datasets
import Random

/// Sequences as fitting takes them: short ones whole, long ones a window at a time, each time cut at another place.
struct FitWindows: Sendable {
    private let lengths: [Int]
    private let context: Int
    /// The sequence of each window, and its number among that sequence's.
    private let places: [(sequence: Int, index: Int)]

    /// Cuts sequences of the given lengths into windows of `context` + 1 steps that share one, those of at most that many steps
    /// being left as they are.
    init(_ lengths: [Int], context: Int) {
        (self.lengths, self.context) = (lengths, context)
        places = lengths.enumerated().flatMap { sequence, length in
            (0..<max(1, (length - 1) / context)).map { (sequence, $0) }
        }
    }

    var count: Int { places.count }

    /// Windows of sequences; a long sequence's are moved on by up to `context` steps each.
    func gathered(_ windows: some Collection<Int>, of rows: DataRows, random: RandomStream) -> DataRows {
        var random = random.split("windows")
        var (ranges, ends): ([Range<Int>], [Int]) = ([], [])
        for window in windows {
            let (sequence, index) = places[window]
            let length = lengths[sequence]
            let size = min(length, context + 1)
            let start = min(index * context + random.integers(below: context), length - size)
            let first = rows.range(of: sequence).lowerBound + start * rows.width
            ranges.append(first..<first + size * rows.width)
            ends.append(size)
        }
        return DataRows(sequences: rows.numbers.gathered(ranges), width: rows.width, lengths: ends)
    }
}
