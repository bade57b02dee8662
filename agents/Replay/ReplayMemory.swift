import Environments
import Storage

/// The memory of a replay buffer, computed before it is made.
public struct ReplayMemory: Hashable, Sendable {
    /// The number of transitions.
    public let capacity: Int
    /// Bytes per transition: its frame, and the numbers beside it.
    public let transitionBytes: Int

    /// The memory of a buffer of `capacity` transitions in an environment.
    ///
    /// - Throws: ``AgentError/replayMemory(_:budget:)`` if it exceeds the budget.
    init(
        capacity: Int, of environment: EnvironmentDescription, isPrioritized: Bool = false,
        budget: MemoryBudget = .current
    ) throws(AgentError) {
        let frame = environment.observationSpace.count / environment.stackedFrames * environment.elementType.size
        let priority = isPrioritized ? SumTree.bytesOfLeaf : 0
        (self.capacity, transitionBytes) = (
            capacity, frame + ReplayBuffer.bytesBesideFrame(environment.actionSpace) + priority
        )
        if capacity > largestCapacity(budget) { throw .replayMemory(self, budget: budget) }
    }

    /// Bytes of the full buffer. Each episode takes one more frame.
    public var bytes: Int { capacity * transitionBytes }

    /// The largest capacity that fits into the memory.
    func largestCapacity(_ budget: MemoryBudget) -> Int { budget.usable / transitionBytes }
}

extension ReplayMemory: CustomStringConvertible {
    /// A line such as `replay: up to 100000 transitions in 44 MB, …`.
    public var description: String {
        let stored = "each observation or stacked frame stored once"
        return "replay: up to \(capacity) transitions in \(MemoryBudget.text(bytes)), \(stored)"
    }
}
