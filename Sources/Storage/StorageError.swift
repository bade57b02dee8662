import Glibc

/// A file operation that failed: which file, what was being done, why, and what to try next.
public struct StorageError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Why the operation failed; a command line maps these to its exit codes.
    public enum Reason: Hashable, Sendable {
        /// Something exists at the path, and overwriting was not requested.
        case wouldOverwrite
        /// A file or folder that was to be read does not exist.
        case missing
        /// The path names something other than what the operation needs, such as a folder instead of a file.
        case wrongKind(expected: String)
        /// The file has more bytes than the reader is willing to hold in memory.
        case tooLarge(bytes: Int, limit: Int)
        /// The file ends too early.
        case tooShort(bytes: Int, needed: Int)
        /// Another process writes there; `holder` says which: "process 12 on host a".
        case inUse(holder: String)
        /// There is something that must not be lost or followed; `found` says what, and `next` the next thing to try.
        case unsuitable(found: String, next: String)
        /// The system refused; the number is `errno`.
        case system(Int32)
    }

    /// The file or folder concerned.
    public var path: String
    /// What was being done, as a verb phrase: "write", "create the folder".
    public var operation: String
    /// Why it failed.
    public var reason: Reason

    public init(path: String, operation: String, reason: Reason) {
        self.path = path
        self.operation = operation
        self.reason = reason
    }

    /// The error of a system call that has just failed, from `errno`.
    ///
    /// A missing file is ``Reason/missing`` only if something was to be read (`reading`).
    init(path: String, operation: String, reading: Bool = false) {
        let code = errno
        let missing = reading && (code == ENOENT || code == ENOTDIR)
        self.init(path: path, operation: operation, reason: missing ? .missing : .system(code))
    }

    /// One sentence: what failed, why, and the next thing to try.
    public var description: String {
        "cannot \(operation) \(path): \(explanation)"
    }

    private var explanation: String {
        switch reason {
        case .wouldOverwrite: "it exists already; choose another name or overwrite it"
        case .missing: "there is no such file or folder; check the spelling and the current folder"
        case .wrongKind(let expected): "it is not \(expected); give the path of \(expected)"
        case .tooLarge(let bytes, let limit):
            "it has \(bytes) bytes but at most \(limit) are accepted; check that it is the right file"
        case .tooShort(let bytes, let needed):
            "it has \(bytes) bytes, but \(needed) are needed; it was truncated, so use an earlier copy"
        case .inUse(let holder):
            "\(holder) is using it; wait until it has ended, stop it, or choose another name"
        case .unsuitable(let found, let next): "\(found); \(next)"
        case .system(let code): "\(String(cString: strerror(code))); \(Self.advice(for: code))"
        }
    }

    private static func advice(for code: Int32) -> String {
        switch code {
        case ENOSPC, EDQUOT: "free some space and try again"
        case EACCES, EPERM, EROFS: "check the permissions or choose another folder"
        case ENOENT, ENOTDIR: "create its folder first"
        case EMFILE, ENFILE: "raise the limit of open files (ulimit -n) and try again"
        case ELOOP: "symbolic links are not followed here; put the file or folder itself in its place"
        case ENOLCK, EOPNOTSUPP: "this file system has no locks; choose a folder on another one"
        case EFBIG: "the file system or a limit (ulimit -f) does not allow files this large"
        default: "check the disk and try again"
        }
    }
}
