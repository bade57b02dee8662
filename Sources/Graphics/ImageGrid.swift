/// Many small images of one size as tiles of one frame: samples of a generative model, observations, filters.
public struct ImageGrid: Sendable {
    /// The number of rows of an image.
    public var height: Int
    /// The number of columns of an image.
    public var width: Int
    /// 1 for grey, 3 for RGB.
    public var channels: Int
    /// The number of images side by side; nil for a roughly square grid.
    public var columns: Int?
    /// Each value becomes a square of `scale` x `scale` pixels.
    public var scale: Int
    /// The number of pixels around every image.
    public var margin: Int
    /// The colour of the margins.
    public var background: Color

    /// A grid of images of `height` x `width` x `channels`.
    public init(
        height: Int, width: Int, channels: Int = 1, columns: Int? = nil, scale: Int = 1, margin: Int = 2,
        background: Color = Color(hex: 0x15191F)
    ) {
        precondition(height > 0 && width > 0, "an image needs sides of at least 1, got \(height) x \(width)")
        precondition(channels == 1 || channels == 3, "an image has 1 or 3 channels, got \(channels)")
        precondition(
            (columns ?? 1) > 0 && scale > 0 && margin >= 0,
            "columns and scale must be at least 1 and the margin 0 or more, got \(columns ?? 1), \(scale) and \(margin)"
        )
        self.height = height
        self.width = width
        self.channels = channels
        self.columns = columns
        self.scale = scale
        self.margin = margin
        self.background = background
    }

    /// The images in `values`, laid out (count, height, width, channels), from 0 (black) to 1; values outside that
    /// range are clamped, and NaN is black. The number of values must be a multiple of an image's.
    public func frame(_ values: [Float]) -> Frame {
        let pictureValues = height * width * channels
        precondition(
            values.count % pictureValues == 0,
            "expected whole images of \(height) x \(width) x \(channels) values, got \(values.count) values")
        let count = values.count / pictureValues
        let across = columns ?? max(1, Int(Double(count).squareRoot().rounded(.up)))
        let down = (count + across - 1) / across
        let (tileWidth, tileHeight) = (width * scale + margin, height * scale + margin)
        var result = Frame(width: across * tileWidth + margin, height: down * tileHeight + margin, fill: background)
        var picture = Frame(width: width, height: height)
        for index in 0..<count {
            for pixel in 0..<height * width {
                let place = index * pictureValues + pixel * channels
                let red = ImageGrid.level(values[place])
                picture.pixels[pixel] =
                    (channels == 1
                    ? Color(gray: red)
                    : Color(
                        red: red, green: ImageGrid.level(values[place + 1]), blue: ImageGrid.level(values[place + 2])))
                    .rgba
            }
            result.draw(
                picture, x: margin + index % across * tileWidth, y: margin + index / across * tileHeight, scale: scale)
        }
        return result
    }

    private static func level(_ value: Float) -> UInt8 {
        value > 0 ? UInt8((min(value, 1) * 255).rounded()) : 0
    }
}
