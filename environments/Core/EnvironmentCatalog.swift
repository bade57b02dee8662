import Storage
import Synchronization

/// An environment that can be made by name.
public struct EnvironmentEntry: Sendable {
    /// What it is called, such as `CartPole-v1`.
    public let id: String
    /// What it is, in one line.
    public let summary: String
    /// The step in which an episode is cut; nil where none is.
    public let stepLimit: Int?
    /// The mean return from which the task counts as solved; nil where there is no such number.
    public let rewardThreshold: Double?
    /// What it rewards, and what ends an episode, in a sentence or two for documentation; empty where nothing is said.
    public let rewards: String
    /// What it can be made with, besides ``EnvironmentCatalog/commonOptions``.
    public let options: [EnvironmentOption]
    /// Whether it also takes options that only itself knows.
    public let takesOtherOptions: Bool
    let build: @Sendable (EnvironmentRequest) throws -> any BatchedEnvironment

    /// Describes an environment; `build` makes it, usually by ``EnvironmentRequest/batch(_:)``.
    public init(
        _ id: String, _ summary: String, stepLimit: Int? = nil, rewardThreshold: Double? = nil,
        rewards: String = "", options: [EnvironmentOption] = [], takesOtherOptions: Bool = false,
        build: @escaping @Sendable (EnvironmentRequest) throws -> any BatchedEnvironment
    ) {
        self.id = id
        self.summary = summary
        self.stepLimit = stepLimit
        self.rewardThreshold = rewardThreshold
        self.rewards = rewards
        self.options = options
        self.takesOtherOptions = takesOtherOptions
        self.build = build
    }
}

/// What ``EnvironmentEntry`` builds a batch from.
public struct EnvironmentRequest: Sendable {
    public let id: String
    /// The number of environments.
    public let count: Int
    /// What happens when an episode has ended.
    public let autoreset: AutoresetMode
    /// The options that the user has given.
    public let options: EnvironmentOptions
    /// The step after which an episode is truncated; nil for no limit.
    public var stepLimit: Int?

    /// The wrappers around each environment and its time limit, the innermost first.
    var wrappers: [NamedWrapper] = []

    /// A batch of time-limited environments, each made by `make`, in the wrappers that the user has named.
    ///
    /// Without wrappers the batch is specialised for the type `World`. A stack known only at run time makes its own
    /// type, which is also erased only once per batch.
    ///
    /// - Throws: what `make` throws, and ``EnvironmentError`` for a wrapper that doesn't fit, or more environments than
    ///   memory has room for.
    @inlinable public func batch<World: Environment>(_ make: () throws -> World) throws -> any BatchedEnvironment {
        guard isWrapped else {
            let samples = try (0..<sampleCount).map { _ in TimeLimit(try make(), steps: stepLimit) }
            try requireMemory(samples)
            var made = samples.makeIterator()
            let batch = try VectorEnvironment(id, count: count, autoreset: autoreset) {
                try made.next() ?? TimeLimit(try make(), steps: stepLimit)
            }
            batch.buffers.stepLimit = stepLimit
            return batch
        }
        return try wrappedBatch { TimeLimit(try make(), steps: stepLimit) }
    }

    /// The number of environments that are made before the memory of all is reckoned.
    @usableFromInline var sampleCount: Int { min(count, 2) }

    @usableFromInline var isWrapped: Bool { !wrappers.isEmpty }

    @usableFromInline func wrappedBatch(_ make: () throws -> any Environment) throws -> any BatchedEnvironment {
        func wrapped() throws -> any Environment { try wrappers.reduce(make()) { try $1.wrap($0, self) } }
        let samples = try (0..<sampleCount).map { _ in try wrapped() }
        try requireMemory(samples)
        let worlds = samples + (try (samples.count..<count).map { _ in try wrapped() })
        return batch(of: worlds, like: worlds[0])
    }

    private func batch<World: Environment>(of worlds: [any Environment], like first: World) -> any BatchedEnvironment {
        var rest = worlds.makeIterator()
        let batch = VectorEnvironment(id, count: count, autoreset: autoreset) { rest.next() as! World }
        batch.buffers.stepLimit = stepLimit
        return batch
    }
}

/// All environments that can be made by name.
public enum EnvironmentCatalog {
    /// The environments, grouped by kind, then one `grid:NAME` for each map among the assets.
    public static var entries: [EnvironmentEntry] {
        builtIn + Assets.names(in: GridMap.assetFolder, ending: ".txt").map { GridWorld.entry(mapNamed: $0) }
    }

    private static let builtIn: [EnvironmentEntry] =
        CartPole.entries + MountainCar.entries + MountainCarContinuous.entries + Pendulum.entries + Acrobot.entries
        + FrozenLake.entries + CliffWalking.entries + Taxi.entries + Blackjack.entries + GridWorld.entries
        + Maze.entries + TMaze.entries + RepeatPrevious.entries + MinAtar.entries + Arcade.entries

    private static let schemes = Mutex<[EnvironmentScheme]>([])

    /// Registers a scheme, in place of an earlier one with the same prefix.
    public static func register(_ scheme: EnvironmentScheme) {
        schemes.withLock { schemes in
            schemes.removeAll { $0.prefix == scheme.prefix }
            schemes.append(scheme)
        }
    }

    /// The step limit, an option of every environment.
    public static let stepLimitOption = EnvironmentOption(
        "max_episode_steps", "steps after which an episode is truncated; -1: no limit")

