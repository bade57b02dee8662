/// One of the things that experience consists of, as a row a step: what it is called, and what a row is.
///
/// Replay buffers, trajectories, rollout files and datasets of trajectories all consist of these columns.
public struct Column: Hashable, Sendable {
    /// What a column is called; also the name of its array in a file.
    public struct Name: RawRepresentable, Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
        /// The name as text.
        public let rawValue: String

        /// A column by its name.
        public init(rawValue: String) { self.rawValue = rawValue }
        /// A column by its name.
        public init(stringLiteral name: String) { rawValue = name }

        /// The name as text.
        public var description: String { rawValue }

        /// What was seen before the step.
        public static let observations: Name = "observations"
        /// Where the step led, in an episode's last step too.
        public static let nextObservations: Name = "nextObservations"
        /// What was done.
        public static let actions: Name = "actions"
        /// What it brought.
        public static let rewards: Name = "rewards"
        /// Whether a terminal state was reached: the value of what follows is 0.
        public static let terminated: Name = "terminated"
        /// Whether the episode was cut: a learner bootstraps from the next observation.
        public static let truncated: Name = "truncated"
        /// Whether the step was only a reset, which is not to be learned from.
        public static let reset: Name = "reset"
    }

    /// What it is called.
    public let name: Name
    /// What the elements of a row are.
    public let type: ElementType
    /// The shape of a row; empty for a single number.
    public let shape: [Int]

    /// Describes a column.
    public init(_ name: Name, _ type: ElementType, shape: [Int] = []) {
        (self.name, self.type, self.shape) = (name, type, shape)
    }

    /// The number of elements of a row.
    public var width: Int { shape.reduce(1, *) }
    /// Bytes of a row.
    public var rowBytes: Int { width * type.size }

    /// Observations of a space, their elements of `type`.
    public static func observations(_ space: Space, _ type: ElementType) -> Column {
        Column(.observations, type, shape: space.shape)
    }

    /// The observations that steps led to.
    public static func nextObservations(_ space: Space, _ type: ElementType) -> Column {
        Column(.nextObservations, type, shape: space.shape)
    }

    /// Actions of a space, as rows of ``Space/actionType``: a single number for one choice, else all numbers in one axis.
    public static func actions(_ space: Space) -> Column {
        Column(.actions, space.actionType, shape: space.discreteCount == nil ? [space.count] : [])
    }

    /// Rewards.
    public static let rewards = Column(.rewards, .float64)
    /// Whether steps ended their episodes in a terminal state.
    public static let terminated = Column(.terminated, .boolean)
    /// Whether steps were the last before their episodes were cut.
    public static let truncated = Column(.truncated, .boolean)
    /// Whether steps were only resets.
    public static let reset = Column(.reset, .boolean)

    /// What every environment's step consists of: observation, action, reward, terminated, truncated, reset.
    public static func ofSteps(
        observations: Space, elements: ElementType, actions: Space
    ) -> [Column] {
        [.observations(observations, elements), .actions(actions), .rewards, .terminated, .truncated, .reset]
    }
}
