import Graphics

extension TMaze {
    // Row 2 is the corridor, rows 1 and 3 hold the arms and the sign, column 0 is the wall behind the start.
    private static let rows = 5
    private static let mostColumns = 15
    private static let barHeight = 30

    private var columns: Int { min(length + 3, Self.mostColumns) }
    private var painter: GridPainter { GridPainter(rows: Self.rows, columns: columns) }

    /// The corridor, of which 13 cells are shown at most, and a bar below.
    public var frameSize: FrameSize {
        FrameSize(width: painter.frameSize.width, height: painter.frameSize.height + Self.barHeight)
    }

    /// 5: slow enough to follow.
    public var framesPerSecond: Double { 5 }

    /// Draws the part of the corridor around the agent, with the sign only as long as the agent sees it and the goal
    /// once an arm has been entered; the bar shows how far the agent has come.
    public func draw(into frame: inout Frame) {
        frame.clear(Color(hex: 0x20242E))
        let first = min(max(position + 1 - columns / 2, 0), length + 3 - columns)
        for index in 0..<Self.rows * columns {
            let (row, column) = (index / columns, index % columns + first)
            let isOpen = row == 2 ? 1...length + 1 ~= column : (row == 1 || row == 3) && column == length + 1
            if isOpen {
                painter.tile(index).paintFloor(into: &frame, variant: row + column)
            } else {
                painter.tile(index).paintWall(into: &frame)
            }
        }
        func tile(_ row: Int, _ column: Int) -> GridTile? {
            first..<first + columns ~= column ? painter.tile(row * columns + column - first) : nil
        }
        tile(2, 1)?.paintStart(into: &frame)
        if let sign = tile(1, 1) { paintSign(sign, into: &frame) }
        for (arm, row) in [(Arm.up, 1), (.down, 3)] {
            guard let tile = tile(row, length + 1) else { continue }
            if self.arm == nil {
                paintMark(tile, into: &frame)
            } else if arm == goal {
                tile.paintGoal(into: &frame)
            } else {
                tile.paintPit(into: &frame)
            }
        }
        tile(arm == .up ? 1 : arm == .down ? 3 : 2, position + 1)?.paintAgent(into: &frame)
        drawBar(into: &frame)
    }

    /// A board with an arrow, blank once the agent has left the start.
    private func paintSign(_ tile: GridTile, into frame: inout Frame) {
        tile.rectangle(0.1, 0.1, 0.8, 0.8, Color(hex: 0x6B4A2B), &frame)
        tile.rectangle(0.16, 0.16, 0.68, 0.68, Color(hex: 0xF3E3B8), &frame)
        guard position == 0 else { return }
        let (tip, foot) = goal == .up ? (0.24, 0.76) : (0.76, 0.24)
        let neck = (tip + foot) / 2
        let ink = Color(hex: 0xB3261E)
        tile.line((0.5, neck), (0.5, foot), 0.12, ink, &frame)
        frame.fillPolygon([tile.point(0.5, tip), tile.point(0.74, neck), tile.point(0.26, neck)], ink)
    }

    /// A question mark, as large as fits.
    private func paintMark(_ tile: GridTile, into frame: inout Frame) {
        let scale = max(1, tile.side / 12)
        let size = Frame.textSize("?", scale: scale)
        frame.drawText(
            "?", x: tile.x + (tile.side - size.width) / 2, y: tile.y + (tile.side - size.height) / 2 + 2 * scale,
            scale: scale, Color(hex: 0x8A8371))
    }

    private func drawBar(into frame: inout Frame) {
        let (top, width) = (painter.frameSize.height, painter.frameSize.width - 24)
        frame.fillRectangle(x: 12, y: top + 13, width: width, height: 4, Color(hex: 0x4A4F5C))
        let end = Double(width) * Double(position) / Double(length)
        frame.fillRectangle(x: 12, y: top + 13, width: Int(end), height: 4, Color(hex: 0x8FB8DE))
        frame.fillCircle(centerX: 12 + end, centerY: Double(top) + 15, radius: 6, Color(hex: 0xD9E8F6))
    }
}
