import Graphics

/// Lays out the cells of a grid in a frame: squares of one size, as large as fits into 512 pixels.
struct GridPainter {
    private let rows: Int
    private let columns: Int
    private let side: Int

    init(rows: Int, columns: Int) {
        self.rows = rows
        self.columns = columns
        side = max(4, min(64, 512 / max(rows, columns)))
    }

    var frameSize: FrameSize { FrameSize(width: columns * side, height: rows * side) }

    /// The square of a cell in row-major order.
    func tile(_ index: Int) -> GridTile {
        GridTile(x: index % columns * side, y: index / columns * side, side: side)
    }

    /// Darkens everything outside a window.
    func shade(outside window: GridWindow, into frame: inout Frame) {
        for index in 0..<rows * columns where window.offset(row: index / columns, column: index % columns) == nil {
            tile(index).paintShade(into: &frame)
        }
    }
}
