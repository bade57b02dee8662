import Deflate
import Storage

/// Reading gzip files (RFC 1952) by ``Deflate/Inflater``, which checks each member's length and CRC-32.
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
        let inflater = Inflater(.gzip)
        var offset = start
        var chunk = [UInt8](repeating: 0, count: chunkSize)
        while true {
            let (taken, made, state) = packed.withUnsafeBufferPointer { input in
                chunk.withUnsafeMutableBufferPointer { output in
                    inflater.inflate(UnsafeBufferPointer(rebasing: input[offset...]), into: output)
                }
            }
            offset += taken
            content += chunk[..<made]
            guard content.count <= limit else {
                throw StorageError(
                    path: file, operation: "read", reason: .tooLarge(bytes: content.count, limit: limit))
            }
            func failure(_ found: String) -> FormatError {
                FormatError(.gzip, file: file, offset: offset, expected: "more of a gzip member", found: found)
            }
            switch state {
            case .finished: return offset
            case .unfinished: continue
            case .stuck: throw failure("the end of the file")
            case .damaged(let problem): throw failure(problem)
            }
        }
    }
}
