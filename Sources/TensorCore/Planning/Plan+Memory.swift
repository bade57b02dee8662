extension Plan {
    /// All the memory that running plans needs, by purpose, in bytes.
    public struct Memory: Hashable, Sendable {
        /// Intermediate values, which share memory if they live at different times.
        public var arena = 0
        /// Working memory of products, groups and other kernels, for all threads.
        public var scratch = 0
        /// The buffers that are written before a run and read after it.
        public var inputs = 0, outputs = 0
        /// The variables that are read or assigned: parameters, and all of an optimiser's state.
        public var variables = 0
        /// Arrays and numbers that the recording read as data.
        public var constants = 0
        /// Other data that instructions read, such as operand lists.
        public var tables = 0

        /// The sum of all parts. A run allocates nothing, so it needs no more than this.
        public var total: Int { arena + scratch + inputs + outputs + variables + constants + tables }
    }

    /// The memory of one plan.
    public var memoryUse: Memory { Self.memoryUse(of: [self]) }

    /// The memory of plans that are kept at the same time; variables and constants that several of them use count once.
    public static func memoryUse(of plans: [Plan]) -> Memory {
        var result = Memory()
        var counted: Set<ObjectIdentifier> = []
        func bytes(_ array: HostArray) -> Int {
            counted.insert(ObjectIdentifier(array)).inserted ? array.count * array.type.size : 0
        }
        for plan in plans {
            result.arena += plan.arenaBytes
            result.scratch += plan.scratchBytes
            result.inputs += plan.inputs.map(bytes).reduce(0, +)
            result.outputs += plan.outputs.map(bytes).reduce(0, +)
            result.variables += plan.variables.map(bytes).reduce(0, +)
            result.constants += plan.constants.map(bytes).reduce(0, +)
            result.tables += plan.tableBytes
        }
        return result
    }
}
