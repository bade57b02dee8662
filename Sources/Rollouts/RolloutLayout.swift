import Experience
import Experience
import Storage

/// What a recording holds: the environment, and the types and shapes of observations, actions and policy.
///
/// ## The file
/// A rollout is an NPZ file that `numpy.load` reads without pickle. With E episodes, the e-th of Tₑ steps, and ΣT steps
/// in all, its arrays are:
///
/// | name | type and shape | |
/// |---|---|---|
/// | `observations` | element type, (ΣT + E, …shape) | Tₑ + 1 per episode: one before each step, and the final one |
/// | `actions` | int64 (ΣT), or int64, uint8, float32 (ΣT, n) | one choice, or several, bits, numbers of a box |
/// | `rewards` | float64 (ΣT) | |
/// | `terminated`, `truncated` | bool (ΣT) | both false at the end of an episode that was interrupted |
/// | `policy` | float32 (ΣT, n), optional | the policy's numbers for the actions; `metadata` says which |
/// | `episode_starts` | int64 (E) | an episode's first step; adding its number gives its first observation |
/// | `episode_lengths` | int64 (E) | Tₑ, at least 1 |
/// | `seeds`, `seeded` | uint64 (E), bool (E) | the seed of the reset, if it had one; else the stream continued |
/// | `environment` | text | the environment's name |
/// | `metadata` | text | a JSON object with `format`, `version`, `policy` and whatever the recorder was given |
///
/// Episodes are in the order in which they started. Where the environment's original counts discrete numbers from
/// another one than 0, the file holds the original's, and `metadata` says in `actionStarts` and `observationStarts`
/// what to subtract.
public struct RolloutLayout: Hashable, Sendable {
    /// What is recorded of the policy at each step.
    public struct Policy: Hashable, Sendable {
        /// What the numbers are: `probabilities`, `values`, `log-probability`.
        public var name: String
        /// The number of numbers per step.
        public var count: Int

        public init(name: String, count: Int) {
            self.name = name
            self.count = count
        }
    }

    static let formatName = "reverie.rollout"
    static let version = 1

    public var environment: String
    /// The observations: elements of float32, uint8 or int32.
    public var observations: Column
    /// The actions: one int64, or a row of int64, uint8 or float32.
    public var actions: Column
    /// What is recorded of the policy, if anything.
    public var policy: Policy?
    /// What else the recording says about itself, in this order.
    public var metadata: [JSON.Member]

    /// Makes a layout.
    ///
    /// - Precondition: observations and actions have types that can be recorded, and `metadata` uses none of the names
    ///   `format`, `version` and `policy`.
    public init(
        environment: String, observations: Column, actions: Column, policy: Policy? = nil, metadata: [JSON.Member] = []
    ) {
        precondition(
            Self.observationTypes.contains(observations.type),
            "observations of \(observations.type) can't be recorded, only float32, uint8 and int32")
        precondition(
            Self.areRecorded(actions), "actions of \(actions.type) and shape \(actions.shape) can't be recorded")
        precondition(
            Self.areFree(metadata),
            "metadata must not use the names format, version and policy: \(metadata.map(\.name))")
        (self.environment, self.observations, self.actions) = (environment, observations, actions)
        (self.policy, self.metadata) = (policy, metadata)
    }

    /// Whether actions can be recorded: one choice, or a row of choices, bits or floats.
    static func areRecorded(_ actions: Column) -> Bool {
        switch (actions.type, actions.shape.count) {
        case (.int64, 0): true
        case (.int64, 1), (.uint8, 1), (.float32, 1): actions.width > 0
        default: false
        }
    }

    static let observationTypes: [ElementType] = [.float32, .uint8, .int32]
    /// Members of the metadata that the recorder can't choose.
    static let reservedNames = ["format", "version", "policy"]

    /// Whether none of the names is reserved.
    static func areFree(_ metadata: [JSON.Member]) -> Bool {
        !metadata.contains { reservedNames.contains($0.name) }
    }

    var metadataJSON: JSON {
        let own: [JSON.Member] = [
            .init("format", .string(Self.formatName)), .init("version", .integer(Self.version)),
            .init("policy", policy.map { .string($0.name) } ?? .null),
        ]
        return .object(own + metadata)
    }

    /// The arrays with one row per step; observations also have one for the end of each episode.
    var columns: [Column] {
        [observations, actions, .rewards, .terminated, .truncated]
            + (policy.map { [Column(.policy, .float32, shape: [$0.count])] } ?? [])
    }
}

extension Column.Name {
    /// The policy's numbers for the actions.
    static let policy: Column.Name = "policy"
}

extension Column {
    /// The number of rows for `steps` steps of an episode, whose first observation may be among them.
    func rowCount(steps: Int, startsEpisode: Bool) -> Int {
        name == .observations && startsEpisode ? steps + 1 : steps
    }
}

extension NPYType {
    init(_ type: ElementType) {
        self =
            switch type {
            case .float32: .float32
            case .uint8: .uint8
            case .int32: .int32
            case .int64: .int64
            case .float64: .float64
            case .boolean: .boolean
            }
    }

    /// The type of elements in memory; nil for types that no column has.
    var elementType: ElementType? { ElementType.allCases.first { NPYType($0) == self } }
}
