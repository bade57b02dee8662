import Graphics

/// The side panel as a frame: sections from the top, as many as fit.
struct PanelView {
    let title: String
    let panel: ViewerPanel

    private static let historyHeight = 96

    /// The panel at `size`, with a line along its left edge.
    func frame(_ size: FrameSize) -> Frame {
        var column = PanelColumn(size)
        drawTitle(&column)
        for value in panel.values { column.row(label: value.label, value: value.text) }
        for group in panel.bars { draw(group, &column) }
        drawHistory(&column)
        drawLines(&column)
        return column.frame
    }

    /// In double size if it fits.
    private func drawTitle(_ column: inout PanelColumn) {
        let scale = Frame.textSize(title, scale: 2).width <= column.width ? 2 : 1
        column.text(title, Theme.bright, scale: scale)
        column.y += 2
        column.rule()
    }

    private func draw(_ group: ViewerPanel.Bars, _ column: inout PanelColumn) {
        if group.bars.isEmpty || !column.heading(group.title, note: "", room: Theme.row) { return }
        // If not all bars fit, the last row says how many are missing.
        let rows = column.room / Theme.row
        let shown = rows >= group.bars.count ? group.bars.count : max(rows - 1, 0)
        let plot = BarPlot(
            bars: Array(group.bars.prefix(shown)), range: group.kind == .probabilities ? 0...1 : nil,
            style: Theme.bars, rowHeight: Theme.row, decimals: group.kind == .probabilities ? 2 : nil)
        plot.draw(into: &column.frame, x: column.x, y: column.y, width: column.width)
        column.y += plot.height + 4
        if shown < group.bars.count { column.text("… \(group.bars.count - shown) more", Theme.dim) }
    }

    private func drawHistory(_ column: inout PanelColumn) {
        guard panel.history.count > 1 else { return }
        let last = NumberText.short(panel.history.last!)
        guard column.heading(panel.historyTitle, note: last, room: PanelView.historyHeight) else { return }
        LinePlot(series: [.init(values: panel.history)], lineWidth: 1.25, style: Theme.plot).draw(
            into: &column.frame, x: column.x - 4, y: column.y - 4, width: column.width + 12,
            height: PanelView.historyHeight)
        column.y += PanelView.historyHeight
    }

    private func drawLines(_ column: inout PanelColumn) {
        guard !panel.lines.isEmpty, column.room > Theme.row * 2 else { return }
        column.rule()
        for line in panel.lines {
            for part in PanelColumn.wrapped(line, cells: column.width / Font.cell.width) {
                column.text(part, Theme.dim)
            }
        }
    }
}

/// The position of the next row in a panel.
struct PanelColumn {
    var frame: Frame
    var y = Theme.padding
    let x = Theme.padding

    init(_ size: FrameSize) {
        frame = Frame(size, fill: Theme.panel)
        frame.fillRectangle(x: 0, y: 0, width: 1, height: size.height, Theme.rule)
    }

    var width: Int { frame.width - 2 * Theme.padding }
    /// The number of pixels left below.
    var room: Int { frame.height - y - Theme.padding / 2 }

    /// A line of text, cut at the column's width; nothing if there is no room left.
    mutating func text(_ text: String, _ color: Color, scale: Int = 1) {
        let height = (Theme.row - Font.cell.height) + Font.cell.height * scale
        guard room >= Font.cell.height * scale else { return }
        frame.drawText(PanelColumn.cut(text, cells: width / (Font.cell.width * scale)), x: x, y: y, scale: scale, color)
        y += height
    }

    /// A label on the left and its value on the right. A long label is cut in favour of the value.
    mutating func row(label: String, value: String) {
        guard room >= Font.cell.height else { return }
        let cells = width / Font.cell.width
        let value = PanelColumn.cut(value, cells: cells)
        frame.drawText(PanelColumn.cut(label, cells: max(0, cells - value.count - 1)), x: x, y: y, Theme.dim)
        frame.drawText(value, x: x + width - value.count * Font.cell.width, y: y, Theme.text)
        y += Theme.row
    }

    /// A line across the column.
    mutating func rule() {
        guard room > 0 else { return }
        frame.fillRectangle(x: x, y: y, width: width, height: 1, Theme.rule)
        y += Theme.padding - 3
    }

    /// A rule and a heading with a note on its right, if there is `room` below them.
    mutating func heading(_ title: String, note: String, room: Int) -> Bool {
        guard self.room >= Theme.padding + Theme.row + room else { return false }
        y += 3
        rule()
        frame.drawText(PanelColumn.cut(title, cells: width / Font.cell.width), x: x, y: y, Theme.accent)
        frame.drawText(note, x: x + width - note.count * Font.cell.width, y: y, Theme.text)
        y += Theme.row + 2
        return true
    }

    /// `text` in at most `cells` characters; longer text ends in an ellipsis.
    static func cut(_ text: String, cells: Int) -> String {
        text.count <= cells ? text : String(text.prefix(max(0, cells - 1))) + (cells > 0 ? "…" : "")
    }

    /// `text` in lines of at most `cells` characters, broken at spaces if there are any.
    static func wrapped(_ text: String, cells: Int) -> [String] {
        guard cells > 0 else { return [] }
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            var rest = word[...]
            if !line.isEmpty && line.count + 1 + rest.count > cells {
                lines.append(line)
                line = ""
            }
            while rest.count > cells {
                lines.append(String(rest.prefix(cells)))
                rest = rest.dropFirst(cells)
            }
            line += (line.isEmpty ? "" : " ") + rest
        }
        return lines + [line]
    }
}
