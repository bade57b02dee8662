import Deflate

/// Takes the content of one entry of a ``ZipWriter``.
public final class ZipSink {
    private let file: AtomicFile
    private let deflater: Deflater?

    /// The number of bytes written so far.
    public private(set) var size = 0
    private(set) var checksum: UInt32 = 0

    init(file: AtomicFile, method: Zip.Method) {
        self.file = file
        deflater = method == .deflated ? Deflater(.raw) : nil
    }

    /// Appends bytes to the entry.
    ///
    /// - Throws: ``StorageError``.
    public func write(_ bytes: UnsafeRawBufferPointer) throws(StorageError) {
        checksum = crc32(bytes, continuing: checksum)
        size += bytes.count
        if let deflater {
            try deflater.deflate(bytes, isLast: false, file.write)
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
        try deflater?.deflate(UnsafeRawBufferPointer(start: nil, count: 0), isLast: true, file.write)
    }
}
