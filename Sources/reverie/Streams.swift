import Foundation
import Glibc
import Storage
import Training

// Results go to standard output, everything else to standard error.

/// Standard output as lines, buffered and written 64 KiB at a time. `print` would ignore errors.
struct OutputLines: ~Copyable {
    private var buffer: [UInt8] = []

    private static let name = "standard output"

    /// Whether an error says that nobody reads standard output any more.
    static func isWithoutReader(_ error: any Error) -> Bool {
        guard let error = error as? StorageError else { return false }
        return error.path == name && error.reason == .system(EPIPE)
    }

    /// Adds a line.
    mutating func append(_ line: String) throws {
        buffer.append(contentsOf: line.utf8)
        buffer.append(UInt8(ascii: "\n"))
        if buffer.count >= 1 << 16 { try flush() }
    }

    /// Writes what has been buffered.
    ///
    /// - Throws: `StorageError` if standard output takes no more: a full disk, a closed stream.
    mutating func flush() throws {
        var rest = buffer[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                throw StorageError(path: Self.name, operation: "write to", reason: .system(errno))
            }
            rest = rest.dropFirst(count)
        }
        buffer.removeAll(keepingCapacity: true)
    }
}

/// Writes lines to standard output immediately.
func output(_ text: String) throws {
    var lines = OutputLines()
    try lines.append(text)
    try lines.flush()
}

/// Prints a message on standard error.
func note(_ text: String) { ProgressBar.writeToStandardError(text + "\n") }

/// Prints an error on standard error.
func complain(_ text: String) {
    note((Terminal(of: STDERR_FILENO)?.styled("reverie:", .red) ?? "reverie:") + " " + text)
}

/// Reads standard input to its end.
func standardInput() throws -> [UInt8] {
    do {
        return Array(try FileHandle.standardInput.readToEnd() ?? Data())
    } catch {
        throw StorageError(path: "standard input", operation: "read", reason: .system(EIO))
    }
}

/// Puts streams and signals into a known state, whatever the parent process did to them.
func prepareProcess() {
    // A file that gets the number of a closed stream would receive the stream's output. A closed standard output is
    // replaced by one that can't be written, so that a result is not lost silently.
    for stream in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(stream, F_GETFD) == -1 {
        _ = open("/dev/null", stream == STDERR_FILENO ? O_WRONLY : O_RDONLY)
    }
    // Exceeding `ulimit -f` is then a write error, with a message and a clean exit.
    signal(SIGXFSZ, SIG_IGN)
    // So is writing to a pipe that nobody reads any more: progress is dropped, and a result that is lost ends the
    // process as usual, but only once all is saved (``endWithoutReader()``).
    signal(SIGPIPE, SIG_IGN)
    // A parent's worker threads often block all signals and children inherit that, which would disable Ctrl-C.
    var stopping = sigset_t()
    sigemptyset(&stopping)
    for number in [SIGINT, SIGTERM, SIGHUP, SIGPIPE] { sigaddset(&stopping, number) }
    pthread_sigmask(SIG_UNBLOCK, &stopping, nil)
    Interruption.prepare()
}

/// Ends the process as programs end whose output nobody reads any more, such as before `| head`: quietly, by SIGPIPE,
/// which shells report as 141.
func endWithoutReader() -> Never {
    signal(SIGPIPE, SIG_DFL)
    raise(SIGPIPE)
    exit(128 + SIGPIPE)
}