    /// The options that all environments have.
    public static let commonOptions = [stepLimitOption, WrapperCatalog.option]

    /// Makes a batch of environments.
    ///
    /// - Parameters:
    ///   - id: one of ``entries``, or an id of a registered ``EnvironmentScheme``.
    ///   - count: the number of environments, at least 1.
    ///   - autoreset: what happens when an episode has ended.
    ///   - options: values by option name, such as `["is_slippery": "false"]`.
    ///   - file: the file that the id comes from, such as a run's configuration or a recording; nil if the user or the
    ///     program itself has named it. What a file names may need the user's consent: ``EnvironmentScheme``.
    /// - Throws: ``EnvironmentError`` for an unknown id, option or wrapper (suggesting the nearest), a value out of
    ///   range, a wrapper that doesn't fit, or a map that cannot be read.
    public static func make(
        _ id: String, count: Int = 1, autoreset: AutoresetMode = .sameStep, options: [String: String] = [:],
        from file: String? = nil
    ) throws -> any BatchedEnvironment {
        let entry = try entry(id)
        let id = entry.id
        var options = options
        if let file {
            guard scheme(of: id)?.trustsFiles ?? true else {
                throw EnvironmentError.untrusted(environment: id, file: file)
            }
            options = try storedOptions(options, of: id, in: file)
        }
        let known = (entry.options + commonOptions).map(\.name)
        if !entry.takesOtherOptions, let name = options.keys.sorted().first(where: { !known.contains($0) }) {
            throw EnvironmentError.unknownOption(
                name: name, environment: id, nearest: nearestName(to: name, among: known), known: known)
        }
        let reader = EnvironmentOptions(options)
        var request = EnvironmentRequest(
            id: id, count: count, autoreset: autoreset, options: reader, stepLimit: entry.stepLimit)
        if let steps = try reader.integer(stepLimitOption.name, in: -1...1_000_000_000) {
            guard steps != 0 else {
                throw EnvironmentError.badValue(
                    option: stepLimitOption.name, value: "0", expected: "a positive number, or -1 for no limit")
            }
            request.stepLimit = steps == -1 ? nil : steps
        }
        if let text = options[WrapperCatalog.option.name], !text.isEmpty {
            request.wrappers = try WrapperCatalog.stack(text, around: id)
        }
        let batch = try entry.build(request)
        // The entry's own limit is for its default options; a batch knows that of the options that it was made with.
        let isAsked = options[stepLimitOption.name] != nil
        let limits = isAsked ? [batch.stepLimit, request.stepLimit] : [batch.stepLimit ?? request.stepLimit]
        batch.buffers.stepLimit = limits.compactMap { $0 }.min()
        return batch
    }

    /// The options of an environment with paths from the root, so that the same files are found from any folder.
    ///
    /// - Throws: as ``entry(_:)``.
    public static func located(
        _ options: [String: String], of id: String
    ) throws(EnvironmentError) -> [String: String] {
        var options = options
        for option in try entry(id).options where option.isPath {
            options[option.name] = options[option.name].map(absolutePath)
        }
        return options
    }

    /// The options that may come from a file; the scheme is told of others that are in it.
    ///
    /// - Throws: as ``entry(_:)``.
    public static func storedOptions(
        _ options: [String: String], of id: String, in file: String
    ) throws(EnvironmentError) -> [String: String] {
        let stored = try storedOptions(options, of: id)
        for name in options.keys.sorted() where stored[name] == nil {
            scheme(of: id)?.remark(
                "\(file): the option \(name) of \(id) is not taken from files, and '\(options[name]!)' is ignored")
        }
        return stored
    }

    /// The options that are written to files.
    ///
    /// - Throws: as ``entry(_:)``.
    public static func storedOptions(
        _ options: [String: String], of id: String
    ) throws(EnvironmentError) -> [String: String] {
        let others = try entry(id).options.filter { !$0.isStored }.map(\.name)
        return options.filter { !others.contains($0.key) }
    }

    private static func scheme(of id: String) -> EnvironmentScheme? {
        schemes.withLock { schemes in schemes.first { id.hasPrefix($0.prefix) } }
    }

    /// The ids of the environments that tell their transition probabilities, as planners need them.
    public static var idsWithModel: [String] {
        entries.map(\.id).filter { (try? make($0))?.tabularModel != nil }
    }

    /// The ids of the environments that say which of the numbers they observe are velocities.
    public static var idsWithVelocities: [String] {
        entries.map(\.id).filter { (try? make($0))?.velocities.isEmpty == false }
    }

    /// The entry of an id, whose case doesn't matter.
    ///
    /// - Throws: ``EnvironmentError/unknownEnvironment(id:nearest:)``, and what a registered scheme throws.
    public static func entry(_ id: String) throws(EnvironmentError) -> EnvironmentEntry {
        if let scheme = scheme(of: id) { return try scheme.entry(id) }
        let entries = entries
        let known = matchingName(id, among: entries.lazy.map(\.id))
        if let known, let entry = entries.first(where: { $0.id == known }) { return entry }
        // A missing folder explains itself better than "unknown environment" would.
        if id.hasPrefix(GridWorld.assetPrefix) { _ = try Assets.folder() }
        throw .unknownEnvironment(id: id, nearest: nearestName(to: id, among: entries.map(\.id)))
    }
}
