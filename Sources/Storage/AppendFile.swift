import Glibc

/// A log: a file that only grows, and that a resumed run first truncates to the length in its checkpoint.
///
/// Bytes are buffered and written 64 KiB at a time; ``flush()`` passes them to the system (they survive the
/// process), ``synchronize()`` waits for the disk (they survive the machine).
public final class AppendFile {
    private static let bufferSize = 1 << 16

    private let descriptor: FileDescriptor
    private var buffer: [UInt8] = []
    private var writtenCount: Int
    /// Whether the file's name is on disk.
    private var isNameDurable: Bool

    /// The path, as given.
    public var path: String { descriptor.path }
    /// The number of bytes in the log, including those in the buffer.
    public var count: Int { writtenCount + buffer.count }
    /// The CRC-32 of these bytes, if a resumed log was given that of its beginning.
    public private(set) var checksum: UInt32

    /// Starts a new, empty log.
    ///
    /// - Throws: ``StorageError`` with `wouldOverwrite` if the path exists.
    public init(creating path: String) throws(StorageError) {
        do throws(StorageError) {
            descriptor = try FileDescriptor(opening: path, O_RDWR | O_CREAT | O_EXCL, operation: "create")
        } catch {
            guard case .system(EEXIST) = error.reason else { throw error }
            throw StorageError(path: path, operation: "create", reason: .wouldOverwrite)
        }
        (writtenCount, checksum, isNameDurable) = (0, 0, false)
        buffer.reserveCapacity(Self.bufferSize)
    }

    /// Opens a log to continue it after its first `length` bytes; the rest is cut off.
    ///
    /// - Parameter checksum: The CRC-32 of the first `length` bytes, which is not verified here.
    /// - Throws: ``StorageError`` with `missing` if there is no file, with `tooShort` if it has fewer bytes.
    public init(resuming path: String, at length: Int, checksum: UInt32 = 0) throws(StorageError) {
        descriptor = try FileDescriptor(opening: path, O_RDWR | O_NOFOLLOW, operation: "open", reading: true)
        let status = try descriptor.status()
        guard status.isRegularFile else {
            throw StorageError(path: path, operation: "open", reason: .wrongKind(expected: "a regular file"))
        }
        guard status.st_size >= length else {
            let reason = StorageError.Reason.tooShort(bytes: Int(status.st_size), needed: length)
            throw StorageError(path: path, operation: "resume", reason: reason)
        }
        try descriptor.truncate(to: length)
        (writtenCount, self.checksum, isNameDurable) = (length, checksum, true)
        buffer.reserveCapacity(Self.bufferSize)
    }

    /// Starts a new, empty file that this process holds: until the object is released or the process ends, nobody else
    /// can hold the same path, whatever they may replace.
    ///
    /// - Parameter replacing: Whether a file that a process left there, and that nobody holds any more, is replaced.
    /// - Throws: ``StorageError`` with `inUse` if a living process holds the path, with `wouldOverwrite` if a file is
    ///   there and `replacing` is false.
    public init(holding path: String, replacing: Bool) throws(StorageError) {
        try Self.removeAbandoned(path, replacing: replacing)
        let inUse = StorageError(path: path, operation: "write to", reason: .inUse(holder: "another process"))
        do throws(StorageError) {
            descriptor = try FileDescriptor(opening: path, O_RDWR | O_CREAT | O_EXCL, operation: "create")
        } catch {
            throw error.reason == .system(EEXIST) ? inUse : error
        }
        (writtenCount, checksum, isNameDurable) = (0, 0, false)
        // Another process may have taken it for one that was left behind, in the moment before it was locked.
        guard descriptor.lock() != .heldElsewhere, descriptor.hasItsName else { throw inUse }
        buffer.reserveCapacity(Self.bufferSize)
    }

