/// Curves over a common pair of axes, with ticks, labels and a legend.
public struct LinePlot: Sendable {
    /// One curve.
    public struct Series: Sendable {
        /// The name in the legend; empty for none.
        public var name: String
        /// The points in the plot's units, joined in order. The curve breaks at a point that is not finite.
        public var points: [Point]
        /// The colour; nil for the style's next one.
        public var color: Color?
        /// The uncertainty of the points, drawn faintly around the curve: the lower and upper value of each, or empty.
        public var band: [ClosedRange<Double>]
        /// Whether the points are joined by lines; otherwise each is a dot.
        public var isJoined = true

        /// A curve through `points`.
        ///
        /// - Precondition: `band` is empty or has a range for each point.
        public init(
            name: String = "", points: [Point], color: Color? = nil, band: [ClosedRange<Double>] = [],
            isJoined: Bool = true
        ) {
            precondition(
                band.isEmpty || band.count == points.count,
                "a band needs one range per point, got \(band.count) for \(points.count)")
            self.name = name
            self.points = points
            self.color = color
            self.band = band
            self.isJoined = isJoined
        }

        /// A curve through `values` at 0, 1, 2, ...
        public init(name: String = "", values: [Double], color: Color? = nil) {
            self.init(
                name: name, points: values.enumerated().map { Point(x: Double($0), y: $1) }, color: color)
        }
    }

    /// A text at a place of the horizontal axis.
    public struct Tick: Hashable, Sendable {
        public var place: Double
        public var label: String

        public init(at place: Double, _ label: String) { (self.place, self.label) = (place, label) }
    }

    /// A heading above the plot; empty for none.
    public var title: String
    /// The label of the horizontal axis; empty for none.
    public var xLabel: String
    /// The label of the vertical axis; empty for none.
    public var yLabel: String
    /// The curves, drawn in order.
    public var series: [Series]
    /// The range of the horizontal axis; nil for the range of the points.
    public var xRange: ClosedRange<Double>?
    /// The ticks of the horizontal axis; nil for round numbers.
    public var xTicks: [Tick]?
    /// The range of the vertical axis; nil for the range of the points and a small margin.
    public var yRange: ClosedRange<Double>?
    /// The curves' width in pixels.
    public var lineWidth: Double
    /// The colours.
    public var style: PlotStyle

    /// A plot of `series`.
    public init(
        title: String = "", xLabel: String = "", yLabel: String = "", series: [Series],
        xRange: ClosedRange<Double>? = nil, yRange: ClosedRange<Double>? = nil, lineWidth: Double = 1.5,
        style: PlotStyle = .dark
    ) {
        self.title = title
        self.xLabel = xLabel
        self.yLabel = yLabel
        self.series = series
        self.xRange = xRange
        self.yRange = yRange
        self.lineWidth = lineWidth
        self.style = style
    }

    /// The plot as a frame of its own.
    public func frame(_ size: FrameSize) -> Frame {
        var frame = Frame(size, fill: style.background)
        draw(into: &frame, x: 0, y: 0, width: size.width, height: size.height)
        return frame
    }

    /// The plot as the text of an SVG file.
    public func svg(_ size: FrameSize) -> String {
        SVGCanvas.file(size) { draw(on: &$0, x: 0, y: 0, width: size.width, height: size.height) }
    }

    /// Draws the plot into a rectangle of `frame`. If it is too small for the labels of the axes, no curve is drawn.
    public func draw(into frame: inout Frame, x: Int, y: Int, width: Int, height: Int) {
        draw(on: &frame, x: x, y: y, width: width, height: height)
    }

    func draw(on frame: inout some PlotCanvas, x: Int, y: Int, width: Int, height: Int) {
        frame.fillRectangle(x: x, y: y, width: width, height: height, style.background)
        var area = PlotArea(x: x + 4, y: y + 6, width: width - 12, height: height - 10)
        drawHeading(into: &frame, area)
        let cell = Font.cell
        let heading = title.isEmpty && yLabel.isEmpty ? 0 : cell.height + 4
        let footing = cell.height + 4 + (xLabel.isEmpty ? 0 : cell.height)
        area.y += heading
        area.height -= heading + footing
        let (xRange, yRange) = ranges()
        let yTicks = AxisTicks(yRange, count: max(1, area.height / (cell.height * 2)))
        let margin = (yTicks.values.map { yTicks.label($0).count }.max() ?? 0) * cell.width + 5
        area.x += margin
        area.width -= margin
        guard area.width >= 8, area.height >= 8 else { return }
        let axes = Axes(area: area, xRange: xRange, yRange: yRange)
        drawTicks(into: &frame, axes, yTicks, right: x + width)
        drawCurves(into: &frame, axes)
        frame.strokeRectangle(x: area.x, y: area.y, width: area.width, height: area.height, style.axis)
        drawLegend(into: &frame, axes)
    }

