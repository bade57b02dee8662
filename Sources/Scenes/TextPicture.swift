import Graphics

/// Sequences of symbols as text: a line each where a symbol ends them, else blocks whose last lines are shown.
struct TextPicture {
    let symbols: [Character]
    /// The place of the symbol that ends a sequence; nil where none does.
    let endSymbol: Int?

    /// What is between two texts in a file.
    static let rule = String(repeating: "-", count: 40)

    private static let scale = 2
    private static let padding = 8
    private static let columns = (RowPicture.room.width - 2 * padding) / (Font.cell.width * scale)
    private static let lineHeight = Font.cell.height * scale
    private static let roomLines = (RowPicture.room.height - 2 * padding) / lineHeight

    /// Sequences that a picture has room for.
    var usualCount: Int { endSymbol == nil ? 2 : Self.roomLines }

    /// The text of the first steps of a sequence, without what ends it.
    func text(_ steps: some Sequence<Float>) -> String {
        String(steps.lazy.map { Int($0) }.prefix { $0 != endSymbol }.map { symbols[$0] })
    }

    /// The texts of rows, as far as they are there.
    func texts(_ rows: RowPicture.Content) -> [String] {
        let length = rows.current.count / rows.count
        return (0..<rows.count).map { row in
            text(rows.current[row * length..<(row + 1) * length].prefix(rows.steps ?? length))
        }
    }

    /// The texts as a picture, whose size depends on their number alone.
    func frame(_ rows: RowPicture.Content) -> Frame {
        let texts = texts(rows).prefix(RowPicture.mostRows)
        let lineCount = endSymbol == nil ? max(4, Self.roomLines / texts.count - 1) : 1
        let blockHeight = lineCount * Self.lineHeight + (endSymbol == nil ? Self.lineHeight : 0)
        var frame = Frame(
            width: RowPicture.room.width, height: texts.count * blockHeight + 2 * Self.padding,
            fill: PlotStyle.dark.background)
        for (row, text) in texts.enumerated() {
            let top = Self.padding + row * blockHeight
            for (line, characters) in lines(text).suffix(lineCount).enumerated() {
                frame.drawText(
                    characters, x: Self.padding, y: top + line * Self.lineHeight, scale: Self.scale, .lightGray)
            }
            guard endSymbol == nil, row + 1 < texts.count else { continue }
            let y = top + lineCount * Self.lineHeight + Self.lineHeight / 2
            frame.fillRectangle(
                x: Self.padding, y: y, width: frame.width - 2 * Self.padding, height: 1, PlotStyle.dark.axis)
        }
        return frame
    }

    /// The text in lines of at most ``columns`` characters.
    private func lines(_ text: String) -> [String] {
        text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).flatMap { line in
            let starts = Array(stride(from: 0, to: max(1, line.count), by: Self.columns))
            return starts.map { String(line.dropFirst($0).prefix(Self.columns)) }
        }
    }
}
