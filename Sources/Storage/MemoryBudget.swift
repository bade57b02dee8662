import Glibc
import Synchronization

/// The memory that this process may take: what large buffers are reckoned against before they are allocated.
public struct MemoryBudget: Hashable, Sendable {
    /// What limits the memory.
    public enum Limit: String, Hashable, Sendable {
        case machine = "this machine's"
        case controlGroup = "the control group's"
        case addressSpace = "the address space's (ulimit -v)"
        case data = "the data segment's (ulimit -d)"
    }

    /// The largest share of the limit that is used, in percent: the rest is for everything that nobody reckons.
    public static let largestShare = 80

    /// Bytes of the limit.
    public let total: Int
    public let limit: Limit
    /// Bytes that the process has taken of it already.
    public let used: Int

    public init(total: Int, limit: Limit = .machine, used: Int = 0) {
        (self.total, self.limit, self.used) = (total, limit, used)
    }

    /// Bytes that may still be taken.
    public var usable: Int { max(0, total / 100 * Self.largestShare - used) }

    /// Whether so many bytes may be taken. A small part of the limit may be as long as it is there at all: a process
    /// that has filled its budget, as a training with a large replay buffer does, must be able to go on.
    func allows(_ bytes: Int) -> Bool { bytes <= usable || bytes <= min(total / 20, total - used) }

    /// The budget that replaces the machine's in tests.
    @TaskLocal public static var given: MemoryBudget?

    /// The tightest limit by now: the machine's memory, the control group's or `ulimit`'s.
    public static var current: MemoryBudget {
        if let given { return given }
        return limits.map { MemoryBudget(total: $0.total, limit: $0.limit, used: used(of: $0.limit)) }
            .min { $0.usable < $1.usable }!
    }

    /// Refuses what doesn't fit.
    ///
    /// - Parameters:
    ///   - bytes: what is to be allocated; nil if it is more than can be counted.
    ///   - what: the subject of the sentence, such as `a batch of 1000 environments`.
    ///   - advice: what to try next, given the bytes that may be taken.
    /// - Throws: ``MemoryError``.
    public static func require(
        _ bytes: Int?, for what: @autoclosure () -> String, advice: (_ usable: Int) -> String
    ) throws(MemoryError) {
        // Nothing small is refused, so nothing small asks the system.
        if let bytes, bytes < smallest, given == nil { return }
        let budget = current
        guard !budget.allows(bytes ?? .max) else { return }
        throw MemoryError(what: what(), bytes: bytes, budget: budget, advice: advice(budget.usable))
    }

    /// As ``require(_:for:advice:)``, where nothing can be thrown: layers and arrays are made by initialisers that
    /// can't fail. The program ends with the sentence instead of an allocation that fails without one; how, a command
    /// line says with ``endProgram(by:)``.
    public static func requireOrEnd(_ bytes: Int?, for what: @autoclosure () -> String) {
        do throws(MemoryError) {
            try require(bytes, for: what()) { _ in "use smaller layers or batches, or fewer or shorter rows" }
        } catch {
            let end = end.withLock { $0 }
            end(error)
        }
    }

    /// Chooses what ends the program in ``requireOrEnd(_:for:)``: a fatal error unless something else is given.
    public static func endProgram(by end: @escaping @Sendable (MemoryError) -> Never) {
        Self.end.withLock { $0 = end }
    }

    private static let end = Mutex<@Sendable (MemoryError) -> Never>({ fatalError("\($0)") })

    /// Bytes from which an allocation is reckoned.
    public static let smallest = 16 << 20

    /// Bytes in the unit that leaves one to four digits.
    public static func text(_ bytes: Int) -> String {
        var (rest, units) = (bytes, ["bytes", "kB", "MB", "GB", "TB", "PB"][...])
        while rest >= 10_000, units.count > 1 { (rest, units) = ((rest + 500) / 1000, units.dropFirst()) }
        return "\(rest) \(units.first!)"
    }

    // MARK: What the system says