    /// The title in the middle and the label of the vertical axis on the left, both above the plot.
    private func drawHeading(into frame: inout some PlotCanvas, _ area: PlotArea) {
        let left = area.x + max(0, (area.width - Frame.textSize(title).width) / 2)
        frame.drawText(title, x: left, y: area.y, style.text)
        frame.drawText(yLabel, x: area.x, y: area.y, style.text)
    }

    /// The grid, the numbers beside and below it, and the label of the horizontal axis; nothing crosses `right`.
    private func drawTicks(into frame: inout some PlotCanvas, _ axes: Axes, _ yTicks: AxisTicks, right: Int) {
        let (area, cell) = (axes.area, Font.cell)
        for value in yTicks.values {
            let (row, label) = (axes.row(value), yTicks.label(value))
            frame.fillRectangle(x: area.x, y: row, width: area.width, height: 1, value == 0 ? style.axis : style.grid)
            frame.drawText(label, x: area.x - 4 - label.count * cell.width, y: row - 4, style.text)
        }
        let below = area.y + area.height + 5
        for tick in xTicks ?? roundTicks(axes) where axes.xRange.contains(tick.place) {
            let (column, label) = (axes.column(tick.place), tick.label)
            frame.fillRectangle(x: column, y: area.y, width: 1, height: area.height, style.grid)
            let width = label.count * cell.width
            frame.drawText(label, x: min(column - width / 2, right - width - 1), y: below, style.text)
        }
        let left = area.x + (area.width - Frame.textSize(xLabel).width) / 2
        frame.drawText(xLabel, x: left, y: below + cell.height, style.text)
    }

    private func roundTicks(_ axes: Axes) -> [Tick] {
        let ticks = AxisTicks(axes.xRange, count: max(1, axes.area.width / (Font.cell.width * 9)))
        return ticks.values.map { Tick(at: $0, ticks.label($0)) }
    }

    /// The ranges of the axes, as set or from the finite points; never empty.
    private func ranges() -> (ClosedRange<Double>, ClosedRange<Double>) {
        let ends = series.flatMap { curve in
            zip(curve.points, curve.band).flatMap {
                [Point(x: $0.x, y: $1.lowerBound), Point(x: $0.x, y: $1.upperBound)]
            }
        }
        let points = (series.flatMap(\.points) + ends).filter { $0.x.isFinite && $0.y.isFinite }
        func range(_ values: [Double], margin: Double) -> ClosedRange<Double> {
            let (low, high) = (max(values.min() ?? 0, -1e300), min(values.max() ?? 1, 1e300))
            guard LinePlot.isDrawable(low, high) else {
                // A curve with a single value lies in the middle of a range that suits its magnitude.
                let extra = max(abs(low) * 0.1, 0.5)
                return low - extra...low + extra
            }
            return low - (high - low) * margin...high + (high - low) * margin
        }
        func valid(_ range: ClosedRange<Double>?) -> ClosedRange<Double>? {
            range.flatMap { LinePlot.isDrawable($0.lowerBound, $0.upperBound) ? $0 : nil }
        }
        return (
            valid(xRange) ?? range(points.map(\.x), margin: 0), valid(yRange) ?? range(points.map(\.y), margin: 0.06)
        )
    }

    /// Whether ticks between the two numbers can be told apart.
    private static func isDrawable(_ low: Double, _ high: Double) -> Bool {
        let length = high - low
        return length.isFinite && length > 1e-9 * max(abs(low), abs(high)) && length > 1e-300
    }

