import Deflate

/// The CRC-32 of zip, gzip and PNG (polynomial 0xEDB88320, reflected).
///
/// - Parameters:
///   - bytes: The bytes to add.
///   - checksum: The checksum of what came before them; 0 at the start.
public func crc32(_ bytes: UnsafeRawBufferPointer, continuing checksum: UInt32 = 0) -> UInt32 {
    Deflate.crc32(bytes, continuing: checksum)
}

/// The CRC-32 of an array: see ``crc32(_:continuing:)-(UnsafeRawBufferPointer,_)``.
public func crc32(_ bytes: [UInt8]) -> UInt32 {
    bytes.withUnsafeBytes { crc32($0) }
}

/// The CRC-32 of the first `length` bytes of a file, or of all, a mebibyte at a time.
///
/// - Throws: ``StorageError``, with `tooShort` if there are fewer bytes.
public func crc32(ofFile path: String, length: Int? = nil) throws(StorageError) -> UInt32 {
    let file = try InputFile(path: path)
    let count = length ?? file.count
    var (checksum, offset) = (UInt32(0), 0)
    while offset < count {
        let bytes = try file.bytes(in: offset..<min(count, offset + 1 << 20))
        checksum = bytes.withUnsafeBytes { crc32($0, continuing: checksum) }
        offset += bytes.count
    }
    return checksum
}

/// A checksum as eight hexadecimal digits.
public func hexadecimal(_ checksum: UInt32) -> String {
    let digits = String(checksum, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
}

/// The CRC-32C of iSCSI (Castagnoli's polynomial 0x82F63B78, reflected; RFC 3720, appendix B.4), which frames the
/// records of TensorFlow's files.
public func crc32c(_ bytes: some Sequence<UInt8>) -> UInt32 {
    var checksum = UInt32.max
    for byte in bytes {
        checksum = castagnoliTable[Int(UInt8(truncatingIfNeeded: checksum) ^ byte)] ^ (checksum >> 8)
    }
    return ~checksum
}

private let castagnoliTable: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in (value >> 1) ^ (value & 1 == 1 ? 0x82F6_3B78 : 0) }
}
