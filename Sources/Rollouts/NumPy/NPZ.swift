import Storage

/// Writes an NPZ file, the archive of named arrays of `numpy.savez`, one array after another in bounded memory.
///
/// `numpy.load` reads it without pickle. The same arrays give the same bytes (if compressed, for one version of zlib).
public final class NPZWriter {
    private let archive: ZipWriter
    private let method: Zip.Method

    /// Starts a file, which appears under its name on ``commit()``.
    ///
    /// - Throws: `StorageError`, with `wouldOverwrite` if the path exists and `overwrite` is false.
    public init(path: String, overwrite: Bool, compressed: Bool = false) throws(StorageError) {
        archive = try ZipWriter(path: path, overwrite: overwrite)
        method = compressed ? .deflated : .stored
    }

    /// Writes an array.
    ///
    /// - Throws: `StorageError`.
    public func add(_ name: String, _ array: NPYArray) throws {
        try add(name, type: array.type, shape: array.shape) { try $0.write(array.bytes) }
    }

    /// Writes an array in pieces.
    ///
    /// - Parameters:
    ///   - name: The array's name, used once.
    ///   - type: The type of the elements.
    ///   - shape: The lengths of the dimensions.
    ///   - body: Writes the elements, little-endian and row-major, into the sink.
    /// - Throws: `StorageError`, or what `body` throws.
    /// - Precondition: `body` writes as many bytes as type and shape need.
    public func add(_ name: String, type: NPYType, shape: [Int], body: (ZipSink) throws -> Void) throws {
        let header = NPYHeader(type: type, shape: shape)
        let start = header.encoded()
        try archive.add(name + ".npy", size: start.count + header.byteCount, method: method) { sink in
            try sink.write(start)
            try body(sink)
        }
    }

    /// Completes the file and moves it to its name.
    ///
    /// - Throws: `StorageError`.
    public func commit() throws(StorageError) { try archive.commit() }
}

/// Reads an NPZ file: the names when it is opened, the arrays one by one.
public final class NPZReader {
    private let archive: ZipReader
    /// The path as it was given.
    public let path: String

    /// The names of the arrays in the order of the file.
    public let names: [String]

    /// Opens a file.
    ///
    /// - Throws: `StorageError` if it can't be read, `FormatError` if it is damaged.
    public init(path: String) throws {
        archive = try ZipReader(path: path)
        self.path = path
        names = archive.entries.map { $0.name.hasSuffix(".npy") ? String($0.name.dropLast(4)) : $0.name }
    }

    /// Reads an array; nil if there is none of this name.
    ///
    /// - Parameter limit: The maximum number of bytes.
    /// - Throws: `StorageError` if it is larger or can't be read, `FormatError` if it is damaged; the error's offset
    ///   counts from the start of the array's own entry.
    public func array(_ name: String, limit: Int = 4 << 30) throws -> NPYArray? {
        guard let entry = archive.entry(named: name + ".npy") else { return nil }
        return try NPYArray(parsing: archive.bytes(of: entry, limit: limit), file: "\(path)(\(entry.name))")
    }
}
