/// A width and a height in pixels.
public struct FrameSize: Hashable, Sendable {
    public var width: Int
    public var height: Int
    public init(width: Int, height: Int) { self.width = width; self.height = height }
}
/// An RGBA picture in memory: row-major, the top row first, four bytes a pixel in the order R, G, B, A.
public struct Frame: Hashable, Sendable {
    public let width: Int
    public let height: Int
    public var pixels: [UInt32]
}
