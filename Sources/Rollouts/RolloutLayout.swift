import Storage

/// What a recording holds: of which environment, and of what type and shape observations, actions and policy are.
///
/// ## The file
/// A rollout is an NPZ file that `numpy.load` reads without pickle. With E episodes, the e-th of Tₑ steps, and ΣT steps
/// in all, its arrays are:
///
/// | name | type and shape | |
/// |---|---|---|
/// | `observations` | element type, (ΣT + E, …shape) | Tₑ + 1 of each episode: before every step, and the final one |
/// | `actions` | int64 (ΣT) or float32 (ΣT, n) | discrete or continuous |
/// | `rewards` | float64 (ΣT) | |
/// | `terminated`, `truncated` | bool (ΣT) | both false at the end of an episode that was interrupted |
/// | `policy` | float32 (ΣT, n), optional | what the policy said of the actions; `metadata` names it |
/// | `episode_starts` | int64 (E) | an episode's first step; its first observation is that plus its number |
/// | `episode_lengths` | int64 (E) | Tₑ, at least 1 |
/// | `seeds`, `seeded` | uint64 (E), bool (E) | the seed of the reset, where one was given; else the stream ran on |
/// | `environment` | text | the environment's name |
/// | `metadata` | text | a JSON object with `format`, `version`, `policy` and whatever the recorder was given |
///
/// Episodes are in the order in which they were started.
public struct RolloutLayout: Hashable, Sendable {
    /// What an action is.
    public enum Actions: Hashable, Sendable {
        /// One integer.
        case discrete
        /// So many numbers, at least one.
        case continuous(count: Int)
    }

    /// What is kept of the policy at each step.
    public struct Policy: Hashable, Sendable {
        /// What the numbers are: `probabilities`, `values`, `log-probability`.
        public var name: String
        /// How many there are for a step.
        public var count: Int

        /// Makes a description.
        public init(name: String, count: Int) {
            self.name = name
            self.count = count
        }
    }

    static let formatName = "reverie.rollout"
    static let version = 1

    /// The environment's name.
    public var environment: String
    /// The type of an observation's elements: float32, uint8 or int32.
    public var observationType: NPYType
    /// The shape of one observation.
    public var observationShape: [Int]
    /// What an action is.
    public var actions: Actions
    /// What is kept of the policy, if anything.
    public var policy: Policy?
    /// What else the recording should say about itself, in this order.
    public var metadata: [JSON.Member]

    /// Makes a layout.
    ///
    /// - Precondition: The observation type is float32, uint8 or int32, and `metadata` uses none of the names
    ///   `format`, `version`, `policy`.
    public init(
        environment: String, observationType: NPYType, observationShape: [Int], actions: Actions,
        policy: Policy? = nil, metadata: [JSON.Member] = []
    ) {
        precondition(
            Self.observationTypes.contains(observationType),
            "observations of \(observationType.name); only <f4, |u1 and <i4 are recorded")
        precondition(
            Self.areFree(metadata),
            "metadata must not use the names format, version, policy: \(metadata.map(\.name))")
        self.environment = environment
        self.observationType = observationType
        self.observationShape = observationShape
        self.actions = actions
        self.policy = policy
        self.metadata = metadata
    }

    static let observationTypes: [NPYType] = [.float32, .uint8, .int32]
    /// The members of the metadata that are not the recorder's to choose.
    static let reservedNames = ["format", "version", "policy"]

    /// Whether none of the names is reserved.
    static func areFree(_ metadata: [JSON.Member]) -> Bool {
        !metadata.contains { reservedNames.contains($0.name) }
    }

    /// The number of elements of one observation.
    public var observationCount: Int { observationShape.reduce(1, *) }

    /// The text of the array `metadata`.
    var metadataJSON: JSON {
        let own: [JSON.Member] = [
            .init("format", .string(Self.formatName)), .init("version", .integer(Self.version)),
            .init("policy", policy.map { .string($0.name) } ?? .null),
        ]
        return .object(own + metadata)
    }

    /// The arrays with one row for each step, or for each observation.
    var columns: [Column] {
        var columns = [Column(.observations, observationType, observationShape)]
        switch actions {
        case .discrete: columns.append(Column(.actions, .int64, []))
        case .continuous(let count): columns.append(Column(.actions, .float32, [count]))
        }
        columns.append(Column(.rewards, .float64, []))
        columns.append(Column(.terminated, .boolean, []))
        columns.append(Column(.truncated, .boolean, []))
        if let policy { columns.append(Column(.policy, .float32, [policy.count])) }
        return columns
    }

    /// One of the arrays with a row for each step or observation.
    struct Column: Hashable {
        /// The names of the arrays; the order is that of ``RolloutLayout/columns``.
        enum Name: String { case observations, actions, rewards, terminated, truncated, policy }

        let name: Name
        let type: NPYType
        /// The shape of a row.
        let shape: [Int]
        /// Bytes of a row.
        let rowSize: Int

        init(_ name: Name, _ type: NPYType, _ shape: [Int]) {
            self.name = name
            self.type = type
            self.shape = shape
            rowSize = shape.reduce(type.size, *)
        }

        /// The number of rows for so many steps of an episode, whose first observation may be among them.
        func rowCount(steps: Int, startsEpisode: Bool) -> Int {
            name == .observations && startsEpisode ? steps + 1 : steps
        }
    }
}
