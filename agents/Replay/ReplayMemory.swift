import Environments
import Glibc

/// The memory of a replay buffer, computed before it is made.
public struct ReplayMemory: Hashable, Sendable {
    /// The number of transitions.
    public let capacity: Int
    /// Bytes per transition: its frame, and the numbers beside it.
    public let transitionBytes: Int

    /// The largest share of the machine's memory that a buffer may take, in percent.
    static let largestShare = 80

    /// The memory of a buffer of `capacity` transitions in an environment.
    ///
    /// - Throws: ``AgentError/replayMemory(_:machineBytes:)`` if it exceeds 80 % of `machineBytes`.
    init(
        capacity: Int, of environment: EnvironmentDescription, isPrioritized: Bool = false,
        machineBytes: Int = Self.machineBytes
    ) throws(AgentError) {
        let frame = environment.observationSpace.count / environment.stackedFrames * environment.elementType.size
        let priority = isPrioritized ? SumTree.bytesOfLeaf : 0
        (self.capacity, transitionBytes) = (
            capacity, frame + ReplayBuffer.bytesBesideFrame(environment.actionSpace) + priority
        )
        if capacity > largestCapacity(machineBytes) { throw .replayMemory(self, machineBytes: machineBytes) }
    }

    /// Bytes of the full buffer. Each episode takes one more frame.
    public var bytes: Int { capacity * transitionBytes }

    /// The largest capacity that fits into the memory.
    func largestCapacity(_ machineBytes: Int) -> Int { machineBytes / 100 * Self.largestShare / transitionBytes }

    /// Bytes of the machine's memory.
    static var machineBytes: Int { sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE)) }
}

extension ReplayMemory: CustomStringConvertible {
    /// A line such as `replay: up to 100000 transitions in 44 MB, …`.
    public var description: String {
        let stored = "each observation or stacked frame stored once"
        return "replay: up to \(capacity) transitions in \(Self.text(bytes)), \(stored)"
    }

    /// Bytes in the unit that leaves one to four digits.
    static func text(_ bytes: Int) -> String {
        var (rest, units) = (bytes, ["bytes", "kB", "MB", "GB", "TB"][...])
        while rest >= 10_000, units.count > 1 { (rest, units) = ((rest + 500) / 1000, units.dropFirst()) }
        return "\(rest) \(units.first!)"
    }
}
