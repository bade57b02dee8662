import Graphics

/// Images of one size as rows: with one channel if all of them are grey, else with red, green and blue.
struct PictureRows {
    let size: FrameSize
    private var bytes: [UInt8] = []
    private var isGray = true

    /// An empty stack of images of a size.
    init(size: FrameSize) { self.size = size }

    /// Adds an image; transparent pixels are blended with black.
    ///
    /// - Precondition: the image has the stack's size.
    mutating func append(_ frame: Frame) {
        precondition(frame.size == size, "an image of \(frame.size) in a stack of images of \(size)")
        for pixel in frame.pixels {
            let color = Color(rgba: pixel)
            isGray = isGray && color.red == color.green && color.green == color.blue
            for level in [color.red, color.green, color.blue] {
                bytes.append(UInt8((Int(level) * Int(color.alpha) + 127) / 255))
            }
        }
    }

    var shape: [Int] { [size.height, size.width, isGray ? 1 : 3] }

    /// The images as rows of 256 levels.
    func rows(labels: [Int] = []) -> DataRows {
        let levels = isGray ? stride(from: 0, to: bytes.count, by: 3).map { bytes[$0] } : bytes
        return DataRows(.bytes(levels), width: shape.reduce(1, *), labels: labels)
    }
}
