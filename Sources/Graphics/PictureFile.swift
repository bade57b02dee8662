import CPictures

/// A picture file that can't be read: the place of the problem and what it is.
public struct PictureError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of problem.
    public enum Kind: Hashable, Sendable {
        /// The file does not follow the format, or it is truncated.
        case damaged
        /// The file is valid, but of a kind that is not read here, such as a JPEG in the four inks of a print.
        case unsupported
        /// The image has more pixels than the caller allowed, or than there is memory for.
        case tooLarge
    }
    public let format: PictureFile.Format
    public let kind: Kind
    /// The offset in the file, counted from 0, up to which it had been read when the problem was found.
    public let offset: Int
    /// What was found: in the words of libpng or libjpeg-turbo, or the size of an image that is too large.
    public let problem: String

    /// A sentence with the offset, the problem and the next thing to try.
    public var description: String {
        let advice =
            switch kind {
            case .damaged: "save or copy the file again"
            case .unsupported: "save it in another way, such as in red, green and blue"
            case .tooLarge: "scale it down first"
            }
        return "\(format.rawValue), byte \(offset): found \(problem); \(advice)"
    }
}

/// Reads images from files in memory, with libpng and libjpeg-turbo.
public enum PictureFile {
    public enum Format: String, Hashable, Sendable, CaseIterable {
        case png = "PNG"
        case jpeg = "JPEG"

        /// The bytes that every file of the format begins with.
        fileprivate var signature: [UInt8] { self == .png ? PNG.signature : [0xFF, 0xD8, 0xFF] }
    }

    /// The format that a file's first bytes announce, whatever its name; nil for another one.
    public static func format(of file: [UInt8]) -> Format? {
        Format.allCases.first { file.starts(with: $0.signature) }
    }

    /// The image in a file.
    ///
    /// PNG: all colour types and bit depths, interlaced or not; 16 bits per channel are rounded to 8, and transparency
    /// becomes alpha. JPEG: grey and colour, baseline and progressive; its EXIF orientation is not applied. Gamma and
    /// colour profiles are not applied either.
    ///
    /// No memory is taken for pixels before their number is known, at most `maximumPixels`.
    /// - Throws: ``PictureError`` for anything else, truncated files included.
    public static func decode(
        _ file: [UInt8], as format: Format, maximumPixels: Int = 1 << 26
    ) throws(PictureError) -> Frame {
        var result = picture()
        let read = format == .png ? picture_read_png : picture_read_jpeg
        let status = file.withUnsafeBufferPointer { read($0.baseAddress, $0.count, UInt64(maximumPixels), &result) }
        defer { picture_free(&result) }
        let (width, height) = (Int(result.width), Int(result.height))
        guard status == PICTURE_READ, let pixels = result.pixels else {
            let size = "an image of \(width) x \(height)"
            let (kind, problem): (PictureError.Kind, String) =
                switch status {
                case PICTURE_TOO_LARGE: (.tooLarge, "\(size), with more than \(maximumPixels) pixels")
                case PICTURE_NO_MEMORY: (.tooLarge, "\(size), for which there is no memory")
                case PICTURE_UNSUPPORTED: (.unsupported, Self.message(of: result))
                default: (.damaged, Self.message(of: result))
                }
            throw PictureError(format: format, kind: kind, offset: result.offset, problem: problem)
        }
        return Frame(
            width: width, height: height,
            pixels: pixels.withMemoryRebound(to: UInt32.self, capacity: width * height) {
                Array(UnsafeBufferPointer(start: $0, count: width * height))
            })
    }

    private static func message(of result: picture) -> String {
        withUnsafeBytes(of: result.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}

extension PNG {
    /// The image in a PNG file: see ``PictureFile/decode(_:as:maximumPixels:)``.
    ///
    /// - Throws: ``PictureError``.
    public static func decode(_ file: [UInt8], maximumPixels: Int = 1 << 26) throws(PictureError) -> Frame {
        try PictureFile.decode(file, as: .png, maximumPixels: maximumPixels)
    }
}
