import CZlib

/// The wrapping of a deflate stream (RFC 1951).
public enum DeflateFormat: Sendable {
    /// None, as in a ZIP archive.
    case raw
    /// zlib's header and Adler-32 (RFC 1950), as in PNG.
    case zlib
    /// gzip's header, length and CRC-32 (RFC 1952).
    case gzip

    /// Deflate can't compress data further than this, 258 bytes to 2 bits, so a larger claimed size is false.
    public static let largestRatio = 1032

    /// zlib's parameter for the format, with the largest window.
    var windowBits: Int32 {
        switch self {
        case .raw: -15
        case .zlib: 15
        case .gzip: 15 + 16
        }
    }
}

/// The CRC-32 of zip, gzip and PNG (polynomial 0xEDB88320, reflected).
///
/// - Parameters:
///   - bytes: The bytes to add.
///   - checksum: The checksum of what came before them; 0 at the start.
public func crc32(_ bytes: UnsafeRawBufferPointer, continuing checksum: UInt32) -> UInt32 {
    // An empty buffer may have a null address, which makes zlib return the initial value.
    guard bytes.count > 0 else { return checksum }
    return UInt32(crc32_z(uLong(checksum), bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count))
}
