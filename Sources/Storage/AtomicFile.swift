import Glibc

/// A file that appears under its name complete or not at all.
///
/// Bytes go to a temporary file in the same folder; ``commit()`` syncs it, renames it, and syncs the folder. If the
/// object is released without a commit, the temporary file is removed and whatever was at the path is unchanged. A
/// temporary file that a killed process left is removed by the next one that writes the same file (see
/// ``TemporaryName``). A file that replaces another has its permissions.
public final class AtomicFile {
    private let descriptor: FileDescriptor
    private let target: String
    private let overwrite: Bool
    private var isCommitted = false
    /// The number of bytes appended so far.
    public private(set) var count = 0

    /// Starts a file.
    ///
    /// A symbolic link to a file is followed: the file it points to is replaced.
    ///
    /// - Throws: ``StorageError`` with `wouldOverwrite` if the path exists and `overwrite` is false, with `wrongKind`
    ///   if it names a folder or a device, or with the reason of the system.
    public convenience init(path: String, overwrite: Bool) throws(StorageError) {
        try self.init(path: path, overwrite: overwrite, nonce: TemporaryName.nonce)
    }

    /// Starts a file whose temporary name has a number from `nonce`.
    init(path: String, overwrite: Bool, nonce: () -> UInt64) throws(StorageError) {
        var status = stat()
        let exists = stat(path.systemPath, &status) == 0
        if exists && !overwrite { throw StorageError(path: path, operation: "create", reason: .wouldOverwrite) }
        if exists && !status.isRegularFile {
            throw StorageError(path: path, operation: "replace", reason: .wrongKind(expected: "a regular file"))
        }
        target = exists ? resolvingLinks(path) : path
        self.overwrite = overwrite
        removeTemporaryFiles(of: target)
        descriptor = try Self.temporary(for: target, nonce)
        if exists { descriptor.setPermissions(status.st_mode) }
    }

    /// Makes a temporary file that nobody else has, and locks it.
    private static func temporary(for target: String, _ nonce: () -> UInt64) throws(StorageError) -> FileDescriptor {
        while true {
            let path = TemporaryName.path(for: target, nonce: nonce())
            do throws(StorageError) {
                let file = try FileDescriptor(opening: path, O_RDWR | O_CREAT | O_EXCL, operation: "create")
                // Another process may have taken it for one that was left behind, in the moment before it was locked.
                if file.lock() != .heldElsewhere, file.hasItsName { return file }
            } catch {
                guard case .system(EEXIST) = error.reason else {
                    // The name that the user knows, not the temporary one.
                    throw StorageError(path: target, operation: "create", reason: error.reason)
                }
            }
        }
    }

    deinit {
        if !isCommitted { unlink(descriptor.path.systemPath) }
    }

    public func write(_ bytes: UnsafeRawBufferPointer) throws(StorageError) {
        try descriptor.write(bytes, at: count)
        count += bytes.count
    }

    public func write(_ bytes: [UInt8]) throws(StorageError) {
        try withRawBytes(bytes) { (buffer) throws(StorageError) in try write(buffer) }
    }

    /// Replaces bytes that have been written, such as a length that is only known later.
    ///
    /// - Precondition: The range lies within what has been written.
    public func replace(at offset: Int, with bytes: [UInt8]) throws(StorageError) {
        precondition(
            offset >= 0 && offset + bytes.count <= count,
            "bytes \(offset)..<\(offset + bytes.count) are not among the \(count) written")
        try withRawBytes(bytes) { (buffer) throws(StorageError) in try descriptor.write(buffer, at: offset) }
    }

    /// Moves the file to its name, durably.
    ///
    /// - Throws: ``StorageError``; nothing has then changed at the path.
    /// - Precondition: It is called once.
    public func commit() throws(StorageError) {
        precondition(!isCommitted, "\(target) was committed already")
        try descriptor.synchronize()
        try move(descriptor.path, to: target, overwrite: overwrite)
        isCommitted = true
        try synchronizeFolder(of: target)
    }
}

/// Gives a file another name in its folder.
func move(_ path: String, to target: String, overwrite: Bool) throws(StorageError) {
    if overwrite {
        guard rename(path.systemPath, target.systemPath) == 0 else {
            throw StorageError(path: target, operation: "create")
        }
        return
    }
    // A hard link fails if the name is taken, which a rename would not notice.
    if link(path.systemPath, target.systemPath) == 0 {
        unlink(path.systemPath)
        return
    }
    if errno == EEXIST { throw StorageError(path: target, operation: "create", reason: .wouldOverwrite) }
    // Some file systems have no hard links; any other reason is a failure.
    guard [EPERM, EOPNOTSUPP, ENOSYS, EMLINK].contains(errno) else {
        throw StorageError(path: target, operation: "create")
    }
    guard access(target.systemPath, F_OK) != 0 else {
        throw StorageError(path: target, operation: "create", reason: .wouldOverwrite)
    }
    guard rename(path.systemPath, target.systemPath) == 0 else { throw StorageError(path: target, operation: "create") }
}

/// Writes a file that appears complete or not at all: see ``AtomicFile``.
///
/// - Throws: ``StorageError``.
public func writeAtomically(_ bytes: [UInt8], to path: String, overwrite: Bool) throws(StorageError) {
    let file = try AtomicFile(path: path, overwrite: overwrite)
    try file.write(bytes)
    try file.commit()
}

/// Writes a text as UTF-8 into a file that appears complete or not at all: see ``AtomicFile``.
///
/// - Throws: ``StorageError``.
public func writeAtomically(_ text: String, to path: String, overwrite: Bool) throws(StorageError) {
    try writeAtomically([UInt8](text.utf8), to: path, overwrite: overwrite)
}

/// `withUnsafeBytes` with typed errors, which the standard library's version lacks.
func withRawBytes<Failure: Error>(
    _ bytes: [UInt8], _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void
) throws(Failure) {
    var failure: Failure?
    bytes.withUnsafeBytes { buffer in
        do throws(Failure) { try body(buffer) } catch { failure = error }
    }
    if let failure { throw failure }
}
