import Storage

/// Reading data files, plain or gzipped.
enum DataFile {
    /// The largest file that is read, in bytes, compressed and uncompressed.
    static let largestSize = 1 << 30
    private static let gzipSuffix = ".gz"

    /// The content of a file, decompressed if it is gzipped, whatever its name.
    ///
    /// - Throws: `StorageError` if it can't be read or is too large, `FormatError` if it is damaged.
    static func bytes(of path: String) throws -> [UInt8] {
        let bytes = try InputFile.bytes(of: path, limit: largestSize)
        guard Gzip.isGzip(bytes) else {
            guard !path.hasSuffix(gzipSuffix) else {
                throw FormatError(
                    .gzip, file: path, offset: 0, expected: "the bytes 31 and 139 of a gzip file",
                    found: bytes.isEmpty ? "nothing" : "\(bytes.prefix(2).map(String.init).joined(separator: ", "))")
            }
            return bytes
        }
        return try Gzip.unpack(bytes, file: path, limit: largestSize)
    }

    /// A file's name without the ending that says that it is gzipped.
    static func plainName(_ name: String) -> String {
        name.hasSuffix(gzipSuffix) ? String(name.dropLast(gzipSuffix.count)) : name
    }
}

/// The files in a data folder, found by names without `.gz`.
struct DataFolder {
    let path: String
    let names: [String]
    private let files: [String: String]

    /// Lists a folder.
    ///
    /// - Throws: `StorageError` if there is none.
    init(_ path: String) throws {
        self.path = path
        names = try namesInFolder(path)
        // If both NAME and NAME.gz exist, the plain one, which comes first, is used.
        files = Dictionary(names.map { (DataFile.plainName($0), $0) }) { plain, _ in plain }
    }

    /// The names without `.gz`, sorted.
    var plainNames: [String] { files.keys.sorted() }

    /// The path of a file, plain or gzipped; nil if there is none.
    func file(_ name: String) -> String? { files[name].map { joinPath(path, $0) } }

    /// The paths of files that belong together.
    ///
    /// - Throws: ``DatasetError/missingFiles(name:folder:files:)`` with the files that are missing.
    func files(_ wanted: [String], of name: String) throws -> [String] {
        let missing = wanted.filter { files[$0] == nil }
        guard missing.isEmpty else { throw DatasetError.missingFiles(name: name, folder: path, files: missing) }
        return wanted.compactMap(file)
    }
}
