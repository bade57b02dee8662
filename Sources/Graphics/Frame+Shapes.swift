extension Frame {
    /// Fills the rectangle of `width` x `height` pixels to the right of and below (`x`, `y`). A side of 0 or less draws
    /// nothing.
    public mutating func fillRectangle(x: Int, y: Int, width: Int, height: Int, _ color: Color) {
        let columns = Frame.clip(x, width, to: self.width)
        let rows = Frame.clip(y, height, to: self.height)
        if columns.isEmpty || rows.isEmpty { return }
        let stride = self.width
        pixels.withUnsafeMutableBufferPointer { target in
            for row in rows {
                let span = row * stride + columns.lowerBound..<row * stride + columns.upperBound
                if color.alpha == 255 {
                    UnsafeMutableBufferPointer(rebasing: target[span]).update(repeating: color.rgba)
                } else {
                    for index in span { target[index] = color.painted(over: Color(rgba: target[index])).rgba }
                }
            }
        }
    }

    /// Draws the outline, one pixel wide, of the rectangle that ``fillRectangle(x:y:width:height:_:)`` fills.
    public mutating func strokeRectangle(x: Int, y: Int, width: Int, height: Int, _ color: Color) {
        if width <= 0 || height <= 0 { return }
        fillRectangle(x: x, y: y, width: width, height: 1, color)
        if height > 1 { fillRectangle(x: x, y: y &+ height &- 1, width: width, height: 1, color) }
        if height <= 2 { return }
        fillRectangle(x: x, y: y &+ 1, width: 1, height: height - 2, color)
        if width > 1 { fillRectangle(x: x &+ width &- 1, y: y &+ 1, width: 1, height: height - 2, color) }
    }

    /// Fills a polygon (closed automatically, any winding) with antialiased edges: a pixel that is partly inside gets
    /// that fraction of the colour, which is exact for outlines that don't cross themselves. Fewer than three points,
    /// or a coordinate that is not finite or beyond 10⁹, draws nothing.
    public mutating func fillPolygon(_ points: [Point], _ color: Color) {
        guard points.count >= 3, points.allSatisfy(\.isDrawable) else { return }
        let rows = Frame.pixelRange(points.map(\.y).min()!, points.map(\.y).max()!, limit: height)
        let columns = Frame.pixelRange(points.map(\.x).min()!, points.map(\.x).max()!, limit: width)
        if rows.isEmpty || columns.isEmpty { return }
        let stride = width
        withUnsafeTemporaryAllocation(of: Double.self, capacity: columns.count + 1) { deltas in
            let row = CoverageRow(deltas: deltas, left: Double(columns.lowerBound))
            pixels.withUnsafeMutableBufferPointer { target in
                for y in rows {
                    row.clear()
                    for index in points.indices {
                        row.add(from: points[index], to: points[(index + 1) % points.count], top: Double(y))
                    }
                    var area = 0.0
                    for (offset, x) in columns.enumerated() {
                        area += deltas[offset]
                        Frame.paint(color, share: abs(area), &target[y * stride + x])
                    }
                }
            }
        }
    }

    /// Fills a disc with an antialiased edge. A radius of 0 or less, or a number that is not finite or beyond 10⁹,
    /// draws nothing.
    public mutating func fillCircle(centerX: Double, centerY: Double, radius: Double, _ color: Color) {
        guard radius > 0 else { return }
        fillCapsule(from: Point(x: centerX, y: centerY), to: Point(x: centerX, y: centerY), radius: radius, color)
    }

    /// Draws an antialiased line of `width` pixels with round ends, so that lines which share a point join without a
    /// gap. A width of 0 or less, or a number that is not finite or beyond 10⁹, draws nothing.
    public mutating func drawLine(from: Point, to: Point, width: Double = 1, _ color: Color) {
        guard width > 0 else { return }
        fillCapsule(from: from, to: to, radius: width / 2, color)
    }

    /// Fills every pixel near enough to the segment; its fraction of the colour depends on the distance of its centre.
    private mutating func fillCapsule(from: Point, to: Point, radius: Double, _ color: Color) {
        guard from.isDrawable, to.isDrawable, radius < Point.farthest else { return }
        let margin = radius + 0.5
        let rows = Frame.pixelRange(min(from.y, to.y) - margin, max(from.y, to.y) + margin, limit: height)
        let columns = Frame.pixelRange(min(from.x, to.x) - margin, max(from.x, to.x) + margin, limit: width)
        let (dx, dy) = (to.x - from.x, to.y - from.y)
        let squaredLength = dx * dx + dy * dy
        let stride = width
        // Lines thinner than a pixel would otherwise look as strong as lines of one pixel.
        let strength = min(1, 2 * radius)
        pixels.withUnsafeMutableBufferPointer { target in
            for y in rows {
                let py = Double(y) + 0.5 - from.y
                for x in columns {
                    let px = Double(x) + 0.5 - from.x
                    let along = squaredLength > 0 ? max(0, min(1, (px * dx + py * dy) / squaredLength)) : 0
                    let (ox, oy) = (px - along * dx, py - along * dy)
                    let share = margin - (ox * ox + oy * oy).squareRoot()
                    if share > 0 { Frame.paint(color, share: min(share, strength), &target[y * stride + x]) }
                }
            }
        }
    }

    /// The pixels that the interval `low...high` touches, clipped to `0..<limit`.
    private static func pixelRange(_ low: Double, _ high: Double, limit: Int) -> Range<Int> {
        let end = Int(max(0, min(high.rounded(.up), Double(limit))))
        return min(end, Int(max(0, min(low.rounded(.down), Double(limit)))))..<end
    }

    @inline(__always)
    private static func paint(_ color: Color, share: Double, _ pixel: inout UInt32) {
        let coverage = UInt32(min(share, 1) * 255 + 0.5)
        if coverage > 0 { pixel = color.painted(over: Color(rgba: pixel), coverage: coverage).rgba }
    }
}

