import Foundation
import Glibc
import Storage
import Training

// Results go to standard output, everything else to standard error.

/// Standard output as lines, gathered and written 64 KiB at a time. `print` would lose the errors.
struct OutputLines: ~Copyable {
    private var buffer: [UInt8] = []

    /// Adds a line.
    mutating func append(_ line: String) throws {
        buffer.append(contentsOf: line.utf8)
        buffer.append(UInt8(ascii: "\n"))
        if buffer.count >= 1 << 16 { try flush() }
    }

    /// Hands over what has been gathered.
    ///
    /// - Throws: `StorageError` where standard output takes no more: a full disk, a closed stream.
    mutating func flush() throws {
        var rest = buffer[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                throw StorageError(path: "standard output", operation: "write to", reason: .system(errno))
            }
            rest = rest.dropFirst(count)
        }
        buffer.removeAll(keepingCapacity: true)
    }
}

/// Writes lines to standard output at once.
func output(_ text: String) throws {
    var lines = OutputLines()
    try lines.append(text)
    try lines.flush()
}

/// Says something to the person, on standard error.
func note(_ text: String) { ProgressBar.writeToStandardError(text + "\n") }

/// Everything that comes in on standard input.
func standardInput() throws -> [UInt8] {
    do {
        return Array(try FileHandle.standardInput.readToEnd() ?? Data())
    } catch {
        throw StorageError(path: "standard input", operation: "read", reason: .system(EIO))
    }
}

/// Makes streams and signals what they should be, whatever the parent process did with them.
func prepareProcess() {
    // A file that takes the number of a closed stream would receive what is meant for the stream. Standard output
    // becomes one that can't be written, so that a result is not lost in silence.
    for stream in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(stream, F_GETFD) == -1 {
        _ = open("/dev/null", stream == STDERR_FILENO ? O_WRONLY : O_RDONLY)
    }
    // A file that grows beyond `ulimit -f` is then an error of the write, with a message and a clean end.
    signal(SIGXFSZ, SIG_IGN)
    // A parent's worker threads often block all signals, and a child inherits that: Ctrl-C would do nothing.
    var stopping = sigset_t()
    sigemptyset(&stopping)
    for number in [SIGINT, SIGTERM, SIGPIPE] { sigaddset(&stopping, number) }
    pthread_sigmask(SIG_UNBLOCK, &stopping, nil)
}
