import Graphics

/// Pictures of one size gathered as rows: grey ones with one channel where all of them are grey, else with red, green and blue.
struct PictureRows {
    let size: FrameSize
    private var bytes: [UInt8] = []
    private var isGray = true

    /// A stack of pictures of a size, none yet.
    init(size: FrameSize) { self.size = size }

    /// Adds a picture; what is transparent lies on black.
    ///
    /// - Precondition: it is of the stack's size.
    mutating func append(_ frame: Frame) {
        precondition(frame.size == size, "a picture of \(frame.size) in a stack of \(size)")
        for pixel in frame.pixels {
            let color = Color(rgba: pixel)
            isGray = isGray && color.red == color.green && color.green == color.blue
            for level in [color.red, color.green, color.blue] {
                bytes.append(UInt8((Int(level) * Int(color.alpha) + 127) / 255))
            }
        }
    }

    /// Height, width and channels.
    var shape: [Int] { [size.height, size.width, isGray ? 1 : 3] }

    /// The pictures as rows of 256 levels.
    func rows(labels: [Int] = []) -> DataRows {
        let levels = isGray ? stride(from: 0, to: bytes.count, by: 3).map { bytes[$0] } : bytes
        return DataRows(.bytes(levels), width: shape.reduce(1, *), labels: labels)
    }
}
