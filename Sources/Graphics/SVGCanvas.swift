/// Draws into the text of an SVG file (W3C Recommendation, "Scalable Vector Graphics 1.1").
struct SVGCanvas: PlotCanvas {
    private var elements = ""

    /// The SVG file of an image of the given size.
    static func file(_ size: FrameSize, _ draw: (inout SVGCanvas) -> Void) -> String {
        var canvas = SVGCanvas()
        draw(&canvas)
        return """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(size.width)" height="\(size.height)" \
            viewBox="0 0 \(size.width) \(size.height)" font-family="monospace" font-size="10">
            \(canvas.elements)</svg>

            """
    }

    mutating func fillRectangle(x: Int, y: Int, width: Int, height: Int, _ color: Color) {
        guard width > 0, height > 0 else { return }
        add("<rect x=\"\(x)\" y=\"\(y)\" width=\"\(width)\" height=\"\(height)\" \(paint("fill", color))/>")
    }

    mutating func strokeRectangle(x: Int, y: Int, width: Int, height: Int, _ color: Color) {
        guard width > 1, height > 1 else { return fillRectangle(x: x, y: y, width: width, height: height, color) }
        let place = "x=\"\(x).5\" y=\"\(y).5\" width=\"\(width - 1)\" height=\"\(height - 1)\""
        add("<rect \(place) fill=\"none\" \(paint("stroke", color))/>")
    }

    mutating func drawText(_ text: String, x: Int, y: Int, _ color: Color) {
        guard !text.isEmpty else { return }
        // Whatever the viewer's font, the text fills the cells that it was laid out for; capitals stand on the eighth
        // row.
        let place = "x=\"\(x)\" y=\"\(y + 8)\" textLength=\"\(text.count * Font.cell.width)\""
        add("<text \(place) \(paint("fill", color))>\(Self.escaped(text))</text>")
    }

    mutating func drawPolyline(_ points: [Point], width: Double, _ color: Color) {
        guard let first = points.first else { return }
        let all = points.count == 1 ? [first, first] : points
        let line = "stroke-width=\"\(Self.number(width))\" stroke-linecap=\"round\" stroke-linejoin=\"round\""
        add("<polyline points=\"\(Self.list(all))\" fill=\"none\" \(line) \(paint("stroke", color))/>")
    }

    mutating func fillPolygon(_ points: [Point], _ color: Color) {
        guard points.count >= 3 else { return }
        add("<polygon points=\"\(Self.list(points))\" \(paint("fill", color))/>")
    }

    mutating func drawClipped(to area: PlotArea, _ draw: (inout SVGCanvas) -> Void) {
        guard area.width > 0, area.height > 0 else { return }
        // An inner <svg> has its own origin and clips its contents.
        add("<svg x=\"\(area.x)\" y=\"\(area.y)\" width=\"\(area.width)\" height=\"\(area.height)\">")
        draw(&self)
        add("</svg>")
    }

    private mutating func add(_ element: String) { elements += element + "\n" }

    private func paint(_ name: String, _ color: Color) -> String {
        let digits = [color.red, color.green, color.blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
        let opacity = color.alpha == 255 ? "" : " \(name)-opacity=\"\(Self.number(Double(color.alpha) / 255))\""
        return "\(name)=\"#\(digits.joined())\"\(opacity)"
    }

    private static func list(_ points: [Point]) -> String {
        points.map { "\(number($0.x)),\(number($0.y))" }.joined(separator: " ")
    }

    /// With two decimals, clamped to the range that drawing programs accept.
    private static func number(_ value: Double) -> String {
        NumberText.fixed(min(max(value, -1e6), 1e6), decimals: 2)
    }

    /// The text without what has a meaning in XML, or none at all there.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case _ where scalar.value < 0x20 || (0xFFFE...0xFFFF).contains(scalar.value): result += "?"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
