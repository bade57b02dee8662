/// The last images as one observed array of pixels × count × channels, the oldest first.
struct PictureStack: Sendable {
    let count: Int
    let channels: Int
    /// The whole array.
    var bytes: [UInt8]

    init(count: Int, pixels: Int, channels: Int) {
        (self.count, self.channels) = (count, channels)
        bytes = Array(repeating: 0, count: pixels * count * channels)
    }

    /// Fills all places with an image.
    mutating func fill(with picture: [UInt8]) {
        for _ in 0..<count { append(picture) }
    }

    /// Adds an image and drops the oldest.
    mutating func append(_ picture: [UInt8]) {
        precondition(
            picture.count * count == bytes.count,
            "expected \(count) images in a stack of \(bytes.count) bytes, found one of \(picture.count)")
        let (count, channels) = (count, channels)
        bytes.withUnsafeMutableBytes { memory in
            picture.withUnsafeBufferPointer { picture in
                if count == 4, channels == 1 {
                    Self.appendToFour(picture, memory)
                } else {
                    Self.append(picture, memory, count, channels)
                }
            }
        }
    }

    /// Four grey bytes form one integer, with the oldest in the lowest byte on any machine: a shift drops it.
    private static func appendToFour(_ picture: UnsafeBufferPointer<UInt8>, _ memory: UnsafeMutableRawBufferPointer) {
        let words = memory.bindMemory(to: UInt32.self)
        for index in 0..<picture.count {
            let newer = UInt32(littleEndian: words[index]) >> 8
            words[index] = UInt32(littleEndian: newer | UInt32(picture[index]) << 24)
        }
    }

    private static func append(
        _ picture: UnsafeBufferPointer<UInt8>, _ memory: UnsafeMutableRawBufferPointer, _ count: Int, _ channels: Int
    ) {
        let (width, kept) = (count * channels, (count - 1) * channels)
        for pixel in 0..<picture.count / channels {
            let start = pixel * width
            for place in start..<start + kept { memory[place] = memory[place + channels] }
            for channel in 0..<channels { memory[start + kept + channel] = picture[pixel * channels + channel] }
        }
    }
}
