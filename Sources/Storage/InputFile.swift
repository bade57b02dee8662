import Glibc

/// A file opened for reading at any offset. Reads share no position, so several threads may read.
///
/// A pipe, such as a shell's `<(command)`, is read to its end when it is opened, and its content kept in memory.
public final class InputFile: @unchecked Sendable {
    // Unchecked: neither ever changes, and positional reads have no state.
    private let descriptor: FileDescriptor
    private let piped: [UInt8]?
    /// The path, as given.
    public let path: String
    /// The file's length in bytes when it was opened.
    public let count: Int

    /// The maximum number of bytes of a pipe.
    public static let largestPipe = 1 << 30

    /// Opens a file.
    ///
    /// - Parameter pipeLimit: The maximum number of bytes that are taken from a pipe.
    /// - Throws: ``StorageError`` if the file is missing, unreadable or neither a regular file nor a pipe, or if a pipe
    ///   holds more.
    public convenience init(path: String, pipeLimit: Int = largestPipe) throws(StorageError) {
        try self.init(
            FileDescriptor(opening: path, O_RDONLY, operation: "open", reading: true), pipeLimit: pipeLimit)
    }

    init(_ descriptor: consuming FileDescriptor, pipeLimit: Int = largestPipe) throws(StorageError) {
        path = descriptor.path
        self.descriptor = descriptor
        let status = try self.descriptor.status()
        guard status.isRegularFile || status.isPipe else {
            throw StorageError(path: path, operation: "read", reason: .wrongKind(expected: "a regular file or a pipe"))
        }
        piped = status.isPipe ? try self.descriptor.readToEnd(limit: pipeLimit) : nil
        count = piped?.count ?? Int(status.st_size)
        if let piped, piped.count > pipeLimit {
            throw StorageError(path: path, operation: "read", reason: .tooLarge(bytes: count, limit: pipeLimit))
        }
    }

    /// Fills `buffer` with the bytes from `offset` on.
    ///
    /// - Throws: ``StorageError`` if the disk fails or the file ends too early.
    public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(StorageError) {
        let count: Int
        if let piped {
            let available = piped.dropFirst(offset).prefix(buffer.count)
            buffer.copyBytes(from: available)
            count = available.count
        } else {
            count = try descriptor.read(into: buffer, at: offset)
        }
        guard count == buffer.count else {
            let reason = StorageError.Reason.tooShort(bytes: offset + count, needed: offset + buffer.count)
            throw StorageError(path: path, operation: "read", reason: reason)
        }
    }

    /// The bytes in `range`, which must lie within the file.
    public func bytes(in range: Range<Int>) throws(StorageError) -> [UInt8] {
        guard range.lowerBound >= 0, range.upperBound <= count else {
            let reason = StorageError.Reason.tooShort(bytes: count, needed: range.upperBound)
            throw StorageError(path: path, operation: "read", reason: reason)
        }
        var bytes = [UInt8](repeating: 0, count: range.count)
        var failure: StorageError?
        bytes.withUnsafeMutableBytes { buffer in
            do throws(StorageError) { try read(into: buffer, at: range.lowerBound) } catch { failure = error }
        }
        if let failure { throw failure }
        return bytes
    }

    /// The whole content of a file of at most `limit` bytes.
    ///
    /// - Throws: ``StorageError``; if the file is larger than the limit, before anything is read, unless it is a pipe.
    public static func bytes(of path: String, limit: Int) throws(StorageError) -> [UInt8] {
        let file = try InputFile(path: path, pipeLimit: limit)
        guard file.count <= limit else {
            throw StorageError(path: path, operation: "read", reason: .tooLarge(bytes: file.count, limit: limit))
        }
        return try file.bytes(in: 0..<file.count)
    }
}
