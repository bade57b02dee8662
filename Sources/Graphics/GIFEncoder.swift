/// Writes an animated GIF (GIF89a, CompuServe 1990) frame by frame.
///
/// Every stored rectangle with at most 256 colours keeps them exactly; otherwise a palette of 256 is chosen by median
/// cut. Only the rectangle that changed since the last frame is stored, and a frame without changes only lengthens the
/// delay of the one before, so still images cost nothing. Alpha is ignored.
///
/// Any number of frames may be added: ``takeBytes()`` returns the completed bytes, so that memory stays small.
public struct GIFEncoder {
    /// The size of every frame.
    public let size: FrameSize
    private let loops: Int?
    private var bytes: [UInt8]
    private var last: Frame?
    /// The latest stored frame, held back as long as its delay may still grow.
    private var pending: (delay: Int, image: [UInt8])?
    /// The file's global colour table: the first frame's colours, which most later frames share.
    private var sharedPalette = IndexedColors.Palette(colors: [])
    private let writer = LZWWriter()

    /// A delay is stored in 16 bits.
    private static let longestDelay = 65_535

    /// Sides are stored in 16 bits.
    public static let largestSide = 65_535

    /// An encoder of frames of `size` (sides of 1...65,535), repeated for ever or, with `loops`, that many times (at
    /// least 1).
    public init(size: FrameSize, loops: Int? = nil) {
        precondition(
            (1...Self.largestSide).contains(size.width) && (1...Self.largestSide).contains(size.height),
            "a GIF needs sides of 1 to 65535 pixels, got \(size.width) x \(size.height)")
        precondition((1...65_535).contains(loops ?? 1), "a GIF repeats 1 to 65535 times, got \(loops ?? 0)")
        self.size = size
        bytes = Array("GIF89a".utf8) + GIFEncoder.word(size.width) + GIFEncoder.word(size.height)
        self.loops = loops
    }

    /// Adds a frame of the encoder's size, shown for `delay` hundredths of a second (at least 1; most players show
    /// delays below 2 as 10).
    public mutating func add(_ frame: Frame, delay: Int) {
        precondition(
            frame.size == size,
            "the GIF's frames are \(size.width) x \(size.height), got one of \(frame.width) x \(frame.height)")
        precondition(delay >= 1, "a frame is shown for at least 1 hundredth of a second, got \(delay)")
        guard let last else {
            start(frame)
            store(frame, x: 0, y: 0, delay: delay)
            return
        }
        if let (x, y, changed) = GIFEncoder.change(from: last, to: frame) {
            store(frame.cropped(x: x, y: y, width: changed.width, height: changed.height), x: x, y: y, delay: delay)
            self.last = frame
        } else {
            pending!.delay += delay
        }
    }

    /// Takes the completed bytes: the file consists of all of them in order, followed by those of ``finish()``.
    public mutating func takeBytes() -> [UInt8] {
        defer { bytes = [] }
        return bytes
    }

    /// Ends the file and returns the bytes that ``takeBytes()`` has not returned. At least one frame must have been
    /// added.
    public consuming func finish() -> [UInt8] {
        precondition(last != nil, "a GIF needs at least one frame, got none")
        flush()
        return bytes + [0x3B]
    }

    /// Writes the header with the first frame's colours, and the number of repeats.
    private mutating func start(_ frame: Frame) {
        last = frame
        sharedPalette = IndexedColors(frame).palette
        // The flags: a colour table follows, 8 bits per channel; then the background's index and the aspect ratio of
        // pixels.
        bytes += [0xF0 | UInt8(sharedPalette.bits - 1), 0, 0] + sharedPalette.table
        // The stored number counts repeats after the first showing; 0 means for ever.
        if loops != 1 {
            bytes += [0x21, 0xFF, 11] + Array("NETSCAPE2.0".utf8) + [3, 1]
            bytes += GIFEncoder.word(loops.map { $0 - 1 } ?? 0) + [0]
        }
    }

    /// Encodes a rectangle of the frame and holds it back as the pending one.
    private mutating func store(_ part: Frame, x: Int, y: Int, delay: Int) {
        flush()
        var image: [UInt8] = [0x2C] + [x, y, part.width, part.height].flatMap(GIFEncoder.word)
        let indexed: IndexedColors
        if let shared = IndexedColors(part, in: sharedPalette) {
            indexed = shared
            image.append(0)
        } else {
            indexed = IndexedColors(part)
            image.append(0x80 | UInt8(indexed.palette.bits - 1))
            image += indexed.palette.table
        }
        writer.write(indexed.indices, bits: max(2, indexed.palette.bits), to: &image)
        pending = (delay, image)
    }

    /// Writes the pending frame with its graphic control extension: keep the frame afterwards, nothing transparent.
    private mutating func flush() {
        guard let (delay, image) = pending else { return }
        pending = nil
        // A delay that is longer than a frame can hold shows the same rectangle again.
        for start in stride(from: 0, to: delay, by: GIFEncoder.longestDelay) {
            let part = min(delay - start, GIFEncoder.longestDelay)
            bytes += [0x21, 0xF9, 4, 0x04] + GIFEncoder.word(part) + [0, 0] + image
        }
    }

    /// The smallest rectangle outside which both frames are the same; nil where they are the same everywhere.
    private static func change(from old: Frame, to new: Frame) -> (x: Int, y: Int, size: FrameSize)? {
        let width = new.width
        var (left, right, top, bottom) = (width, -1, -1, -1)
        for y in 0..<new.height {
            let row = y * width..<(y + 1) * width
            guard let first = row.first(where: { old.pixels[$0] != new.pixels[$0] }) else { continue }
            let final = row.last { old.pixels[$0] != new.pixels[$0] }!
            left = min(left, first - row.lowerBound)
            right = max(right, final - row.lowerBound)
            if top < 0 { top = y }
            bottom = y
        }
        if top < 0 { return nil }
        return (left, top, FrameSize(width: right - left + 1, height: bottom - top + 1))
    }

    private static func word(_ value: Int) -> [UInt8] {
        [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)]
    }
}
