import Graphics

/// One small plot for each pair of dimensions: data above the diagonal, samples below it at the mirrored place, the
/// axes the same; on the diagonal how often both have each value.
struct ScatterMatrix {
    /// The number of dimensions; the first six are shown.
    let width: Int
    /// (n, width); may be empty.
    let data: [Float]
    /// (m, width).
    let samples: [Float]

    private static let cell = 180
    private static let margin = 12
    private static let head = 24
    private static let shownRows = 2_000
    private static let binCount = 36
    static let dataColor = Color(hex: 0x6B_72_80)
    static let sampleColor = Color(hex: 0x1D_4E_D8)

    func frame() -> Frame {
        let shown = min(width, 6)
        let step = Self.cell + Self.margin
        var frame = Frame(
            FrameSize(width: shown * step + Self.margin, height: shown * step + Self.margin + Self.head), fill: .white)
        drawHead(&frame, shown)
        let axes = (0..<shown).map { PlotAxis(values(data, $0) + values(samples, $0)) }
        for row in 0..<shown {
            for column in 0..<shown {
                let (x, y) = (Self.margin + column * step, Self.head + Self.margin + row * step)
                frame.strokeRectangle(x: x, y: y, width: Self.cell, height: Self.cell, Color(hex: 0xC0_C0_C0))
                if row == column {
                    frame.drawText("dimension \(row)", x: x + 8, y: y + 8, .black)
                    drawHistogram(values(data, row), axes[row], &frame, x, y, Self.dataColor)
                    drawHistogram(values(samples, row), axes[row], &frame, x, y, Self.sampleColor)
                } else {
                    let (rows, color) = column > row ? (data, Self.dataColor) : (samples, Self.sampleColor)
                    let (first, second) = column > row ? (column, row) : (row, column)
                    scatter(rows, (first, axes[first]), (second, axes[second]), &frame, x, y, color)
                }
            }
        }
        return frame
    }

    private func drawHead(_ frame: inout Frame, _ shown: Int) {
        let y = 8
        frame.drawText("data", x: Self.margin, y: y, Self.dataColor)
        let next = Self.margin + Frame.textSize("data  ").width
        frame.drawText("samples", x: next, y: y, Self.sampleColor)
        guard shown > 1 else { return }
        let rest = next + Frame.textSize("samples  ").width
        frame.drawText("(mirrored at the diagonal)", x: rest, y: y, .black)
    }

    private func values(_ rows: [Float], _ dimension: Int) -> [Float] {
        stride(from: dimension, to: rows.count, by: width).map { rows[$0] }.filter(\.isFinite)
    }

    /// The histogram as an outline, the highest bin half as high as the cell.
    private func drawHistogram(
        _ values: [Float], _ axis: PlotAxis, _ frame: inout Frame, _ x: Int, _ y: Int, _ color: Color
    ) {
        guard !values.isEmpty else { return }
        var counts = [Int](repeating: 0, count: Self.binCount)
        for value in values { counts[min(Int(axis.share(value) * Double(Self.binCount)), Self.binCount - 1)] += 1 }
        let most = Double(counts.max()!)
        let (floor, height) = (Double(y + Self.cell - 8), Double(Self.cell) / 2)
        let binWidth = Double(Self.cell - 4) / Double(Self.binCount)
        let heights = [0] + counts.map { Double($0) / most * height } + [0]
        for bin in 0...Self.binCount {
            let edge = Double(x + 2) + Double(bin) * binWidth
            let (low, high) = (floor - heights[bin], floor - heights[bin + 1])
            frame.drawLine(from: Point(x: edge, y: low), to: Point(x: edge, y: high), width: 1.25, color)
            guard bin < Self.binCount else { break }
            frame.drawLine(from: Point(x: edge, y: high), to: Point(x: edge + binWidth, y: high), width: 1.25, color)
        }
    }

    private func scatter(
        _ rows: [Float], _ across: (dimension: Int, axis: PlotAxis), _ up: (dimension: Int, axis: PlotAxis),
        _ frame: inout Frame, _ x: Int, _ y: Int, _ color: Color
    ) {
        let count = rows.count / width
        let inner = Double(Self.cell - 6)
        for index in stride(from: 0, to: count, by: max(1, count / Self.shownRows)) {
            let (u, v) = (rows[index * width + across.dimension], rows[index * width + up.dimension])
            guard u.isFinite, v.isFinite else { continue }
            let (px, py) = (across.axis.share(u) * inner, (1 - up.axis.share(v)) * inner)
            frame.fillRectangle(x: x + 2 + Int(px), y: y + 2 + Int(py), width: 2, height: 2, color)
        }
    }
}

/// The range of one dimension; double precision, so that differences of finite floats are finite.
struct PlotAxis {
    private let low: Double
    private let high: Double

    /// - Parameters:
    ///   - values: Finite numbers that the range covers.
    ///   - margin: The space at both ends, as a share of the range.
    init(_ values: [Float], margin: Double = 0) {
        let (low, high) = (Double(values.min() ?? 0), Double(values.max() ?? 0))
        let extra = low < high ? margin * (high - low) : max(0.5, abs(low) * 1e-3)
        (self.low, self.high) = (low - extra, high + extra)
    }

    /// Where a value lies between the two ends, from 0 to 1.
    func share(_ value: Float) -> Double { (Double(value) - low) / (high - low) }
}
