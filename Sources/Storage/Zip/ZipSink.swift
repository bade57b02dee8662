import CZlib

/// Takes the content of one entry of a ``ZipWriter``.
public final class ZipSink {
    private let file: AtomicFile
    private let deflater: Deflater?

    /// The number of bytes taken so far.
    public private(set) var size = 0
    private(set) var checksum: UInt32 = 0

    init(file: AtomicFile, method: Zip.Method) {
        self.file = file
        deflater = method == .deflated ? Deflater() : nil
    }

    /// Appends bytes to the entry.
    ///
    /// - Throws: ``StorageError``.
    public func write(_ bytes: UnsafeRawBufferPointer) throws(StorageError) {
        checksum = crc32(bytes, continuing: checksum)
        size += bytes.count
        if let deflater {
            try deflater.deflate(bytes, isLast: false, to: file)
        } else {
            try file.write(bytes)
        }
    }

    /// Appends bytes to the entry.
    ///
    /// - Throws: ``StorageError``.
    public func write(_ bytes: [UInt8]) throws(StorageError) {
        try withRawBytes(bytes) { (buffer) throws(StorageError) in try write(buffer) }
    }

    func finish() throws(StorageError) {
        try deflater?.deflate(UnsafeRawBufferPointer(start: nil, count: 0), isLast: true, to: file)
    }
}

/// A raw deflate stream (RFC 1951) in constant memory.
private final class Deflater {
    private var stream = z_stream()
    private var output = [UInt8](repeating: 0, count: 1 << 16)

    init() {
        let windowBits: Int32 = -15  // Negative: no zlib header around the data.
        let result = deflateInit2_(
            &stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, windowBits, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        precondition(result == Z_OK, "zlib cannot start: \(result), expected \(Z_OK)")
    }

    deinit { deflateEnd(&stream) }

    func deflate(_ bytes: UnsafeRawBufferPointer, isLast: Bool, to file: AtomicFile) throws(StorageError) {
        // zlib counts in 32 bits.
        var rest = bytes
        repeat {
            let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(piece.count))
            stream.next_in = UnsafeMutablePointer(mutating: piece.bindMemory(to: UInt8.self).baseAddress)
            stream.avail_in = UInt32(piece.count)
            try drain(flush: isLast && rest.isEmpty ? Z_FINISH : Z_NO_FLUSH, to: file)
        } while !rest.isEmpty
    }

    /// Calls zlib until it leaves room in the output, which means that it has taken all of the input.
    private func drain(flush: Int32, to file: AtomicFile) throws(StorageError) {
        repeat {
            let count = output.withUnsafeMutableBufferPointer { buffer in
                stream.next_out = buffer.baseAddress
                stream.avail_out = UInt32(buffer.count)
                _ = CZlib.deflate(&stream, flush)
                return buffer.count - Int(stream.avail_out)
            }
            try withRawBytes(output) { (bytes) throws(StorageError) in
                try file.write(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
            }
        } while stream.avail_out == 0
    }
}
