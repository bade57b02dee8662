/// One part of experience, as a row per step: what it is called, and what a row is.
///
/// Replay buffers, trajectories, rollout files and datasets of trajectories all consist of these columns.
public struct Column: Hashable, Sendable {
    /// A column's name; also the name of its array in a file.
    public struct Name: RawRepresentable, Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
        public let rawValue: String

        public init(rawValue: String) { self.rawValue = rawValue }
        public init(stringLiteral name: String) { rawValue = name }

        public var description: String { rawValue }

        /// The observations before the step.
        public static let observations: Name = "observations"
        /// The observations after the step, also after an episode's last step.
        public static let nextObservations: Name = "nextObservations"
        /// The chosen actions.
        public static let actions: Name = "actions"
        /// The rewards of the step.
        public static let rewards: Name = "rewards"
        /// Whether a terminal state was reached: the value of the next state is 0.
        public static let terminated: Name = "terminated"
        /// Whether the episode was truncated: a learner bootstraps from the next observation.
        public static let truncated: Name = "truncated"
        /// Whether the step was only a reset, which nothing is learned from.
        public static let reset: Name = "reset"
    }

    public let name: Name
    /// The type of a row's elements.
    public let type: ElementType
    /// The shape of a row; empty for a single number.
    public let shape: [Int]

    public init(_ name: Name, _ type: ElementType, shape: [Int] = []) {
        (self.name, self.type, self.shape) = (name, type, shape)
    }

    /// The number of elements in a row.
    public var width: Int { shape.reduce(1, *) }
    /// The number of bytes in a row.
    public var rowBytes: Int { width * type.size }

    /// Observations in a space, with elements of `type`.
    public static func observations(_ space: Space, _ type: ElementType) -> Column {
        Column(.observations, type, shape: space.shape)
    }

    /// The observations after the steps.
    public static func nextObservations(_ space: Space, _ type: ElementType) -> Column {
        Column(.nextObservations, type, shape: space.shape)
    }

    /// Actions in a space, as rows of ``Space/actionType``: a single number for one choice, else all numbers in one
    /// axis.
    public static func actions(_ space: Space) -> Column {
        Column(.actions, space.actionType, shape: space.discreteCount == nil ? [space.count] : [])
    }

    public static let rewards = Column(.rewards, .float64)
    public static let terminated = Column(.terminated, .boolean)
    /// Whether the episodes were truncated after the steps.
    public static let truncated = Column(.truncated, .boolean)
    public static let reset = Column(.reset, .boolean)

    /// The columns of every environment's steps: observation, action, reward, terminated, truncated, reset.
    public static func ofSteps(
        observations: Space, elements: ElementType, actions: Space
    ) -> [Column] {
        [.observations(observations, elements), .actions(actions), .rewards, .terminated, .truncated, .reset]
    }
}