    /// The bands, and the curves over them; parts outside the ranges are clipped.
    private func drawCurves(into frame: inout some PlotCanvas, _ axes: Axes) {
        frame.drawClipped(to: axes.area) { canvas in
            for (index, curve) in series.enumerated() {
                let color = (curve.color ?? style.color(index)).opacity(0.2)
                let ends = zip(curve.points, curve.band).map {
                    (Point(x: $0.x, y: $1.lowerBound), Point(x: $0.x, y: $1.upperBound))
                }
                for piece in ends.split(whereSeparator: { !$0.0.isFinite || !$0.1.isFinite }) {
                    canvas.fillPolygon((piece.map(\.0) + piece.map(\.1).reversed()).map(axes.place), color)
                }
            }
            for (index, curve) in series.enumerated() {
                let color = curve.color ?? style.color(index)
                guard curve.isJoined else {
                    for point in curve.points where point.isFinite {
                        canvas.drawPolyline([axes.place(point)], width: lineWidth, color)
                    }
                    continue
                }
                for piece in LinePlot.thinned(curve.points, axes).split(whereSeparator: { !$0.isFinite }) {
                    canvas.drawPolyline(piece.map(axes.place), width: lineWidth, color)
                }
            }
        }
    }

    /// The same curve with fewer points if many fall into one column of pixels: only the first, the lowest, the highest
    /// and the last of each such run can be seen.
    private static func thinned(_ points: [Point], _ axes: Axes) -> [Point] {
        guard points.count > 8 * axes.area.width else { return points }
        var result: [Point] = []
        var start = 0
        while start < points.count {
            let column = axes.place(points[start]).x.rounded(.down)
            var (end, low, high) = (start + 1, start, start)
            while end < points.count, points[end].y.isFinite, axes.place(points[end]).x.rounded(.down) == column {
                if points[end].y < points[low].y { low = end }
                if points[end].y > points[high].y { high = end }
                end += 1
            }
            result += Set([start, low, high, end - 1]).sorted().map { points[$0] }
            start = end
        }
        return result
    }

    /// The legend in the corner where it hides least, on a background that keeps it readable.
    private func drawLegend(into frame: inout some PlotCanvas, _ axes: Axes) {
        let named = series.enumerated().filter { !$0.element.name.isEmpty }
        guard let longest = named.map(\.element.name.count).max() else { return }
        let (area, cell) = (axes.area, Font.cell)
        let (width, height) = (longest * cell.width + 24, named.count * cell.height + 4)
        let (right, bottom) = (area.width - width - 5, area.height - height - 5)
        let corners = [(5, 5), (right, bottom), (right, 5), (5, bottom)]
        let places = series.flatMap { Self.traced($0.points, axes) }
        let hidden = corners.map { x, y in
            places.count {
                Double(x)...Double(x + width) ~= $0.x && Double(y)...Double(y + height) ~= $0.y
            }
        }
        let (x, y) = corners[hidden.firstIndex(of: hidden.min()!)!]
        let (left, top) = (area.x + x, area.y + y)
        frame.fillRectangle(x: left, y: top, width: width, height: height, style.background.opacity(0.8))
        for (row, (index, curve)) in named.enumerated() {
            let line = top + 3 + row * cell.height
            frame.fillRectangle(x: left + 4, y: line + 3, width: 10, height: 3, curve.color ?? style.color(index))
            frame.drawText(curve.name, x: left + 19, y: line, style.text)
        }
    }

    /// Places along a curve, including those on its straight segments.
    private static func traced(_ points: [Point], _ axes: Axes) -> [Point] {
        let places = thinned(points, axes).filter(\.isFinite).map(axes.place)
        return zip(places, places.dropFirst()).flatMap { from, to in
            (0..<8).map { step in
                let share = Double(step) / 8
                return Point(x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share)
            }
        } + places.suffix(1)
    }
}

/// The places of values on a plot.
private struct Axes {
    let area: PlotArea
    let xRange: ClosedRange<Double>
    let yRange: ClosedRange<Double>

    /// Relative to the area's top left corner; the centres of the pixels at both ends show the ends of the range.
    func place(_ point: Point) -> Point {
        Point(
            x: 0.5 + share(point.x, xRange) * Double(area.width - 1),
            y: 0.5 + (1 - share(point.y, yRange)) * Double(area.height - 1))
    }

    func column(_ value: Double) -> Int { area.x + Int(share(value, xRange) * Double(area.width - 1) + 0.5) }
    func row(_ value: Double) -> Int { area.y + Int((1 - share(value, yRange)) * Double(area.height - 1) + 0.5) }

    private func share(_ value: Double, _ range: ClosedRange<Double>) -> Double {
        (value - range.lowerBound) / (range.upperBound - range.lowerBound)
    }
}

extension Point {
    fileprivate var isFinite: Bool { x.isFinite && y.isFinite }
}
