import Datasets

/// Sequences cut into windows of limited length, in which each step is predicted from the earlier steps of its window.
///
/// The first window of a sequence begins with the start mark; a later one begins with the last step of the window
/// before it, so that every step is a target exactly once.
struct SequenceWindows {
    /// A window, whose targets are the `steps` of the sequence `row`. The step before the first target is given, unless
    /// that target is the first step of the sequence.
    struct Window {
        let row: Int
        let steps: Range<Int>
    }

    let windows: [Window]
    private let rows: DataRows

    /// Cuts whole sequences into windows.
    ///
    /// - Parameter context: The maximum number of targets per window.
    init(_ rows: DataRows, context: Int) {
        self.rows = rows
        windows = rows.lengths.enumerated().flatMap { row, length in
            stride(from: 0, to: length, by: context).map { start in
                Window(row: row, steps: start..<min(start + context, length))
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

    /// The length that windows are padded to: a power of two, or the context.
    func paddedLength(_ windows: ArraySlice<Window>, context: Int) -> Int {
        let longest = windows.map(\.steps.count).max() ?? 1
        var length = 8
        while length < longest { length *= 2 }
        return min(length, context)
    }

    /// A number of one step of a window's sequence.
    func value(_ window: Window, _ step: Int, _ number: Int) -> Float {
        rows.numbers[rows.range(of: window.row).lowerBound + step * rows.width + number]
    }
}
