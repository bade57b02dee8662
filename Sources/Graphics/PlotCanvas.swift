/// The surface that a plot is drawn on: the pixels of a ``Frame``, or the elements of an SVG file. Units are pixels,
/// from the top left.
protocol PlotCanvas {
    /// See ``Frame/fillRectangle(x:y:width:height:_:)``.
    mutating func fillRectangle(x: Int, y: Int, width: Int, height: Int, _ color: Color)
    /// See ``Frame/strokeRectangle(x:y:width:height:_:)``.
    mutating func strokeRectangle(x: Int, y: Int, width: Int, height: Int, _ color: Color)
    /// Draws one line of text in cells of ``Font/cell``, the first with its top left corner at (`x`, `y`).
    mutating func drawText(_ text: String, x: Int, y: Int, _ color: Color)
    /// Draws a line through finite points, or a dot if there is only one.
    mutating func drawPolyline(_ points: [Point], width: Double, _ color: Color)
    /// See ``Frame/fillPolygon(_:_:)``.
    mutating func fillPolygon(_ points: [Point], _ color: Color)
    /// Draws with the area's top left corner as the origin, clipped to the area.
    mutating func drawClipped(to area: PlotArea, _ draw: (inout Self) -> Void)
}

/// A rectangle of pixels to draw in.
struct PlotArea {
    var x: Int
    var y: Int
    var width: Int
    var height: Int
}

extension Frame: PlotCanvas {
    mutating func drawText(_ text: String, x: Int, y: Int, _ color: Color) {
        drawText(text, x: x, y: y, scale: 1, color)
    }

    mutating func drawPolyline(_ points: [Point], width: Double, _ color: Color) {
        if let only = points.first { drawLine(from: only, to: only, width: width, color) }
        for (start, end) in zip(points, points.dropFirst()) { drawLine(from: start, to: end, width: width, color) }
    }

    mutating func drawClipped(to area: PlotArea, _ draw: (inout Frame) -> Void) {
        let columns = Frame.clip(area.x, area.width, to: width)
        let rows = Frame.clip(area.y, area.height, to: height)
        var part = cropped(x: columns.lowerBound, y: rows.lowerBound, width: columns.count, height: rows.count)
        draw(&part)
        self.draw(part, x: max(area.x, 0), y: max(area.y, 0))
    }
}
