import Environments
import Experience

/// What an agent must know of an environment to be made for it.
public struct EnvironmentDescription: Sendable {
    public var id: String
    public var observationSpace: Space
    public var actionSpace: Space
    public var elementType: ElementType
    /// The number of consecutive frames in an observation: see `Environment.stackedFrames`.
    public var stackedFrames: Int
    /// The number of environments stepped together.
    public var count: Int
    /// Whether the environment may say which actions are valid.
    public var mayHaveActionMasks: Bool
    /// The transition probabilities, for planners; nil if the environment isn't finite or doesn't know them.
    public var model: (any TabularModel)?

    /// Describes a batch of environments.
    public init(_ environment: any BatchedEnvironment) {
        (id, elementType, count) = (environment.id, environment.elementType, environment.count)
        (observationSpace, actionSpace) = (environment.observationSpace, environment.actionSpace)
        (stackedFrames, model) = (environment.stackedFrames, environment.tabularModel)
        mayHaveActionMasks = environment.mayHaveActionMasks
    }

    /// Describes an environment by its spaces.
    public init(
        id: String, observationSpace: Space, actionSpace: Space, elementType: ElementType, stackedFrames: Int = 1,
        count: Int = 1, mayHaveActionMasks: Bool = true, model: (any TabularModel)? = nil
    ) {
        (self.id, self.elementType, self.stackedFrames, self.count) = (id, elementType, stackedFrames, count)
        (self.observationSpace, self.actionSpace, self.model) = (observationSpace, actionSpace, model)
        self.mayHaveActionMasks = mayHaveActionMasks
    }

    /// The number of discrete actions.
    ///
    /// - Throws: ``AgentError`` if the action space is not discrete.
    func actionCount(for agent: String) throws -> Int {
        guard case .discrete(let count) = actionSpace else {
            throw AgentError.actionSpace(
                agent: agent, environment: id, space: "\(actionSpace)", needed: "discrete")
        }
        return count
    }
}
