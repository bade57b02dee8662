/// Where each computed entry's elements live: in the storage of an output or a variable, or at a place in the arena
/// that is shared with entries that live at other times.
struct MemoryPlan {
    enum Place: Equatable {
        /// Bytes from the arena's start.
        case arena(offset: Int)
        /// The storage of output `index`.
        case output(Int)
        /// The storage that assignment `index` changes.
        case assignment(Int)
        /// A strip within its group only.
        case register
    }

    private(set) var places: [Int: Place] = [:]
    private(set) var arenaBytes = 0
    /// Outputs and assignments that are copied after the last unit.
    private(set) var copiedOutputs: [Int] = []
    private(set) var copiedAssignments: [Int] = []

    private let graph: LinearGraph
    private let units: [PlanUnit]
    /// The unit that first writes to each entry's memory, and the units that read that memory, as positions in the
    /// schedule.
    private var producer: [Int: Int] = [:]
    private var readers: [Int: [Int]] = [:]
    /// The entries that hold results, by where they live.
    private let results: Set<Int>
    private let reusesMemory: Bool

    /// Without `reusesMemory` nothing is overwritten in a run: each entry has its own memory, and variables are
    /// assigned after the last unit.
    init(_ graph: LinearGraph, _ units: [PlanUnit], reusesMemory: Bool = true) {
        self.reusesMemory = reusesMemory
        self.graph = graph
        self.units = units
        results = Set(graph.outputs.map { graph.base(of: $0) })
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

    /// A new value goes straight into its variable if every reader of the old value is done by then.
    private mutating func placeAssignments() {
        var leaves: [ObjectIdentifier: [Int]] = [:]
        for (leaf, binding) in graph.bindings {
            if case .storage(let storage) = binding { leaves[ObjectIdentifier(storage), default: []].append(leaf) }
        }
        for (index, assignment) in graph.assignments.enumerated() {
            let base = graph.base(of: assignment.value)
            let old = leaves[ObjectIdentifier(assignment.storage)] ?? []
            if reusesMemory, places[base] == nil, isWhole(assignment.value), let position = producer[base],
                old.allSatisfy({ isDone($0, at: position, for: base) })
            {
                places[base] = .assignment(index)
            } else {
                copiedAssignments.append(index)
            }
        }
    }

    /// Whether an entry fills the memory that it lives in.
    private func isWhole(_ index: Int) -> Bool {
        graph.entries[graph.base(of: index)].count == graph.entries[index].count
    }

    /// Whether a leaf has been read for the last time when the unit at `position` writes `value` over it.
    private func isDone(_ leaf: Int, at position: Int, for value: Int) -> Bool {
        let readers = readers[leaf] ?? []
        if results.contains(leaf) || readers.contains(where: { $0 > position }) { return false }
        return !readers.contains(position) || isReadBefore(leaf, written: value, in: units[position])
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

    /// Whether a member of a group reads an operand at the group's current element.
    private func readsElementForElement(_ member: Int, _ operand: Int) -> Bool {
        if case .reduce = graph.entries[member].operation { return true }
        return OperandPattern(source: graph.entries[operand].shape, target: graph.entries[member].shape) == .contiguous
    }

    /// Members that only their own group reads need no memory beyond a strip.
    private mutating func placeRegisters() {
        let kept = results.union(graph.assignments.map { graph.base(of: $0.value) })
        for (position, unit) in units.enumerated() where unit.members.count > 1 {
            for member in unit.members
            where places[member] == nil && !kept.contains(member) && !graph.views.isLodger(member) {
                let outside = (readers[member] ?? []).contains { $0 != position }
                if !outside { places[member] = .register }
            }
        }
    }

    /// A part of the arena that entries occupy for some time, one after another.
    private struct Block {
        var bytes: Int
        var first: Int
        var last: Int
        var offset = 0

        var end: Int { offset + bytes }

        func livesBeside(_ other: Block) -> Bool { first <= other.last && other.first <= last }
    }

    private mutating func placeInArena() {
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
                    blocks[reused].last = last
                    blockOf[base] = reused
                } else {
                    blockOf[base] = blocks.count
                    blocks.append(Block(bytes: bytes, first: position, last: last))
                }
            }
        }
        Self.settle(&blocks)
        arenaBytes = blocks.map(\.end).max() ?? 0
        for (entry, block) in blockOf { places[entry] = .arena(offset: blocks[block].offset) }
    }

    /// Largest first, each at the lowest offset that no block with an overlapping lifetime uses.
    private static func settle(_ blocks: inout [Block]) {
        let order = blocks.indices.sorted {
            (blocks[$0].bytes, blocks[$1].first) > (blocks[$1].bytes, blocks[$0].first)
        }
        // Sorted by offset, so that the first gap is the lowest.
        var settled: [Block] = []
        for index in order {
            var block = blocks[index]
            for other in settled where other.livesBeside(block) {
                if other.offset >= block.end { break }
                block.offset = max(block.offset, other.end)
            }
            let place = settled.partitioningIndex { $0.offset > block.offset }
            settled.insert(block, at: place)
            blocks[index] = block
        }
    }

    /// The block of an operand that a group reads for the last time before it writes `member`, which can overwrite it.
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

extension Array {
    /// The first index for which `isBehind` is true, provided that it is true for all later ones.
    fileprivate func partitioningIndex(where isBehind: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
