/// Where each computed entry's elements live: output storage, a variable's storage, or a place in the arena that is
/// shared with entries that live at other times.
struct MemoryPlan {
    enum Place: Equatable {
        /// Bytes from the arena's start.
        case arena(offset: Int)
        /// The storage of output `index`.
        case output(Int)
        /// The storage that assignment `index` changes.
        case assignment(Int)
        /// A strip of its group only.
        case register
    }

    private(set) var places: [Int: Place] = [:]
    private(set) var arenaBytes = 0
    /// Outputs and assignments that are copied after the last unit.
    private(set) var copiedOutputs: [Int] = []
    private(set) var copiedAssignments: [Int] = []

    private let graph: LinearGraph
    private let units: [PlanUnit]
    /// The unit that first writes to each entry's memory, and the units that read its memory, as positions in the schedule.
    private var producer: [Int: Int] = [:]
    private var readers: [Int: [Int]] = [:]

    private let reusesMemory: Bool

    /// Without `reusesMemory` nothing is overwritten in a run: each entry has memory of its own, and variables are assigned
    /// after the last unit.
    init(_ graph: LinearGraph, _ units: [PlanUnit], reusesMemory: Bool = true) {
        self.reusesMemory = reusesMemory
        self.graph = graph
        self.units = units
        for (position, unit) in units.enumerated() {
            for member in unit.members {
                let base = graph.base(of: member)
                producer[base] = producer[base] ?? position
                for input in graph.entries[member].inputs {
                    readers[graph.base(of: input), default: []].append(position)
                }
            }
        }
        placeOutputs()
        placeAssignments()
        placeRegisters()
        placeInArena()
    }

    private mutating func placeOutputs() {
        for (index, value) in graph.outputs.enumerated() {
            let base = graph.base(of: value)
            if producer[base] != nil, places[base] == nil, isWhole(value) {
                places[base] = .output(index)
            } else {
                copiedOutputs.append(index)
            }
        }
    }

    /// A new value goes straight into its variable where every reader of the old one is done by then.
    private mutating func placeAssignments() {
        for (index, assignment) in graph.assignments.enumerated() {
            let base = graph.base(of: assignment.value)
            if places[base] == nil, isWhole(assignment.value), let position = producer[base],
                isFree(assignment.storage, at: position, for: base)
            {
                places[base] = .assignment(index)
            } else {
                copiedAssignments.append(index)
            }
        }
    }

    /// Whether an entry is all that there is in the memory where it lives.
    private func isWhole(_ index: Int) -> Bool {
        graph.entries[graph.base(of: index)].count == graph.entries[index].count
    }

    private func isFree(_ storage: HostArray, at position: Int, for value: Int) -> Bool {
        for (leaf, binding) in graph.bindings {
            guard case .storage(let bound) = binding, bound === storage else { continue }
            if graph.outputs.contains(where: { graph.base(of: $0) == leaf }) { return false }
            for reader in readers[leaf] ?? [] where reader > position { return false }
            if (readers[leaf] ?? []).contains(position), !isReadBefore(leaf, written: value, in: units[position]) {
                return false
            }
        }
        return true
    }

    /// Whether a group reads `source` element for element, and not after it has written `value`.
    private func isReadBefore(_ source: Int, written value: Int, in unit: PlanUnit) -> Bool {
        guard graph.entries[value].operation.isElementwise else { return false }
        for member in unit.members {
            for input in graph.entries[member].inputs where graph.base(of: input) == source {
                if !readsElementForElement(member, input) || member > value || !isWhole(input) { return false }
            }
        }
        return true
    }

    /// Whether a member of a group reads an operand at the place that the group has come to.
    private func readsElementForElement(_ member: Int, _ operand: Int) -> Bool {
        if case .reduce = graph.entries[member].operation { return true }
        return OperandPattern(source: graph.entries[operand].shape, target: graph.entries[member].shape) == .contiguous
    }

    /// Members that only their own group reads need no memory beyond a strip.
    private mutating func placeRegisters() {
        let results = Set((graph.outputs + graph.assignments.map(\.value)).map { graph.base(of: $0) })
        for (position, unit) in units.enumerated() where unit.members.count > 1 {
            for member in unit.members
            where places[member] == nil && !results.contains(member) && !graph.views.isLodger(member) {
                let outside = (readers[member] ?? []).contains { $0 != position }
                if !outside { places[member] = .register }
            }
        }
    }

    /// Largest first, each at the lowest offset that no entry living at the same time uses.
    private mutating func placeInArena() {
        struct Block {
            var entries: [Int]
            var bytes: Int
            var first: Int
            var last: Int
        }
        var blocks: [Block] = []
        var blockOf: [Int: Int] = [:]
        let end = units.count
        let copied = Set(
            (copiedOutputs.map { graph.outputs[$0] } + copiedAssignments.map { graph.assignments[$0].value })
                .map { graph.base(of: $0) })
        for (position, unit) in units.enumerated() {
            for member in unit.members where places[member] == nil {
                let base = graph.base(of: member)
                if places[base] != nil || blockOf[base] != nil { continue }
                let last = copied.contains(base) || !reusesMemory ? end : (readers[base] ?? []).max() ?? position
                let bytes = (graph.entries[base].count * 4 + 63) / 64 * 64
                if member == base, let reused = dyingOperand(of: member, at: position, blockOf, { blocks[$0].last }),
                    blocks[reused].bytes == bytes
                {
                    blocks[reused].entries.append(base)
                    blocks[reused].last = last
                    blockOf[base] = reused
                } else {
                    blockOf[base] = blocks.count
                    blocks.append(Block(entries: [base], bytes: bytes, first: position, last: last))
                }
            }
        }
        var placed: [(block: Block, offset: Int)] = []
        for block in blocks.sorted(by: { ($0.bytes, $1.first) > ($1.bytes, $0.first) }) {
            var offset = 0
            let alive = placed.filter { $0.block.first <= block.last && block.first <= $0.block.last }.sorted {
                $0.offset < $1.offset
            }
            for other in alive where other.offset < offset + block.bytes {
                offset = max(offset, other.offset + other.block.bytes)
            }
            placed.append((block, offset))
            arenaBytes = max(arenaBytes, offset + block.bytes)
            for entry in block.entries { places[entry] = .arena(offset: offset) }
        }
    }

    /// The block of an operand that a group reads for the last time before it writes `member`, to be overwritten.
    private func dyingOperand(of member: Int, at position: Int, _ blockOf: [Int: Int], _ last: (Int) -> Int) -> Int? {
        guard graph.entries[member].operation.isElementwise else { return nil }
        let operands = units[position].members.flatMap { graph.entries[$0].inputs }
        for operand in operands {
            let base = graph.base(of: operand)
            guard let block = blockOf[base], producer[base] != position, last(block) == position,
                isReadBefore(base, written: member, in: units[position])
            else { continue }
            return block
        }
        return nil
    }
}
