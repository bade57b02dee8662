import Graphics

/// Points of a plane: samples over the data, on axes that the data choose.
struct PlanePicture {
    /// (n, 2); may be empty.
    let data: [Float]
    /// (m, 2).
    let samples: [Float]

    private static let side = RowPicture.room.height
    private static let shownRows = 4_000

    func frame() -> Frame {
        var frame = Frame(width: Self.side, height: Self.side, fill: .white)
        let axes = (0..<2).map { dimension in
            PlotAxis(values(data.isEmpty ? samples : data, dimension), margin: 0.1)
        }
        draw(data, axes, &frame, ScatterMatrix.dataColor.opacity(0.35))
        draw(samples, axes, &frame, ScatterMatrix.sampleColor)
        frame.strokeRectangle(x: 0, y: 0, width: Self.side, height: Self.side, Color(hex: 0xC0_C0_C0))
        return frame
    }

    private func values(_ rows: [Float], _ dimension: Int) -> [Float] {
        stride(from: dimension, to: rows.count, by: 2).map { rows[$0] }.filter(\.isFinite)
    }

    /// Rows that are numbers on both axes; others would lie outside.
    private func draw(_ rows: [Float], _ axes: [PlotAxis], _ frame: inout Frame, _ color: Color) {
        let count = rows.count / 2
        for row in stride(from: 0, to: count, by: max(1, count / Self.shownRows)) {
            let (across, up) = (axes[0].share(rows[row * 2]), 1 - axes[1].share(rows[row * 2 + 1]))
            guard 0...1 ~= across, 0...1 ~= up else { continue }
            let side = Double(Self.side)
            frame.fillCircle(centerX: across * side, centerY: up * side, radius: 2, color)
        }
    }
}
