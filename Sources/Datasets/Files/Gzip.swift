import CZlib
import Storage

/// Reading gzip files (RFC 1952) by zlib, which checks each member's length and CRC-32.
enum Gzip {
    private static let chunkSize = 1 << 20

    /// Whether the bytes begin as a gzip file does.
    static func isGzip(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x1F, 0x8B]) }

    /// The content of a gzip file, all of its members one after another.
    ///
    /// - Parameters:
    ///   - packed: The file.
    ///   - file: Its name for errors.
    ///   - limit: The most bytes that the content may have. No more than that and a mebibyte is ever held.
    /// - Throws: `FormatError` with the byte at which the file is damaged or cut off, `StorageError` where the content is larger.
    static func unpack(_ packed: [UInt8], file: String, limit: Int) throws -> [UInt8] {
        var content: [UInt8] = []
        var offset = 0
        repeat {
            offset = try unpackMember(of: packed, from: offset, into: &content, file: file, limit: limit)
        } while offset < packed.count
        return content
    }

    /// Appends the content of the member at `start`; returns where it ends.
    private static func unpackMember(
        of packed: [UInt8], from start: Int, into content: inout [UInt8], file: String, limit: Int
    ) throws -> Int {
        var stream = z_stream()
        let gzipWindow: Int32 = 15 + 16  // 16: with gzip's header and checksum.
        let begun = inflateInit2_(&stream, gzipWindow, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        precondition(begun == Z_OK, "zlib cannot start: \(begun), expected \(Z_OK)")
        defer { inflateEnd(&stream) }
        var offset = start
        var chunk = [UInt8](repeating: 0, count: chunkSize)
        while true {
            let (status, taken, made) = inflate(&stream, packed, from: offset, into: &chunk)
            offset += taken
            content += chunk[..<made]
            guard content.count <= limit else {
                throw StorageError(
                    path: file, operation: "read", reason: .tooLarge(bytes: content.count, limit: limit))
            }
            if status == Z_STREAM_END { return offset }
            guard status == Z_OK else {
                // Without progress zlib says Z_BUF_ERROR: it wants bytes that aren't there.
                let found = status == Z_BUF_ERROR ? "the end of the file" : String(cString: zError(status))
                throw FormatError(.gzip, file: file, offset: offset, expected: "more of a gzip member", found: found)
            }
        }
    }

    private static func inflate(
        _ stream: inout z_stream, _ packed: [UInt8], from offset: Int, into chunk: inout [UInt8]
    ) -> (status: Int32, taken: Int, made: Int) {
        // zlib counts in 32 bits.
        let available = min(packed.count - offset, 1 << 30)
        return packed.withUnsafeBufferPointer { input in
            chunk.withUnsafeMutableBufferPointer { output in
                stream.next_in = input.baseAddress.map { UnsafeMutablePointer(mutating: $0 + offset) }
                stream.avail_in = UInt32(available)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                let status = CZlib.inflate(&stream, Z_NO_FLUSH)
                return (status, available - Int(stream.avail_in), output.count - Int(stream.avail_out))
            }
        }
    }
}
