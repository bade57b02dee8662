/// A unit of a plan's schedule: one kernel call, or a fused group.
struct PlanUnit {
    /// The entries that it computes, in order; only element-wise operations and reductions of rows can share a unit.
    var members: [Int]
    /// The iteration of a group; nil for a unit that can't be part of one.
    var iteration: Iteration?
}

/// Groups entries that can run in one pass over their elements, and orders the units.
///
/// A group iterates over elements in rows. It contains element-wise operations, reductions of rows, and operations on
/// values with one number per row, which element-wise operations may read in turn. An entry joins the group of an
/// operand as long as no path leaves the group and comes back: then the groups and the other entries still form an
/// acyclic graph.
struct Fusion {
    let graph: LinearGraph
    /// The group of each entry; views belong to no group, because they only rename their operand.
    var unit: [Int]
    var members: [[Int]]
    /// The iteration of each unit; nil for units that can't be part of a group.
    var iterations: [Iteration?]
    /// The units in an order in which each comes after its dependencies, with gaps, and the place of each.
    private var order: [Int]
    private var position: [Int]
    private static let nothing = -1
    /// Units that are further apart in the order are not merged: everything between them would have to wait.
    private static let farthest = 4_096
    /// The registers of a group stay in the first-level cache if there are not too many.
    static let largestGroup = 48

    /// The units in execution order, inputs first.
    static func schedule(_ graph: LinearGraph, fused: Bool) -> [PlanUnit] {
        var fusion = Fusion(graph)
        if fused {
            fusion.group()
            fusion.postpone()
        }
        return fusion.ordered()
    }

    private init(_ graph: LinearGraph) {
        self.graph = graph
        unit = Array(graph.entries.indices)
        order = unit
        position = unit
        members = graph.entries.indices.map { [$0] }
        iterations = graph.entries.indices.map { Iteration(of: $0, in: graph) }
    }

    private mutating func group() {
        for index in graph.entries.indices where iterations[index] != nil {
            for operand in graph.sources(of: index) { merge(unit[operand], into: unit[index]) }
        }
    }

    private mutating func merge(_ other: Int, into own: Int) {
        guard other != own, members[own].count + members[other].count <= Self.largestGroup,
            let iteration = iterations[own]?.joined(with: iterations[other]),
            readsFit(from: other, by: own, iteration), readsFit(from: own, by: other, iteration),
            bringTogether(other, own)
        else { return }
        for member in members[other] { unit[member] = own }
        members[own] = (members[own] + members[other]).sorted()
        members[other] = []
        iterations[own] = iteration
    }

    /// Whether a group can pass on the values that one unit reads from another.
    private func readsFit(from source: Int, by reader: Int, _ iteration: Iteration) -> Bool {
        members[reader].allSatisfy { member in
            graph.sources(of: member).allSatisfy {
                unit[$0] != source || iteration.passes($0, to: member, in: graph)
            }
        }
    }

    /// Reorders the units so that two of them can be merged at the place of `own`; false if a path leads from one to
    /// the other through a third, or if they are too far apart.
    ///
    /// Between the two, units that depend on the first move behind both, and the rest stays before them.
    private mutating func bringTogether(_ other: Int, _ own: Int) -> Bool {
        let (first, last) = position[other] < position[own] ? (other, own) : (own, other)
        let (start, end) = (position[first], position[last])
        guard end - start <= Self.farthest else { return false }
        var dependent: Set<Int> = [first]
        var before: [Int] = []
        var after: [Int] = []
        for between in order[start + 1..<end] where between != Self.nothing {
            if reads(between, anyOf: dependent) {
                dependent.insert(between)
                after.append(between)
            } else {
                before.append(between)
            }
        }
        dependent.remove(first)
        if reads(last, anyOf: dependent) { return false }
        let arranged = before + [own] + after
        for (offset, moved) in arranged.enumerated() {
            order[start + offset] = moved
            position[moved] = start + offset
        }
        for place in start + arranged.count...end { order[place] = Self.nothing }
        return true
    }

    /// Whether a unit reads a result of one of the given units.
    private func reads(_ reader: Int, anyOf units: Set<Int>) -> Bool {
        members[reader].contains { graph.sources(of: $0).contains { units.contains(unit[$0]) } }
    }

    /// Depth-first from the last entry that each unit needs, in the order of recording.
    private func ordered() -> [PlanUnit] {
        var result: [PlanUnit] = []
        var done = Set<Int>()
        let units = members.indices.filter { !members[$0].isEmpty }.sorted { members[$0].last! < members[$1].last! }
        for root in units {
            var pending = [(root, false)]
            while let (next, ready) = pending.popLast() {
                if done.contains(next) { continue }
                if ready {
                    done.insert(next)
                    result.append(PlanUnit(members: members[next], iteration: iterations[next]))
                    continue
                }
                pending.append((next, true))
                for operand in members[next].flatMap({ graph.sources(of: $0) }).reversed()
                where !done.contains(unit[operand]) {
                    if unit[operand] != next { pending.append((unit[operand], false)) }
                }
            }
        }
        return result.filter { graph.computes($0) }
    }
}

extension LinearGraph {
    /// Whether a unit computes anything: leaves and views don't.
    fileprivate func computes(_ unit: PlanUnit) -> Bool {
        let first = unit.members[0]
        return !entries[first].isLeaf && !views.needsNoWork(first, in: self)
    }
}
