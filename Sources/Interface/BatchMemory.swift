import Environments
import Foundation

/// A batch that memory has no room for.
struct MemoryFault: Error, CustomStringConvertible {
    let description: String
}

extension Batch {
    /// Refuses a batch that memory has no room for, before any of it is allocated: judged by the rows and the state of
    /// a single environment.
    static func requireMemory(_ id: String, count: Int, options: [String: String]) throws {
        guard count > 1 else { return }
        let one = try EnvironmentCatalog.make(id, options: options)
        try one.reset(seed: 0)
        let state = one.canSnapshot ? try one.snapshot(of: 0).count : 0
        // Two rows of observations, and while the batch is made a second copy of its environments.
        let each = 2 * one.observationSize + 2 * state + 64
        let (bytes, isTooMany) = each.multipliedReportingOverflow(by: count)
        let usable = usableMemory
        guard isTooMany || bytes > usable else { return }
        throw MemoryFault(
            description: "\(count) environments \(id) would take \(isTooMany ? "too many" : "\(bytes >> 20)") MiB, but "
                + "this process may only take \(usable >> 20) MiB more; \(usable / each) fit")
    }

    /// Bytes that this process may still take: four fifths of the tightest limit, less what it has taken.
    private static var usableMemory: Int {
        let page = sysconf(Int32(_SC_PAGESIZE))
        let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
        let pages = text.split(separator: " ").compactMap { Int($0) }
        let (mapped, resident) = pages.count > 1 ? (pages[0] * page, pages[1] * page) : (0, 0)
        var limits = [(sysconf(Int32(_SC_PHYS_PAGES)) * page, resident)]
        for file in ["memory.max", "memory/memory.limit_in_bytes"] {
            let text = (try? String(contentsOfFile: "/sys/fs/cgroup/" + file, encoding: .utf8)) ?? ""
            if let limit = Int(text.trimmingCharacters(in: .whitespacesAndNewlines)) {
                limits.append((limit, resident))
            }
        }
        var values = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &values) == 0, let limit = Int(exactly: values.rlim_cur) {
            limits.append((limit, mapped))
        }
        return limits.map { max(0, $0.0 / 5 * 4 - $0.1) }.min()!
    }
}
