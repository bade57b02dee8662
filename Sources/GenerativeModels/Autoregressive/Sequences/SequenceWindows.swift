import Datasets

/// Sequences cut into windows of limited length, in which each step is predicted from the earlier steps of its window.
///
/// The first window of a sequence begins with the start mark; a later one begins before the end of the one before it,
/// so that its targets have earlier steps to be predicted from. Every step is a target that counts exactly once.
struct SequenceWindows {
    /// A window over `steps` of the sequence `row`. The step before the first one is given, unless that is the first
    /// step of the sequence.
    struct Window {
        let row: Int
        let steps: Range<Int>
        /// The steps that count as targets; those before them are only seen.
        let targets: Range<Int>

        /// A window whose steps are all targets.
        init(row: Int, steps: Range<Int>) { self.init(row: row, steps: steps, targets: steps) }

        init(row: Int, steps: Range<Int>, targets: Range<Int>) {
            (self.row, self.steps, self.targets) = (row, steps, targets)
        }
    }

    let windows: [Window]
    private let rows: DataRows

    /// Cuts whole sequences into windows.
    ///
    /// - Parameters:
    ///   - length: The maximum number of steps of a window.
    ///   - overlap: The number of steps before the first target that a later window begins with, less than `length`.
    init(_ rows: DataRows, length: Int, overlap: Int) {
        precondition(overlap < length, "windows of \(length) steps can't overlap by \(overlap)")
        self.rows = rows
        windows = rows.lengths.enumerated().flatMap { row, count in
            let first = Window(row: row, steps: 0..<min(length, count))
            return [first]
                + stride(from: length, to: count, by: length - overlap).map { start in
                    let end = min(start + length - overlap, count)
                    return Window(row: row, steps: start - overlap..<end, targets: start..<end)
                }
        }
    }

    /// Takes minibatches as fitting cuts them: sequences of context + 1 steps are windows whose first step is given,
    /// not predicted; shorter ones are whole sequences.
    init(fitting rows: DataRows, context: Int) {
        self.rows = rows
        windows = rows.lengths.enumerated().map { row, length in
            Window(row: row, steps: (length == context + 1 ? 1 : 0)..<length)
        }
    }

    /// Takes the window of each sequence that ends with the given step, as long as the context if there are enough
    /// steps before it.
    init(_ rows: DataRows, upTo step: Int, context: Int) {
        self.rows = rows
        windows = rows.lengths.indices.map { Window(row: $0, steps: max(0, step + 1 - context)..<step + 1) }
    }

    /// The length that windows are padded to: a power of two, or the limit.
    func paddedLength(_ windows: ArraySlice<Window>, limit: Int) -> Int {
        let longest = windows.map(\.steps.count).max() ?? 1
        var length = 8
        while length < longest { length *= 2 }
        return min(length, limit)
    }

    /// A number of one step of a window's sequence.
    func value(_ window: Window, _ step: Int, _ number: Int) -> Float {
        rows.numbers[rows.range(of: window.row).lowerBound + step * rows.width + number]
    }
}
