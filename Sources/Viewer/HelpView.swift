import Graphics

/// The list of keys as a frame.
enum HelpView {
    private static let keyCells = 12
    private static let gap = 2

    /// The help at its natural size, with closer rows if `room` is low.
    static func frame(fitting room: FrameSize) -> Frame {
        let rows = KeyHelp.rows
        let longest = rows.map(\.meaning.count).max() ?? 0
        let margin = Theme.padding + 6
        let width = (keyCells + gap + longest) * Font.cell.width + 2 * margin
        let fixed = 2 * margin + Theme.row + 10 - (Theme.row - 8)
        let row = max(Font.cell.height, min(Theme.row + 2, (room.height - fixed) / rows.count))
        var frame = Frame(width: width, height: fixed + rows.count * row, fill: Theme.panel)
        frame.strokeRectangle(x: 0, y: 0, width: frame.width, height: frame.height, Theme.rule)
        frame.drawText("Keys", x: margin, y: margin, Theme.bright)
        frame.fillRectangle(x: margin, y: margin + Theme.row, width: width - 2 * margin, height: 1, Theme.rule)
        for (index, entry) in rows.enumerated() {
            let y = margin + Theme.row + 10 + index * row
            frame.drawText(entry.keys, x: margin, y: y, Theme.accent)
            frame.drawText(entry.meaning, x: margin + (keyCells + gap) * Font.cell.width, y: y, Theme.text)
        }
        return frame
    }
}
