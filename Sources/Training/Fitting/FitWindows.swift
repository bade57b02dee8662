import Datasets
import Random

/// Sequences as fitting takes them: short ones whole, long ones in windows that are cut at new places each time.
struct FitWindows: Sendable {
    private let lengths: [Int]
    private let context: Int
    /// The sequence of each window, and the window's index within it.
    private let places: [(sequence: Int, index: Int)]

    /// Cuts sequences of the given lengths into windows of `context` + 1 steps that overlap by one; sequences of at
    /// most that many steps stay whole.
    init(_ lengths: [Int], context: Int) {
        (self.lengths, self.context) = (lengths, context)
        places = lengths.enumerated().flatMap { sequence, length in
            (0..<max(1, (length - 1) / context)).map { (sequence, $0) }
        }
    }

    var count: Int { places.count }

    /// Windows of sequences; those of a long sequence are shifted by up to `context` steps.
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
