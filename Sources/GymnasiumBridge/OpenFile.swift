import CLinux
import Environments
import Glibc

/// An open file, closed at the end of the value's life and in programs that this process starts.
@frozen public struct OpenFile: ~Copyable {
    /// Its descriptor, above those under which children get their files.
    public let number: Int32

    fileprivate init(owning number: Int32) { self.number = number }

    deinit { close(number) }

    /// Memory as an anonymous file.
    static func memory(_ name: String) throws(SystemFault) -> OpenFile {
        let number = raised(memfd_create(name, closesOnExec | allowsSealing))
        guard number >= 0 else { throw SystemFault("create shared memory") }
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
    /// The end for the child.
    public let theirs: OpenFile

    /// A connection for bytes both ways.
    static func socket() throws(SystemFault) -> Connection {
        try Connection { socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &$0) }
    }

    /// A connection for bytes to us.
    ///
    /// - Throws: ``SystemFault``.
    public static func toUs() throws(SystemFault) -> Connection { try Connection { pipe2(&$0, O_CLOEXEC) } }

    /// A connection for bytes to them.
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

/// The same file under a descriptor above those under which children get their files; -1 and `errno` on failure.
private func raised(_ opened: Int32) -> Int32 {
    guard opened >= 0 else { return -1 }
    let result = fcntl(opened, F_DUPFD_CLOEXEC, 16)
    // The limit of descriptors may lie below those that are asked for, which is another error than too many of them.
    let code = errno == EINVAL ? EMFILE : errno
    close(opened)
    errno = code
    return result
}

/// An operation that the system refused, and why.
public struct SystemFault: Error, CustomStringConvertible {
    var operation: String
    var reason: String
    /// The `errno`.
    let code: Int32

    public var description: String { "cannot \(operation): \(reason)" }

    /// - Parameter code: an `errno`.
    public init(_ operation: String, _ code: Int32 = errno) {
        (self.operation, reason, self.code) = (operation, String(cString: strerror(code)), code)
    }
}

extension SystemFault {
    /// The fault as an environment's, with what can be done about too few descriptors.
    func fault(in id: String) -> OutsideFault {
        let advice = [EMFILE, ENFILE].contains(code) ? "; raise the limit with 'ulimit -n', or set children=1" : ""
        return .system(environment: id, operation: operation, reason: reason + advice)
    }
}