    private static func removeAbandoned(_ path: String, replacing: Bool) throws(StorageError) {
        let old: FileDescriptor
        do throws(StorageError) {
            old = try FileDescriptor(opening: path, O_RDWR | O_NOFOLLOW, operation: "replace")
        } catch {
            if error.reason == .system(ENOENT) { return }
            throw error
        }
        guard old.lock() != .heldElsewhere else {
            throw StorageError(path: path, operation: "write to", reason: .inUse(holder: "another process"))
        }
        guard replacing else { throw StorageError(path: path, operation: "create", reason: .wouldOverwrite) }
        if old.hasItsName { try removeFile(path) }
    }

    /// Holds a file that a process left behind, as ``init(holding:replacing:)`` holds a new one.
    ///
    /// - Throws: ``StorageError`` with `missing` if there is none, with `inUse` if a living process holds it.
    public init(takingUp path: String) throws(StorageError) {
        descriptor = try FileDescriptor(opening: path, O_RDWR | O_NOFOLLOW, operation: "open", reading: true)
        let status = try descriptor.status()
        (writtenCount, checksum, isNameDurable) = (Int(status.st_size), 0, true)
        guard status.isRegularFile else {
            throw StorageError(path: path, operation: "open", reason: .wrongKind(expected: "a regular file"))
        }
        guard descriptor.lock() != .heldElsewhere else {
            throw StorageError(path: path, operation: "read", reason: .inUse(holder: "another process"))
        }
    }

    deinit { try? flush() }

    /// What has been passed to the system, for reading: this very file, whatever has its name by now.
    public func reader() throws(StorageError) -> InputFile { try InputFile(FileDescriptor(duplicating: descriptor)) }

    /// Removes the file, unless another one has its name by now.
    public func remove() throws(StorageError) {
        if descriptor.hasItsName { try removeFile(path) }
    }

    /// Moves the file, durably, to the name of what it was to become; it gets the permissions of a file that it
    /// replaces.
    ///
    /// - Throws: ``StorageError``, with `wouldOverwrite` if the target exists and `overwrite` is false, with `inUse` if
    ///   another file has taken this one's name.
    public func publish(as target: String, overwrite: Bool) throws(StorageError) {
        try flush()
        var status = stat()
        let replaced = overwrite && exists(target) ? resolvingLinks(target) : target
        if overwrite, stat(replaced.systemPath, &status) == 0 { descriptor.setPermissions(status.st_mode) }
        try descriptor.synchronize()
        guard descriptor.hasItsName else {
            throw StorageError(path: path, operation: "finish", reason: .inUse(holder: "another process"))
        }
        try move(path, to: replaced, overwrite: overwrite)
        try synchronizeFolder(of: replaced)
    }

    public func append(_ bytes: UnsafeRawBufferPointer) throws(StorageError) {
        checksum = crc32(bytes, continuing: checksum)
        if buffer.count + bytes.count > Self.bufferSize { try flush() }
        if bytes.count > Self.bufferSize {
            try descriptor.write(bytes, at: writtenCount)
            writtenCount += bytes.count
        } else {
            buffer.append(contentsOf: bytes)
        }
    }

    public func append(_ bytes: [UInt8]) throws(StorageError) {
        try withRawBytes(bytes) { (buffer) throws(StorageError) in try append(buffer) }
    }

    /// Appends a text as UTF-8.
    public func append(_ text: String) throws(StorageError) {
        try append([UInt8](text.utf8))
    }

    /// Passes all buffered bytes to the system.
    public func flush() throws(StorageError) {
        guard !buffer.isEmpty else { return }
        try withRawBytes(buffer) { (bytes) throws(StorageError) in try descriptor.write(bytes, at: writtenCount) }
        writtenCount += buffer.count
        buffer.removeAll(keepingCapacity: true)
    }

    /// Writes everything to disk and waits until it is there, including the name of a new file.
    public func synchronize() throws(StorageError) {
        try flush()
        try descriptor.synchronize()
        guard !isNameDurable else { return }
        try synchronizeFolder(of: path)
        isNameDurable = true
    }
}
