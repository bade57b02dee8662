import Datasets

/// Sequences cut into windows of limited length, each step to be told from those before it in its window.
///
/// The first window of a sequence begins with the mark for "nothing yet"; a later one with the last step of the window before it,
/// so that every step is a target once.
struct SequenceWindows {
    /// A window: targets `steps` of the sequence `row`, what comes before the first of them being known where it isn't the
    /// sequence's first.
    struct Window {
        let row: Int
        let steps: Range<Int>
    }

    let windows: [Window]
    private let rows: DataRows

    /// Cuts whole sequences.
    ///
    /// - Parameter context: The greatest number of targets of a window.
    init(_ rows: DataRows, context: Int) {
        self.rows = rows
        windows = rows.lengths.enumerated().flatMap { row, length in
            stride(from: 0, to: length, by: context).map { start in
                Window(row: row, steps: start..<min(start + context, length))
            }
        }
    }

    /// Takes batches as fitting cuts them: sequences of context + 1 steps are windows whose first step is there to be known, not to be
    /// told; shorter ones are whole.
    init(fitting rows: DataRows, context: Int) {
        self.rows = rows
        windows = rows.lengths.enumerated().map { row, length in
            Window(row: row, steps: (length == context + 1 ? 1 : 0)..<length)
        }
    }

    /// Takes of each sequence the window that ends with a step: as long as the context, where that many steps come before.
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

    /// A number of a step of a window's sequence.
    func value(_ window: Window, _ step: Int, _ number: Int) -> Float {
        rows.numbers[rows.range(of: window.row).lowerBound + step * rows.width + number]
    }
}
