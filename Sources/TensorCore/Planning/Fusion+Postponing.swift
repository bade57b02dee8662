extension Fusion {
    /// Moves computations that only one later group reads into that group if it saves an array: the mask of a rectifier
    /// follows from its result, which is kept anyway.
    mutating func postpone() {
        let results = Set((graph.outputs + graph.assignments.map(\.value)).map { graph.base(of: $0) })
        var readers = [[Int]](repeating: [], count: graph.entries.count)
        for index in graph.entries.indices { for source in graph.sources(of: index) { readers[source].append(index) } }
        for index in graph.entries.indices.reversed() where !results.contains(index) {
            if let later = laterUnit(of: index, readers, results) { move(index, to: later) }
        }
    }

    /// The only unit that reads an entry of another unit, if it can compute the entry without reading more arrays.
    private func laterUnit(of index: Int, _ readers: [[Int]], _ results: Set<Int>) -> Int? {
        let own = unit[index]
        guard let first = readers[index].first, case let later = unit[first], later != own,
            readers[index].allSatisfy({ unit[$0] == later }), members[own].count > 1, isCalculation(index),
            members[later].count < Self.largestGroup, let iteration = iterations[later], iterations[own] != nil,
            iteration.joined(with: Iteration(count: graph.entries[index].count)) == iteration,
            readers[index].allSatisfy({ iteration.passes(index, to: $0, in: graph) })
        else { return nil }
        let sources = Set(graph.sources(of: index)).filter { graph.entries[$0].count > 1 }
        let isKept = sources.allSatisfy { source in
            unit[source] != own || results.contains(source)
                || readers[source].contains { $0 != index && unit[$0] != own }
        }
        let read = Set(members[later].flatMap { graph.sources(of: $0) }).union(members[later])
        return isKept && sources.subtracting(read).count <= 1 ? later : nil
    }

    /// Whether an entry is an element-wise operation, which gives the same result wherever it is done.
    private func isCalculation(_ index: Int) -> Bool {
        if case .random = graph.entries[index].operation { return false }
        return graph.entries[index].operation.isElementwise
    }

    private mutating func move(_ index: Int, to later: Int) {
        members[unit[index]].removeAll { $0 == index }
        members[later] = (members[later] + [index]).sorted()
        unit[index] = later
    }
}
