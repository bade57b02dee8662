/// An RGBA image in memory: row-major, the top row first, four bytes per pixel in the order R, G, B, A.
///
/// Drawing is clipped to the frame, so coordinates may lie anywhere. Colours with alpha below 255 are blended with the
/// existing ones; only ``clear(_:)`` and the subscript replace them.
public struct Frame: Hashable, Sendable {
    /// The number of columns, at least 0.
    public let width: Int
    /// The number of rows, at least 0.
    public let height: Int
    /// `width * height` pixels as ``Color/rgba``; pixel (x, y) is at `y * width + x`. Their number can't change. For
    /// loops over many pixels, ``withUnsafeMutablePixels(_:)`` is faster.
    public var pixels: [UInt32] {
        didSet {
            precondition(
                pixels.count == width * height,
                "a frame of \(width) x \(height) needs \(width * height) pixels, got \(pixels.count)")
        }
    }

    /// A frame of `size` filled with one colour. Both sides must be at least 0.
    public init(_ size: FrameSize, fill: Color = .black) {
        self.init(width: size.width, height: size.height, fill: fill)
    }

    /// A frame of `width` x `height` filled with one colour. Both sides must be at least 0.
    public init(width: Int, height: Int, fill: Color = .black) {
        precondition(width >= 0 && height >= 0, "a frame needs sides of at least 0, got \(width) x \(height)")
        self.width = width
        self.height = height
        pixels = [UInt32](repeating: fill.rgba, count: width * height)
    }

    /// A frame of pixels given as ``Color/rgba``, row by row from the top: exactly `width * height` of them.
    public init(width: Int, height: Int, pixels: [UInt32]) {
        precondition(width >= 0 && height >= 0, "a frame needs sides of at least 0, got \(width) x \(height)")
        precondition(
            pixels.count == width * height,
            "a frame of \(width) x \(height) needs \(width * height) pixels, got \(pixels.count)")
        self.width = width
        self.height = height
        self.pixels = pixels
    }

    /// Width and height together.
    public var size: FrameSize { FrameSize(width: width, height: height) }

    /// The pixel in column `x` and row `y`, both inside the frame; setting replaces it, alpha included.
    public subscript(x: Int, y: Int) -> Color {
        get {
            checkInside(x, y)
            return Color(rgba: pixels[y &* width &+ x])
        }
        set {
            checkInside(x, y)
            pixels[y &* width &+ x] = newValue.rgba
        }
    }

    @inline(__always)
    private func checkInside(_ x: Int, _ y: Int) {
        precondition(
            x >= 0 && x < width && y >= 0 && y < height,
            "pixel (\(x), \(y)) is outside a frame of \(width) x \(height)")
    }

    /// Passes the `width * height` pixels to `body` to be changed in place, for drawing that the other methods don't
    /// offer.
    public mutating func withUnsafeMutablePixels<Result>(
        _ body: (UnsafeMutableBufferPointer<UInt32>) throws -> Result
    ) rethrows -> Result {
        try pixels.withUnsafeMutableBufferPointer { try body($0) }
    }

    /// Replaces every pixel by `color`.
    public mutating func clear(_ color: Color) {
        withUnsafeMutablePixels { $0.update(repeating: color.rgba) }
    }

    /// The pixels of a rectangle, which must lie inside the frame.
    public func cropped(x: Int, y: Int, width: Int, height: Int) -> Frame {
        precondition(
            x >= 0 && y >= 0 && width >= 0 && height >= 0 && x + width <= self.width && y + height <= self.height,
            "the rectangle (\(x), \(y), \(width) x \(height)) is not inside a frame of \(self.width) x \(self.height)")
        var part: [UInt32] = []
        part.reserveCapacity(width * height)
        for row in y..<y + height { part += pixels[row * self.width + x..<row * self.width + x + width] }
        return Frame(width: width, height: height, pixels: part)
    }

    /// Draws `other` with its top left corner at (`x`, `y`), with each of its pixels as a square of `scale` x `scale`.
    /// `scale` must be at least 1. Pixels with alpha below 255 are blended with the existing ones.
    public mutating func draw(_ other: Frame, x: Int, y: Int, scale: Int = 1) {
        precondition(scale >= 1, "a frame is drawn at a scale of at least 1, got \(scale)")
        let columns = Frame.clip(x, other.width * scale, to: width)
        let rows = Frame.clip(y, other.height * scale, to: height)
        if columns.isEmpty || rows.isEmpty { return }
        let width = width
        other.pixels.withUnsafeBufferPointer { source in
            pixels.withUnsafeMutableBufferPointer { target in
                for row in rows {
                    let sourceRow = (row - y) / scale * other.width
                    var index = row * width + columns.lowerBound
                    var sourceColumn = (columns.lowerBound - x) / scale
                    var repeats = (columns.lowerBound - x) % scale
                    for _ in columns {
                        let color = Color(rgba: source[sourceRow + sourceColumn])
                        target[index] = color.painted(over: Color(rgba: target[index])).rgba
                        index += 1
                        repeats += 1
                        if repeats == scale {
                            repeats = 0
                            sourceColumn += 1
                        }
                    }
                }
            }
        }
    }

    /// The part of `start..<start + length` that lies in `0..<limit`; safe for all integers.
    @inline(__always)
    static func clip(_ start: Int, _ length: Int, to limit: Int) -> Range<Int> {
        let (sum, overflow) = start.addingReportingOverflow(max(length, 0))
        let end = max(0, min(overflow ? Int.max : sum, limit))
        return max(0, min(start, end))..<end
    }
}
