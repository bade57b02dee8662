import Glibc

/// Splits a path at its last separator: `("a/b", "c")` for `a/b/c`, `(".", "c")` for `c`, `("/", "c")` for `/c`.
public func splitPath(_ path: String) -> (folder: String, name: String) {
    guard let separator = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return (".", path) }
    let folder = String(path[..<separator])
    return (folder.isEmpty ? "/" : folder, String(path[path.index(after: separator)...]))
}

/// Joins a folder and a name with one separator.
public func joinPath(_ folder: String, _ name: String) -> String {
    folder.utf8.last == UInt8(ascii: "/") ? folder + name : folder + "/" + name
}

/// The path from the root of the file system, which names the same file whatever the current folder is.
public func absolutePath(_ path: String) -> String {
    guard path.utf8.first != UInt8(ascii: "/"), let current = getcwd(nil, 0) else { return path }
    defer { free(current) }
    var rest = path[...]
    while rest.hasPrefix("./") { rest = rest.dropFirst(2).drop { $0 == "/" } }
    return rest.isEmpty || rest == "."
        ? String(pathPointer: current) : joinPath(String(pathPointer: current), String(rest))
}

/// Creates a folder and its parent folders, durably; does nothing if it exists.
///
/// - Throws: ``StorageError``, with `wrongKind` if a file is in the way.
public func createFolder(_ path: String) throws(StorageError) {
    if mkdir(path.systemPath, 0o777) == 0 { return try synchronizeFolder(of: path) }
    if errno == ENOENT {
        let parent = splitPath(path).folder
        guard parent != path, parent != "." else { throw StorageError(path: path, operation: "create the folder") }
        try createFolder(parent)
        if mkdir(path.systemPath, 0o777) == 0 { return try synchronizeFolder(of: path) }
    }
    guard errno == EEXIST else { throw StorageError(path: path, operation: "create the folder") }
    guard isFolder(path) else {
        throw StorageError(path: path, operation: "create the folder", reason: .wrongKind(expected: "a folder"))
    }
}

/// The names in a folder, sorted, without `.` and `..`.
///
/// - Throws: ``StorageError``, with `missing` if there is no such folder.
public func namesInFolder(_ path: String) throws(StorageError) -> [String] {
    guard let stream = opendir(path.systemPath) else {
        if errno == ENOTDIR, exists(path) {
            throw StorageError(path: path, operation: "list", reason: .wrongKind(expected: "a folder"))
        }
        throw StorageError(path: path, operation: "list", reading: true)
    }
    defer { closedir(stream) }
    var names: [String] = []
    errno = 0
    while let entry = readdir(stream) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) { field in
            field.withMemoryRebound(to: CChar.self, capacity: 256) { String(pathPointer: $0) }
        }
        if name != "." && name != ".." { names.append(name) }
    }
    guard errno == 0 else { throw StorageError(path: path, operation: "list") }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
}

/// Whether there is anything at the path (for a link, at its target).
public func exists(_ path: String) -> Bool {
    var status = stat()
    return stat(path.systemPath, &status) == 0
}

/// Whether the path is a folder or a link to one.
public func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path.systemPath, &status) == 0 && status.isFolder
}

/// What is at a path itself, without following a link.
public enum PathKind: Hashable, Sendable {
    case nothing, file, folder, link, other

    /// Looks at a path.
    public init(of path: String) {
        var status = stat()
        guard lstat(path.systemPath, &status) == 0 else {
            self = .nothing
            return
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: self = .file
        case S_IFDIR: self = .folder
        case S_IFLNK: self = .link
        default: self = .other
        }
    }
}

/// Removes a file; does nothing if there is none.
///
/// - Throws: ``StorageError`` if the system refuses.
public func removeFile(_ path: String) throws(StorageError) {
    guard unlink(path.systemPath) == 0 || errno == ENOENT else { throw StorageError(path: path, operation: "remove") }
}

/// Makes renames and new files in a file's folder durable.
func synchronizeFolder(of path: String) throws(StorageError) {
    let folder = splitPath(withoutSlash(path)).folder
    try FileDescriptor(opening: folder, O_RDONLY | O_DIRECTORY, operation: "sync the folder").synchronize()
}

/// A folder's path without the separators at its end.
private func withoutSlash(_ path: String) -> String {
    var rest = path[...]
    while rest.utf8.count > 1, rest.utf8.last == UInt8(ascii: "/") { rest = rest.dropLast() }
    return String(rest)
}

/// The path with symbolic links followed, or the path itself if that fails.
public func resolvingLinks(_ path: String) -> String {
    guard let resolved = realpath(path.systemPath, nil) else { return path }
    defer { free(resolved) }
    return String(pathPointer: resolved)
}
