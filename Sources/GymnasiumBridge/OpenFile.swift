import CLinux
import Glibc

/// An open file, closed when the value goes, and when another program is run.
@frozen public struct OpenFile: ~Copyable {
    /// Its number, above those that children get their files by.
    public let number: Int32

    fileprivate init(owning number: Int32) { self.number = number }

    deinit { close(number) }

    /// Memory as a file without a name.
    static func memory(_ name: String) throws(SystemFault) -> OpenFile {
        let number = raised(memfd_create(name, closesOnExec | allowsSealing))
        guard number >= 0 else { throw SystemFault("make shared memory") }
        return OpenFile(owning: number)
    }

    // From <linux/memfd.h>, whose names Swift doesn't see.
    private static let closesOnExec: UInt32 = 1
    private static let allowsSealing: UInt32 = 2
}

/// The two ends of a connection between processes.
@frozen public struct Connection: ~Copyable {
    /// The end that this process keeps.
    public let ours: OpenFile
    /// The end that a child gets.
    public let theirs: OpenFile

    /// For bytes both ways.
    static func socket() throws(SystemFault) -> Connection {
        try Connection { socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &$0) }
    }

    /// For bytes to us.
    ///
    /// - Throws: ``SystemFault``.
    public static func toUs() throws(SystemFault) -> Connection { try Connection { pipe2(&$0, O_CLOEXEC) } }

    /// For bytes to them.
    ///
    /// - Throws: ``SystemFault``.
    public static func toThem() throws(SystemFault) -> Connection {
        try Connection { ends in
            let result = pipe2(&ends, O_CLOEXEC)
            ends.swapAt(0, 1)
            return result
        }
    }

    private init(_ make: (inout [Int32]) -> Int32) throws(SystemFault) {
        var ends: [Int32] = [-1, -1]
        guard make(&ends) == 0 else { throw SystemFault("connect to a child") }
        let (first, second) = (raised(ends[0]), raised(ends[1]))
        guard first >= 0, second >= 0 else {
            let code = errno
            for end in [first, second] where end >= 0 { close(end) }
            throw SystemFault("connect to a child", code)
        }
        ours = OpenFile(owning: first)
        theirs = OpenFile(owning: second)
    }
}

/// The same file under a number above those that children get their files by; -1, and `errno`, where that fails.
private func raised(_ opened: Int32) -> Int32 {
    guard opened >= 0 else { return -1 }
    let result = fcntl(opened, F_DUPFD_CLOEXEC, 16)
    let code = errno
    close(opened)
    errno = code
    return result
}

/// What the system refused, and why.
public struct SystemFault: Error, CustomStringConvertible {
    var operation: String
    var reason: String

    /// A sentence.
    public var description: String { "cannot \(operation): \(reason)" }

    /// What was refused, by the number of the reason.
    public init(_ operation: String, _ code: Int32 = errno) {
        (self.operation, reason) = (operation, String(cString: strerror(code)))
    }
}
