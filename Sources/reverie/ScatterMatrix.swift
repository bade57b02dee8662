import Graphics

/// One small plot for each pair of dimensions: data above the diagonal, samples below it at the mirrored place, the axes the same.
struct ScatterMatrix {
    /// The number of dimensions; the first six are shown.
    let width: Int
    /// (n, width).
    let data: [Float]
    /// (m, width).
    let samples: [Float]

    private static let cell = 180
    private static let margin = 12
    private static let shownRows = 2_000

    func frame() -> Frame {
        let shown = min(width, 6)
        let step = Self.cell + Self.margin
        let head = 24
        var frame = Frame(
            FrameSize(width: shown * step + Self.margin, height: shown * step + Self.margin + head), fill: .white)
        frame.drawText("above the diagonal: data   below: samples, at the mirrored place", x: Self.margin, y: 8, .black)
        let ranges = (0..<shown).map(range)
        for row in 0..<shown {
            for column in 0..<shown {
                let (x, y) = (Self.margin + column * step, head + Self.margin + row * step)
                frame.strokeRectangle(x: x, y: y, width: Self.cell, height: Self.cell, Color(hex: 0xC0_C0_C0))
                if row == column {
                    frame.drawText("dimension \(row)", x: x + 8, y: y + 8, .black)
                    continue
                }
                let isData = column > row
                let (first, second) = isData ? (column, row) : (row, column)
                let color = isData ? Color(hex: 0x6B_72_80) : Color(hex: 0x1D_4E_D8)
                scatter(isData ? data : samples, first, second, ranges, &frame, x, y, color)
            }
        }
        return frame
    }

    private func range(_ dimension: Int) -> ClosedRange<Float> {
        let values =
            stride(from: dimension, to: samples.count, by: width).map { samples[$0] }
            + stride(from: dimension, to: data.count, by: width).map { data[$0] }
        let (low, high) = (values.min() ?? 0, values.max() ?? 1)
        return low < high ? low...high : low - 0.5...high + 0.5
    }

    private func scatter(
        _ rows: [Float], _ column: Int, _ row: Int, _ ranges: [ClosedRange<Float>], _ frame: inout Frame, _ x: Int,
        _ y: Int,
        _ color: Color
    ) {
        let count = rows.count / width
        let inner = Float(Self.cell - 6)
        for index in stride(from: 0, to: count, by: max(1, count / Self.shownRows)) {
            let (u, v) = (rows[index * width + column], rows[index * width + row])
            let px = (u - ranges[column].lowerBound) / (ranges[column].upperBound - ranges[column].lowerBound)
            let py = (v - ranges[row].lowerBound) / (ranges[row].upperBound - ranges[row].lowerBound)
            frame.fillRectangle(
                x: x + 2 + Int(px * inner), y: y + 2 + Int((1 - py) * inner), width: 2, height: 2, color)
        }
    }
}
