#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The folder with maps, presets and small datasets.
///
/// It is `REVERIE_ASSETS` if that is set, otherwise `assets` beside the executable or beside one of its parent folders,
/// so that a build inside the repository finds the repository's.
public enum Assets {
    /// The folder's path.
    ///
    /// - Throws: ``EnvironmentError/missingAssets(tried:)``.
    public static func folder() throws(EnvironmentError) -> String {
        if let named = getenv("REVERIE_ASSETS") {
            let path = String(cString: named)
            guard isFolder(path) else { throw .missingAssets(tried: [path]) }
            return path
        }
        var tried: [String] = []
        var parent = executablePath()[...]
        while let slash = parent.lastIndex(of: "/") {
            parent = parent[..<slash]
            let path = parent + "/assets"
            if isFolder(String(path)) { return String(path) }
            tried.append(String(path))
        }
        throw .missingAssets(tried: tried)
    }

    /// The path of a file or folder among the assets, such as `maps/cliff.txt`; it need not exist.
    ///
    /// - Throws: ``EnvironmentError/missingAssets(tried:)``.
    public static func path(_ name: String) throws(EnvironmentError) -> String {
        try folder() + "/" + name
    }

    /// The names of the files with this ending in a folder of the assets, sorted, without the ending.
    ///
    /// Empty if the folder is missing.
    public static func names(in subfolder: String, ending: String) -> [String] {
        guard let path = try? path(subfolder), let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasSuffix(ending) { names.append(String(name.dropLast(ending.count))) }
        }
        return names.sorted()
    }

    /// The bytes of a file.
    ///
    /// - Throws: ``EnvironmentError/unreadable(path:reason:)``, also if the file has more than `limit` bytes.
    public static func read(_ path: String, limit: Int) throws(EnvironmentError) -> [UInt8] {
        guard let file = fopen(path, "rb") else {
            throw .unreadable(path: path, reason: String(cString: strerror(errno)))
        }
        defer { fclose(file) }
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: limit + 1) { buffer, count in
            errno = 0
            count = fread(buffer.baseAddress, 1, limit + 1, file)
            if ferror(file) != 0 { failure = errno }
        }
        if failure != 0 { throw .unreadable(path: path, reason: String(cString: strerror(failure))) }
        if bytes.count > limit { throw .unreadable(path: path, reason: "it is larger than \(limit) bytes") }
        return bytes
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private static func executablePath() -> String {
        #if os(Linux)
            if let path = realpath("/proc/self/exe", nil) {
                defer { free(path) }
                return String(cString: path)
            }
        #endif
        return CommandLine.arguments.first ?? ""
    }
}
