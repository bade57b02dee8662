import Environments

/// What an agent must know of an environment to be made for it.
public struct EnvironmentDescription: Hashable, Sendable {
    /// The environment's name.
    public var id: String
    /// The set of observations.
    public var observationSpace: Space
    /// The set of actions.
    public var actionSpace: Space
    /// The type of an observation's elements.
    public var elementType: ElementType

    /// Describes a batch of environments.
    public init(_ environment: any BatchedEnvironment) {
        (id, elementType) = (environment.id, environment.elementType)
        (observationSpace, actionSpace) = (environment.observationSpace, environment.actionSpace)
    }

    /// Describes an environment by its spaces.
    public init(id: String, observationSpace: Space, actionSpace: Space, elementType: ElementType) {
        (self.id, self.elementType) = (id, elementType)
        (self.observationSpace, self.actionSpace) = (observationSpace, actionSpace)
    }

    /// The number of discrete actions.
    ///
    /// - Throws: ``AgentError`` for other action spaces.
    func actionCount(for agent: String) throws -> Int {
        guard case .discrete(let count) = actionSpace else {
            throw AgentError.actionSpace(
                agent: agent, environment: id, space: "\(actionSpace)", needed: "a discrete one")
        }
        return count
    }

    /// The network's view of observations, and the number of discrete actions.
    func encodingAndActions(for agent: String) throws -> (ObservationEncoding, Int) {
        guard let encoding = ObservationEncoding(observationSpace) else {
            throw AgentError.observationSpace(
                agent: agent, environment: id, space: "\(observationSpace)", needed: "a discrete one or a box")
        }
        return (encoding, try actionCount(for: agent))
    }

    /// The numbers of discrete states and actions.
    func stateAndActionCounts(for agent: String) throws -> (Int, Int) {
        guard case .discrete(let count) = observationSpace else {
            throw AgentError.observationSpace(
                agent: agent, environment: id, space: "\(observationSpace)", needed: "a discrete one")
        }
        return (count, try actionCount(for: agent))
    }
}

/// Why an agent can't be made.
public enum AgentError: Error, Hashable, CustomStringConvertible {
    /// The agent can't act in the environment's action space.
    case actionSpace(agent: String, environment: String, space: String, needed: String)
    /// The agent can't see the environment's observations.
    case observationSpace(agent: String, environment: String, space: String, needed: String)
    /// The network asked for takes other observations than the environment's.
    case network(NetworkName, environment: String, space: String, suitable: [NetworkName])
    /// No agent has that name.
    case unknownAgent(String, suggestion: String?)

    /// A sentence with the next thing to try.
    public var description: String {
        switch self {
        case .actionSpace(let agent, let environment, let space, let needed):
            "The agent '\(agent)' needs an action space that is \(needed); \(environment) has \(space). "
                + "'reverie list environments' shows the spaces."
        case .observationSpace(let agent, let environment, let space, let needed):
            "The agent '\(agent)' needs an observation space that is \(needed); \(environment) has \(space). "
                + "'reverie list environments' shows the spaces."
        case .network(let name, let environment, let space, let suitable):
            "The network '\(name)' is for images, (height, width, channels), of a size that its convolutions fit in; "
                + "\(environment) has \(space). What suits it is 'network = "
                + suitable.map { "\"\($0)\"" }.joined(separator: "' or 'network = ") + "'."
        case .unknownAgent(let name, let suggestion):
            "There is no agent called '\(name)'." + (suggestion.map { " Did you mean '\($0)'?" } ?? "")
                + " 'reverie list agents' shows them all."
        }
    }
}
