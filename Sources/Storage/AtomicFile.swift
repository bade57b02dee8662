import Glibc
import Synchronization

/// Counts the temporary files of this process.
private let temporaryFileCount = Atomic<Int>(0)

/// A file that appears under its name complete or not at all.
///
/// Bytes go to a temporary file in the same folder; ``commit()`` syncs it, renames it, and syncs the folder. If the
/// object is released without a commit, the temporary file is removed and whatever was at the path is unchanged.
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
    public init(path: String, overwrite: Bool) throws(StorageError) {
        var status = stat()
        let exists = stat(path.systemPath, &status) == 0
        if exists && !overwrite { throw StorageError(path: path, operation: "create", reason: .wouldOverwrite) }
        if exists && !status.isRegularFile {
            throw StorageError(path: path, operation: "replace", reason: .wrongKind(expected: "a regular file"))
        }
        target = exists ? resolvingLinks(path) : path
        self.overwrite = overwrite
        let (folder, name) = splitPath(target)
        let number = temporaryFileCount.add(1, ordering: .relaxed).newValue
        let temporary = joinPath(folder, ".\(name.prefix(100)).\(getpid()).\(number).tmp")
        descriptor = try FileDescriptor(opening: temporary, O_RDWR | O_CREAT | O_EXCL, operation: "create")
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
        if overwrite {
            guard rename(descriptor.path.systemPath, target.systemPath) == 0 else {
                throw StorageError(path: target, operation: "create")
            }
        } else {
            try moveWithoutReplacing()
        }
        isCommitted = true
        try synchronizeFolder(of: target)
    }

    /// A hard link fails if the name is taken, which a rename would not notice.
    private func moveWithoutReplacing() throws(StorageError) {
        if link(descriptor.path.systemPath, target.systemPath) == 0 {
            unlink(descriptor.path.systemPath)
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
        guard rename(descriptor.path.systemPath, target.systemPath) == 0 else {
            throw StorageError(path: target, operation: "create")
        }
    }
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
