/// A batch of pictures, (count, height, width, channels), row-major: pixels of a channel lie apart, channels of a pixel together.
public struct Images: Hashable, Sendable {
    /// The number of pictures.
    public let count: Int
    /// Rows of a picture.
    public let height: Int
    /// Columns of a picture.
    public let width: Int
    /// Numbers of a pixel.
    public let channels: Int
    /// All numbers.
    public var pixels: [Float]

    /// Takes the numbers of a batch.
    ///
    /// - Precondition: count · height · width · channels numbers.
    public init(count: Int, height: Int, width: Int, channels: Int, _ pixels: [Float]) {
        precondition(
            pixels.count == count * height * width * channels,
            "\(pixels.count) numbers given for \(count) images of \(height) × \(width) × \(channels)")
        (self.count, self.height, self.width) = (count, height, width)
        (self.channels, self.pixels) = (channels, pixels)
    }

    /// The place of a pixel's first channel.
    func index(_ image: Int, _ row: Int, _ column: Int) -> Int {
        ((image * height + row) * width + column) * channels
    }

    /// Pictures of another size whose pixel is one of this batch's, of the same picture, or `fill` where `source` gives a
    /// place outside.
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
