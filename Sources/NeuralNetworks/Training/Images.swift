/// A batch of images, (count, height, width, channels), row-major: the channels of a pixel are adjacent.
public struct Images: Hashable, Sendable {
    /// The number of images.
    public let count: Int
    public let height: Int
    public let width: Int
    public let channels: Int
    /// All numbers, row-major.
    public var pixels: [Float]

    ///
    /// - Precondition: count · height · width · channels numbers.
    public init(count: Int, height: Int, width: Int, channels: Int, _ pixels: [Float]) {
        precondition(
            pixels.count == count * height * width * channels,
            "\(pixels.count) numbers given for \(count) images of \(height) × \(width) × \(channels)")
        (self.count, self.height, self.width) = (count, height, width)
        (self.channels, self.pixels) = (channels, pixels)
    }

    /// The index of a pixel's first channel.
    func index(_ image: Int, _ row: Int, _ column: Int) -> Int {
        ((image * height + row) * width + column) * channels
    }

    /// Images of a different size, in which each pixel is copied from the same image of this batch, or is `fill` if
    /// `source` gives a place outside.
    public func resampled(
        height: Int, width: Int, fill: Float = 0, from source: (_ image: Int, _ row: Int, _ column: Int) -> (Int, Int)
    ) -> Images {
        var result = [Float](repeating: fill, count: count * height * width * channels)
        var place = 0
        for image in 0..<count {
            for row in 0..<height {
                for column in 0..<width {
                    let (y, x) = source(image, row, column)
                    if (0..<self.height).contains(y) && (0..<self.width).contains(x) {
                        let start = index(image, y, x)
                        for channel in 0..<channels { result[place + channel] = pixels[start + channel] }
                    }
                    place += channels
                }
            }
        }
        return Images(count: count, height: height, width: width, channels: channels, result)
    }
}
