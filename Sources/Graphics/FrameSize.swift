/// A width and a height in pixels.
public struct FrameSize: Hashable, Sendable {
    /// The number of columns.
    public var width: Int
    /// The number of rows.
    public var height: Int

    public init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }
}

/// A place on a frame in pixels, x to the right and y downwards.
///
/// Pixel (i, j) covers the square from (i, j) to (i + 1, j + 1), so its centre is at (i + 0.5, j + 0.5).
public struct Point: Hashable, Sendable {
    /// Pixels to the right of the frame's left edge.
    public var x: Double
    /// Pixels below the frame's top edge.
    public var y: Double

    public init(x: Double, y: Double) {
        self.x = x
        self.y = y
    }
}