    /// The limits that hold for the process; they are read once.
    private static let limits: [(limit: Limit, total: Int)] = {
        var found = [(Limit.machine, sysconf(Int32(_SC_PHYS_PAGES)) * pageSize)]
        if let bytes = ControlGroup.memoryLimit() { found.append((.controlGroup, bytes)) }
        for (limit, resource) in [(Limit.addressSpace, RLIMIT_AS), (.data, RLIMIT_DATA)] {
            var values = rlimit()
            if getrlimit(__rlimit_resource_t(resource.rawValue), &values) == 0,
                let bytes = Int(exactly: values.rlim_cur)
            {
                found.append((limit, bytes))
            }
        }
        return found
    }()

    private static let pageSize = sysconf(Int32(_SC_PAGESIZE))

    private static func used(of limit: Limit) -> Int {
        // Pages of the whole program, of what is in memory, shared, of code, of libraries, of data.
        let pages = ControlGroup.text("/proc/self/statm").split(whereSeparator: \.isWhitespace).map { Int($0) ?? 0 }
        guard pages.count > 5 else { return 0 }
        switch limit {
        case .machine, .controlGroup: return pages[1] * pageSize
        case .addressSpace: return pages[0] * pageSize
        case .data: return pages[5] * pageSize
        }
    }
}

/// The control groups of the process, which containers and batch systems limit.
struct ControlGroup {
    /// The smallest limit of the process's groups and those that they are in; nil if there is none.
    ///
    /// - Parameters:
    ///   - membership: the file that lists the groups.
    ///   - root: where their file systems are.
    static func memoryLimit(membership: String = "/proc/self/cgroup", root: String = "/sys/fs/cgroup") -> Int? {
        let lines = text(membership).split(separator: "\n")
        return lines.compactMap { line -> Int? in
            // hierarchy:controllers:path, where the second version has no controllers.
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { return nil }
            if parts[1].isEmpty { return least(root, String(parts[2]), "memory.max") }
            guard parts[1].split(separator: ",").contains("memory") else { return nil }
            return least(joinPath(root, "memory"), String(parts[2]), "memory.limit_in_bytes")
        }.min()
    }

    /// The smallest number in the files of a group and of all groups that it is in. A container may not see the path
    /// that the system knows its group by; its own group is then the root.
    private static func least(_ root: String, _ path: String, _ file: String) -> Int? {
        var names = path.split(separator: "/").map(String.init)
        var numbers: [Int] = []
        while true {
            let place = names.reduce(root, joinPath)
            if let number = Int(text(joinPath(place, file)).filter { !$0.isWhitespace }) { numbers.append(number) }
            guard names.popLast() != nil else { return numbers.min() }
        }
    }

    /// The text of a file of the system's, which doesn't say its size before it is read; empty if there is none.
    static func text(_ path: String) -> String {
        guard let file = fopen(path, "re") else { return "" }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}

/// What would take more memory than there is.
public struct MemoryError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The subject of the sentence.
    public let what: String
    /// Bytes that it would take; nil if they are too many to count.
    public let bytes: Int?
    public let budget: MemoryBudget
    /// What to try next.
    public let advice: String

    public init(what: String, bytes: Int?, budget: MemoryBudget, advice: String) {
        (self.what, self.bytes, self.budget, self.advice) = (what, bytes, budget, advice)
    }

    /// A sentence: what it would take, what there is, what to try next.
    public var description: String {
        let takes = bytes.map(MemoryBudget.text) ?? "more bytes than can be counted"
        return "\(what) would take \(takes), but this process may only take \(MemoryBudget.text(budget.usable)) more "
            + "(\(MemoryBudget.largestShare) % of \(budget.limit.rawValue) \(MemoryBudget.text(budget.total))); "
            + advice
    }
}

/// The product of sizes; nil if it is more than can be counted.
public func product(_ factors: Int...) -> Int? {
    var result = 1
    for factor in factors {
        let (partial, overflow) = result.multipliedReportingOverflow(by: factor)
        if overflow { return nil }
        result = partial
    }
    return result
}
