/// Writes a ZIP archive that appears under its name complete or not at all, entry by entry, in bounded memory.
///
/// The same entries give the same bytes: all dates are 1980-01-01, the first that the format can express.
public final class ZipWriter {
    private let file: AtomicFile
    private var directory: [UInt8] = []
    private var entryCount = 0
    private let largestSize32: Int

    /// Starts an archive.
    ///
    /// - Parameters:
    ///   - path: Where the archive appears on ``commit()``.
    ///   - overwrite: Whether a file at the path may be replaced.
    ///   - largestSize32: The largest size and offset written in 32 bits; ZIP64 is used above it.
    /// - Throws: ``StorageError``.
    public init(path: String, overwrite: Bool, largestSize32: Int = 0xFF00_0000) throws(StorageError) {
        file = try AtomicFile(path: path, overwrite: overwrite)
        self.largestSize32 = largestSize32
    }

    /// Writes one entry.
    ///
    /// - Parameters:
    ///   - name: The entry's name: relative, with `/` between folders, at most 65,535 bytes long, and unique.
    ///   - size: The number of bytes that `body` will write; it decides whether ZIP64 is needed.
    ///   - method: How the entry is stored.
    ///   - body: Writes the content through the sink, in pieces of any size.
    /// - Throws: ``StorageError``, or what `body` throws.
    /// - Precondition: `body` writes `size` bytes.
    public func add(
        _ name: String, size: Int, method: Zip.Method, body: (ZipSink) throws -> Void
    ) throws {
        precondition(name.utf8.count <= 0xFFFF, "an entry's name has at most 65535 bytes, not \(name.utf8.count)")
        let offset = file.count
        let isLarge = size > largestSize32
        try file.write(localHeader(name, method, isLarge: isLarge))
        let start = file.count
        let sink = ZipSink(file: file, method: method)
        try body(sink)
        try sink.finish()
        precondition(sink.size == size, "entry \(name): \(sink.size) bytes were written, but \(size) announced")
        let packed = file.count - start
        let sizes =
            isLarge
            ? UInt64(size).littleEndianBytes + UInt64(packed).littleEndianBytes
            : UInt32(packed).littleEndianBytes + UInt32(size).littleEndianBytes
        try file.replace(at: offset + 14, with: sink.checksum.littleEndianBytes)
        try file.replace(at: isLarge ? start - 16 : offset + 18, with: sizes)
        appendToDirectory(
            name, method, checksum: sink.checksum, size: size, packed: packed, offset: offset, isLarge: isLarge)
    }

    /// Writes the directory and moves the archive to its name.
    ///
    /// - Throws: ``StorageError``; nothing has then changed at the path.
    public func commit() throws(StorageError) {
        let offset = file.count
        try file.write(directory)
        let needs64 = entryCount >= 0xFFFF || offset > largestSize32 || directory.count > largestSize32
        if needs64 { try file.write(zip64End(directoryOffset: offset)) }
        var end = Zip.endSignature.littleEndianBytes + [0, 0, 0, 0]
        let count = needs64 ? UInt16.max : UInt16(entryCount)
        end += count.littleEndianBytes + count.littleEndianBytes
        end += (needs64 ? UInt32.max : UInt32(directory.count)).littleEndianBytes
        end += (needs64 ? UInt32.max : UInt32(offset)).littleEndianBytes
        try file.write(end + [0, 0])
        try file.commit()
    }

    /// A local header (4.3.7) without checksum and sizes, which are filled in afterwards.
    private func localHeader(_ name: String, _ method: Zip.Method, isLarge: Bool) -> [UInt8] {
        var header = Zip.localSignature.littleEndianBytes + common(method, isLarge: isLarge)
        header += UInt32(0).littleEndianBytes
        let size = isLarge ? UInt32.max : 0
        header += size.littleEndianBytes + size.littleEndianBytes
        header += UInt16(name.utf8.count).littleEndianBytes + UInt16(isLarge ? 20 : 0).littleEndianBytes
        header += Array(name.utf8)
        if isLarge {
            header += Zip.zip64ExtraTag.littleEndianBytes + UInt16(16).littleEndianBytes
            header += [UInt8](repeating: 0, count: 16)
        }
        return header
    }

    /// The fields that both headers of an entry share: version needed, flags, method, time, date.
    private func common(_ method: Zip.Method, isLarge: Bool) -> [UInt8] {
        let firstDate: UInt16 = 1 << 5 | 1
        return [UInt16(isLarge ? 45 : 20), Zip.utf8Flag, method.rawValue, 0, firstDate].flatMap(\.littleEndianBytes)
    }

    private func appendToDirectory(
        _ name: String, _ method: Zip.Method, checksum: UInt32, size: Int, packed: Int, offset: Int, isLarge: Bool
    ) {
        let needs64 = isLarge || offset > largestSize32
        let extra = [UInt64(size), UInt64(packed), UInt64(offset)].flatMap(\.littleEndianBytes)
        // Made by UNIX (3), regular file, rw-r--r--.
        directory += Zip.centralSignature.littleEndianBytes + UInt16(3 << 8 | 45).littleEndianBytes
        directory += common(method, isLarge: needs64) + checksum.littleEndianBytes
        directory += (needs64 ? UInt32.max : UInt32(packed)).littleEndianBytes
        directory += (needs64 ? UInt32.max : UInt32(size)).littleEndianBytes
        directory += UInt16(name.utf8.count).littleEndianBytes + UInt16(needs64 ? 28 : 0).littleEndianBytes
        directory += [UInt8](repeating: 0, count: 6) + UInt32(0o100644 << 16).littleEndianBytes
        directory += (needs64 ? UInt32.max : UInt32(offset)).littleEndianBytes
        directory += Array(name.utf8)
        if needs64 { directory += Zip.zip64ExtraTag.littleEndianBytes + UInt16(24).littleEndianBytes + extra }
        entryCount += 1
    }

    /// The ZIP64 end record and its locator (4.3.14, 4.3.15).
    private func zip64End(directoryOffset: Int) -> [UInt8] {
        let endOffset = directoryOffset + directory.count
        var end = Zip.zip64EndSignature.littleEndianBytes + UInt64(Zip.zip64EndSize - 12).littleEndianBytes
        end += UInt16(3 << 8 | 45).littleEndianBytes + UInt16(45).littleEndianBytes
        end += [UInt8](repeating: 0, count: 8)
        for value in [entryCount, entryCount, directory.count, directoryOffset] {
            end += UInt64(value).littleEndianBytes
        }
        end += Zip.zip64LocatorSignature.littleEndianBytes + UInt32(0).littleEndianBytes
        return end + UInt64(endOffset).littleEndianBytes + UInt32(1).littleEndianBytes
    }
}
