import Glibc

/// The right to write into a folder, which one process has at a time: the exclusive lock of the file `.lock` in it.
///
/// The lock ends with ``release()``, with the object, and with the process however that ends, so a killed process
/// leaves a file that stops nobody. The file holds the process's number and the machine's name for the error that
/// others get. On a network file system the lock is only as good as that system's: it may not reach other machines.
public final class FolderLock {
    /// The lock's file in the folder.
    public static let fileName = ".lock"
    /// The maximum number of bytes in the file.
    private static let largestText = 256

    private let folder: String
    private var file: LockedFile?

    /// A descriptor in an optional property of a class.
    private final class LockedFile {
        let descriptor: FileDescriptor
        init(_ descriptor: consuming FileDescriptor) { self.descriptor = descriptor }
    }

    /// Takes the lock of a folder that exists.
    ///
    /// - Parameter operation: What is to be done with the folder, for the error: "resume the run in".
    /// - Throws: ``StorageError`` with `inUse` if another process, or another object of this one, has the lock.
    public init(_ folder: String, operation: String) throws(StorageError) {
        self.folder = folder
        let path = joinPath(folder, Self.fileName)
        while file == nil {
            let descriptor = try FileDescriptor(
                opening: path, O_RDWR | O_CREAT | O_NOFOLLOW, operation: "open", reading: false)
            guard try descriptor.status().isRegularFile else {
                throw StorageError(path: path, operation: "lock", reason: .wrongKind(expected: "a regular file"))
            }
            switch descriptor.lock() {
            case .taken: break
            case .unsupported: throw StorageError(path: path, operation: "lock", reason: .system(ENOLCK))
            case .heldElsewhere:
                let holder = try Self.holder(descriptor)
                throw StorageError(path: folder, operation: operation, reason: .inUse(holder: holder))
            }
            // Its last holder may have removed it after it was opened here.
            if descriptor.hasItsName { file = LockedFile(descriptor) }
        }
        try file?.descriptor.truncate(to: 0)
        try withRawBytes(Array("\(getpid()) \(Self.hostName)\n".utf8)) { (bytes) throws(StorageError) in
            try file?.descriptor.write(bytes, at: 0)
        }
    }

    deinit { release() }

    /// Gives the folder free and removes the lock's file.
    public func release() {
        // Removed while the lock is held: who opened the file before finds that it is no longer at its path.
        if let file, file.descriptor.hasItsName { unlink(file.descriptor.path.systemPath) }
        file = nil
    }

    /// Throws if the folder is no longer the one that was locked: somebody has moved or removed it since.
    ///
    /// - Throws: ``StorageError`` with `unsuitable`.
    public func requireHeld() throws(StorageError) {
        guard file?.descriptor.hasItsName != true else { return }
        throw StorageError(
            path: folder, operation: "go on writing into",
            reason: .unsuitable(
                found: "it was moved, removed or replaced while this process was writing into it",
                next: "leave a run's folder where it is until the run has ended"))
    }

    private static func holder(_ descriptor: borrowing FileDescriptor) throws(StorageError) -> String {
        var bytes = [UInt8](repeating: 0, count: largestText)
        var (count, failure) = (0, StorageError?.none)
        bytes.withUnsafeMutableBytes { buffer in
            do throws(StorageError) { count = try descriptor.read(into: buffer, at: 0) } catch { failure = error }
        }
        if let failure { throw failure }
        let words = String(decoding: bytes[..<count], as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard words.count == 2, let number = Int(words[0]) else { return "another process" }
        return number == Int(getpid()) && words[1] == hostName
            ? "this process" : "process \(number)" + (words[1] == hostName ? "" : " on \(words[1])")
    }

    /// The machine's name, without blanks.
    private static var hostName: String {
        var name = [CChar](repeating: 0, count: largestText / 2)
        guard gethostname(&name, name.count - 1) == 0 else { return "unknown" }
        let text = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return text.isEmpty ? "unknown" : text.filter { !$0.isWhitespace }
    }
}
