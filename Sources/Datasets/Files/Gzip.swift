import Deflate
import Storage

/// Reads gzip files (RFC 1952) with ``Deflate/Inflater``, which checks the length and CRC-32 of each member.
enum Gzip {
    private static let chunkSize = 1 << 20

    /// Whether the bytes begin like a gzip file.
    static func isGzip(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x1F, 0x8B]) }

    /// The content of a gzip file: all of its members in order.
    ///
    /// - Parameters:
    ///   - packed: The file's bytes.
    ///   - file: The file's name, for errors.
    ///   - limit: The maximum number of bytes of content. At most a mebibyte more is held in memory.
    /// - Throws: `FormatError` with the offset where the file is damaged or truncated, `StorageError` if the content is
    ///   larger than the limit.
    static func unpack(_ packed: [UInt8], file: String, limit: Int) throws -> [UInt8] {
        var content: [UInt8] = []
        var offset = 0
        repeat {
            offset = try unpackMember(of: packed, from: offset, into: &content, file: file, limit: limit)
        } while offset < packed.count
        return content
    }

    /// Appends the content of the member at `start`; returns where the member ends.
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
