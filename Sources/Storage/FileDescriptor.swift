import Glibc

/// The maximum number of bytes per system call; Linux moves at most 2 GiB less a page.
private let largestTransfer = 1 << 30

/// An open file, closed when the value is destroyed. All system calls on file contents are made here: short transfers
/// are continued and interrupted ones repeated.
struct FileDescriptor: ~Copyable {
    let path: String
    private let number: Int32

    init(opening path: String, _ flags: Int32, operation: String, reading: Bool = false) throws(StorageError) {
        // A named pipe without a writer would block in `open`; reading waits for one with `poll`.
        let bytes = path.systemPath
        number = retrying { open(bytes, flags | O_CLOEXEC | O_NONBLOCK, 0o666) }
        self.path = path
        guard number >= 0 else { throw StorageError(path: path, operation: operation, reading: reading) }
    }

    /// Another number for the same open file, with the locks that it holds.
    init(duplicating other: borrowing FileDescriptor) throws(StorageError) {
        path = other.path
        number = retrying { fcntl(other.number, F_DUPFD_CLOEXEC, 0) }
        guard number >= 0 else { throw StorageError(path: path, operation: "open", reading: true) }
    }

    deinit { close(number) }

    /// What ``lock()`` has found.
    enum Lock {
        /// The lock is held until the file is closed, at the latest by the end of the process.
        case taken
        /// Another open file has it.
        case heldElsewhere
        /// The file system has no locks.
        case unsupported
    }

    /// Locks the file, unless it is locked already: the lock belongs to the open file, so it ends with this value, and
    /// with the process however that ends. Network file systems may not pass it on to other machines.
    func lock() -> Lock {
        if retrying({ flock(number, LOCK_EX | LOCK_NB) }) == 0 { return .taken }
        return errno == EWOULDBLOCK ? .heldElsewhere : .unsupported
    }

    /// Whether the file still has its name: it may have been removed or replaced since it was opened.
    var hasItsName: Bool {
        var (own, named) = (stat(), stat())
        guard fstat(number, &own) == 0, lstat(path.systemPath, &named) == 0 else { return false }
        return own.st_dev == named.st_dev && own.st_ino == named.st_ino
    }

    /// Gives the file the permissions of another one. Some file systems have none to give, which is no failure.
    func setPermissions(_ mode: mode_t) { _ = fchmod(number, mode & 0o777) }

    func status() throws(StorageError) -> stat {
        var status = stat()
        guard fstat(number, &status) == 0 else { throw StorageError(path: path, operation: "examine") }
        return status
    }

    /// Writes all of `bytes` at `offset`.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(StorageError) {
        var done = 0
        while done < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
            let count = retrying { pwrite(number, rest.baseAddress, min(rest.count, largestTransfer), offset + done) }
            guard count > 0 else { throw StorageError(path: path, operation: "write") }
            done += count
        }
    }

    /// Reads into `buffer` from `offset` until it is full or the file ends; returns the number of bytes read.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(StorageError) -> Int {
        var done = 0
        while done < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
            let count = retrying { pread(number, rest.baseAddress, min(rest.count, largestTransfer), offset + done) }
            guard count >= 0 else { throw StorageError(path: path, operation: "read") }
            guard count > 0 else { break }
            done += count
        }
        return done
    }

    /// Reads a pipe to its end, at most `limit` bytes and one more. Waits for whoever writes into it.
    func readToEnd(limit: Int) throws(StorageError) -> [UInt8] {
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while content.count <= limit {
            var event = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
            guard retrying({ poll(&event, 1, -1) }) >= 0 else { throw StorageError(path: path, operation: "read") }
            let count = retrying { Glibc.read(number, &chunk, chunk.count) }
            if count < 0, errno == EAGAIN { continue }
            guard count >= 0 else { throw StorageError(path: path, operation: "read") }
            guard count > 0 else { break }
            content += chunk[..<count]
        }
        return content
    }

    func truncate(to length: Int) throws(StorageError) {
        guard retrying({ ftruncate(number, length) }) == 0 else {
            throw StorageError(path: path, operation: "shorten")
        }
    }

    /// Waits until the content is on disk.
    func synchronize() throws(StorageError) {
        guard retrying({ fsync(number) }) == 0 else { throw StorageError(path: path, operation: "sync") }
    }
}

/// Repeats a system call for as long as signals interrupt it.
func retrying<Result: FixedWidthInteger & SignedInteger>(_ call: () -> Result) -> Result {
    while true {
        let result = call()
        if result != -1 || errno != EINTR { return result }
    }
}

extension stat {
    var isRegularFile: Bool { st_mode & S_IFMT == S_IFREG }
    var isFolder: Bool { st_mode & S_IFMT == S_IFDIR }
    var isPipe: Bool { st_mode & S_IFMT == S_IFIFO || st_mode & S_IFMT == S_IFSOCK }
}
