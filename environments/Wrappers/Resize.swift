import Experience

/// Resizes images: each new pixel is the mean of the area that it covers, channel by channel, with partly covered
/// pixels weighted by their share. Equals Gymnasium's `ResizeObservation` when images become smaller.
public struct Resize<Base: Environment<UInt8>>: LookingWrapper {
    public typealias Action = Base.Action
    public typealias Element = UInt8

    public var base: Base
    /// Rows of the new images.
    public let height: Int
    /// Columns of the new images.
    public let width: Int
    private let channels: Int
    private let sourceWidth: Int
    private let rows: Cover
    private let columns: Cover
    private var picture: [UInt8]

    /// Resizes the observations of `base` to `height` × `width` pixels.
    ///
    /// - Precondition: they are images; `height` and `width` are positive.
    public init(_ base: Base, height: Int, width: Int) {
        precondition(
            height > 0 && width > 0, "Resize: expected a height and width of at least 1, found \(height) × \(width)")
        let space = base.observationSpace
        requireFit("Resize", Self.misfit(space))
        self.base = base
        self.height = height
        self.width = width
        channels = space.shape.count == 3 ? space.shape[2] : 1
        sourceWidth = space.shape[1]
        rows = Cover(of: space.shape[0], by: height)
        columns = Cover(of: space.shape[1], by: width)
        picture = Array(repeating: 0, count: space.count)
    }

    static func misfit(_ space: Space) -> String? {
        space.isImage(axes: 2...3)
            ? nil : "images, Box(0, 255, (height, width) or (height, width, channels), uint8), not \(space)"
    }

    /// Images of the new size, with the same channels.
    public var observationSpace: Space { .image([height, width] + base.observationSpace.shape.dropFirst(2)) }

    /// Stores the image.
    public mutating func look() { base.observe(into: &picture, at: 0, count: picture.count) }

    public func observe(into observation: inout MutableSpan<UInt8>) {
        for y in 0..<height {
            for x in 0..<width {
                for channel in 0..<channels {
                    let mean = mean(row: y, column: x, channel: channel)
                    observation[(y * width + x) * channels + channel] = UInt8(nearest: mean)
                }
            }
        }
    }

    private func mean(row: Int, column: Int, channel: Int) -> Double {
        var sum = 0.0
        for y in rows.starts[row]..<rows.ends[row] {
            var line = 0.0
            for x in columns.starts[column]..<columns.ends[column] {
                line += columns.share(of: x, column) * Double(picture[(y * sourceWidth + x) * channels + channel])
            }
            sum += rows.share(of: y, row) * line
        }
        return sum / (rows.length * columns.length)
    }

    /// How `count` old pixels along an axis are covered by the new ones.
    private struct Cover: Sendable {
        /// The width of a new pixel in old ones.
        let length: Double
        let starts: [Int]
        let ends: [Int]

        init(of count: Int, by newCount: Int) {
            length = Double(count) / Double(newCount)
            starts = (0..<newCount).map { $0 * count / newCount }
            ends = (0..<newCount).map { (($0 + 1) * count + newCount - 1) / newCount }
        }

        /// The share of an old pixel that a new one covers, 0...1.
        func share(of place: Int, _ new: Int) -> Double {
            min(Double(place + 1), Double(new + 1) * length) - max(Double(place), Double(new) * length)
        }
    }
}

extension Resize: StateCodable where Base: StateCodable {
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try base.codeState(with: &coder)
        look()
    }
}