extension Point {
    /// Beyond this, differences of coordinates lose fractions of a pixel.
    fileprivate static let farthest = 1e9

    /// False for NaN and infinity too, so that an environment that diverged still draws the rest of its frame.
    fileprivate var isDrawable: Bool { abs(x) < Point.farthest && abs(y) < Point.farthest }
}

/// The exact areas that a polygon covers in the pixels of one row, kept as differences: the running sum of `deltas` up
/// to a pixel is the signed fraction of it that lies to the right of the edges added.
private struct CoverageRow {
    let deltas: UnsafeMutableBufferPointer<Double>
    let left: Double
    /// The number of pixels in the row; `deltas` has one more, for the area to the right of an edge in the last pixel.
    var count: Double { Double(deltas.count - 1) }

    func clear() { deltas.update(repeating: 0) }

    /// Adds the part of an edge that lies between `top` and `top + 1`.
    func add(from start: Point, to end: Point, top: Double) {
        let (upper, lower, sign) = start.y <= end.y ? (start, end, 1.0) : (end, start, -1.0)
        let y0 = max(upper.y, top)
        let y1 = min(lower.y, top + 1)
        if y0 >= y1 { return }
        let slope = (lower.x - upper.x) / (lower.y - upper.y)
        let x0 = upper.x + (y0 - upper.y) * slope - left
        let x1 = upper.x + (y1 - upper.y) * slope - left
        spread(from: min(x0, x1), to: max(x0, x1), height: (y1 - y0) * sign)
    }

    /// Distributes the signed height of a piece of an edge over the pixels between `x0` and `x1`.
    private func spread(from x0: Double, to x1: Double, height: Double) {
        // An edge to the left of the row covers all of it, one to the right nothing.
        if x1 <= 0 { deltas[0] += height }
        if x1 <= 0 || x0 >= count { return }
        if x0 < 0 { deltas[0] += height * -x0 / (x1 - x0) }
        var x = max(0, x0)
        let end = min(x1, count)
        repeat {
            let cell = min(x.rounded(.down), count - 1)
            let next = min(end, cell + 1)
            let part = x1 > x0 ? height * (next - x) / (x1 - x0) : height
            let share = (x + next) / 2 - cell
            deltas[Int(cell)] += part * (1 - share)
            deltas[Int(cell) + 1] += part * share
            x = next
        } while x < end
    }
}
