import Glibc

/// The maximum number of bytes per system call; Linux moves at most 2 GiB less a page.
private let largestTransfer = 1 << 30

/// An open file, closed when the value is destroyed. All system calls on file contents are made here: short transfers
/// are continued and interrupted ones repeated.
struct FileDescriptor: ~Copyable {
    let path: String
    private let number: Int32

    init(opening path: String, _ flags: Int32, operation: String, reading: Bool = false) throws(StorageError) {
        // A named pipe would block in `open`; paths are meant for regular files and folders only.
        number = retrying { open(path, flags | O_CLOEXEC | O_NONBLOCK, 0o666) }
        self.path = path
        guard number >= 0 else { throw StorageError(path: path, operation: operation, reading: reading) }
    }

    deinit { close(number) }

    func status() throws(StorageError) -> stat {
        var status = stat()
        guard fstat(number, &status) == 0 else { throw StorageError(path: path, operation: "examine") }
        return status
    }

    /// Takes the exclusive lock of the file. It belongs to the open file, so it ends with this value, and with the
    /// process however that ends. Network file systems may not pass it on to other machines.
    ///
    /// - Returns: false if the file is locked by way of another opening of it, in this process or in another.
    func lock() throws(StorageError) -> Bool {
        if retrying({ flock(number, LOCK_EX | LOCK_NB) }) == 0 { return true }
        guard errno == EWOULDBLOCK else { throw StorageError(path: path, operation: "lock") }
        return false
    }

    /// Whether the file is still the one at its path, itself and not by way of a link.
    func isAtItsPath() throws(StorageError) -> Bool {
        let own = try status()
        var status = stat()
        guard lstat(path, &status) == 0 else { return false }
        return status.st_dev == own.st_dev && status.st_ino == own.st_ino
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
}
