import Configuration

/// Groups of runs that differ in nothing but their seeds: an algorithm on a task.
///
/// A task is an environment, with those of its options in which the runs differ. An algorithm is an agent, with those
/// of its settings in which runs on the same task differ, so presets for different environments are one algorithm; or
/// it is the name that the user gives.
public struct RunGroups: Sendable {
    /// One algorithm: its runs on each task, in the order of ``RunGroups/tasks``; none if it was not run on a task.
    public struct Algorithm: Sendable {
        /// The name, such as `dqn (double=true)`.
        public var name: String
        /// The runs of each task.
        public var runs: [[ComparedRun]]
    }

    /// The names of the tasks, in the order of their first runs.
    public let tasks: [String]
    /// In the order of their first runs.
    public let algorithms: [Algorithm]
    /// What a reader should know about the grouping, in sentences.
    public let remarks: [String]

    /// Settings of a run that don't change what it learns.
    private static let indifferent: Set = [
        "seed", "evaluationInterval", "evaluationEpisodes", "evaluationStepLimit",
    ]
    /// Names of algorithms show at most this many settings.
    private static let largestName = 3

    /// Groups runs.
    ///
    /// - Parameter runs: Each with the name that the user gives its algorithm; nil for none.
    public init(_ runs: [(run: ComparedRun, name: String?)]) {
        let taskNames = Self.taskNames(runs.map(\.run))
        tasks = taskNames.uniqued()
        let (names, remarks) = Self.algorithmNames(runs, tasks: taskNames)
        let found = runs.indices.map { (name: names[$0], task: taskNames[$0], run: runs[$0].run) }
        algorithms = names.uniqued().map { [tasks] name in
            Algorithm(
                name: name, runs: tasks.map { task in found.filter { $0.name == name && $0.task == task }.map(\.run) })
        }
        self.remarks = remarks + Self.repeatedSeeds(algorithms, tasks)
    }

    private static func taskNames(_ runs: [ComparedRun]) -> [String] {
        let differing = differingNames(runs.map { ($0.experiment.environment, $0.experiment.environmentOptions) })
        return runs.map { run in
            let experiment = run.experiment
            let names = (differing[experiment.environment] ?? []).filter { experiment.environmentOptions[$0] != nil }
            return label(experiment.environment, experiment.environmentOptions, names)
        }
    }

    private static func algorithmNames(
        _ runs: [(run: ComparedRun, name: String?)], tasks: [String]
    ) -> (names: [String], remarks: [String]) {
        let tables = runs.map { settings(of: $0.run) }
        let unnamed = runs.indices.filter { runs[$0].name == nil }
        let byTask = differingNames(unnamed.map { (runs[$0].run.experiment.agent + "\n" + tasks[$0], tables[$0]) })
        var names = runs.map { $0.name ?? $0.run.experiment.agent }
        var remarks: [String] = []
        for agent in unnamed.map({ runs[$0].run.experiment.agent }).uniqued() {
            let differing = byTask.filter { $0.key.hasPrefix(agent + "\n") }.values.reduce(into: Set()) {
                $0.formUnion($1)
            }
            guard !differing.isEmpty else { continue }
            let members = unnamed.filter { runs[$0].run.experiment.agent == agent }
            let order = differing.sorted()
            let labels = members.map { label(agent, tables[$0], order) }
            if order.count <= largestName {
                for (member, label) in zip(members, labels) { names[member] = label }
            } else {
                let variants = labels.uniqued()
                for (member, label) in zip(members, labels) {
                    names[member] = "\(agent) \(variants.firstIndex(of: label)! + 1)"
                }
                remarks.append(
                    "\(agent) 1 to \(agent) \(variants.count) differ in \(order.count) settings, such as "
                        + "\(order.prefix(largestName).joined(separator: ", ")); name them with NAME=FOLDER")
            }
        }
        return (names, remarks)
    }

    private static func settings(of run: ComparedRun) -> SettingsTable {
        SettingsTable(
            run.experiment.settings.entries
                + run.experiment.run.entries.filter { entry in
                    !indifferent.contains(entry.name) && run.experiment.settings[entry.name] == nil
                })
    }

    /// For each key, the names whose values differ between its tables.
    private static func differingNames(_ tables: [(key: String, table: SettingsTable)]) -> [String: Set<String>] {
        Dictionary(grouping: tables, by: \.key).mapValues { group in
            let names = Set(group.flatMap { $0.table.entries.map(\.name) })
            return names.filter { name in Set(group.map { $0.table[name] }).count > 1 }
        }
    }

    private static func label(_ name: String, _ table: SettingsTable, _ names: some Sequence<String>) -> String {
        let parts = names.sorted().compactMap { name in
            table[name].map { "\(name)=\($0.text ?? $0.toml)" }
        }
        return parts.isEmpty ? name : "\(name) (\(parts.joined(separator: ", ")))"
    }

    private static func repeatedSeeds(_ algorithms: [Algorithm], _ tasks: [String]) -> [String] {
        algorithms.flatMap { algorithm in
            zip(tasks, algorithm.runs).compactMap { task, runs in
                let seeds = runs.map(\.seed)
                guard let twice = seeds.first(where: { seed in seeds.count { $0 == seed } > 1 }) else { return nil }
                return
                    "\(algorithm.name) on \(task) has the seed \(twice) more than once: such runs are not independent"
            }
        }
    }
}

extension Sequence where Element: Hashable {
    /// Each element once, in the order of first occurrence.
    fileprivate func uniqued() -> [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
