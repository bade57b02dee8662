import Environments

/// What an agent must know of an environment to be made for it.
public struct EnvironmentDescription: Sendable {
    /// The environment's name.
    public var id: String
    /// The set of observations.
    public var observationSpace: Space
    /// The set of actions.
    public var actionSpace: Space
    /// The type of an observation's elements.
    public var elementType: ElementType
    /// The number of consecutive frames that an observation consists of: see `Environment.stackedFrames`.
    public var stackedFrames: Int
    /// How many are stepped side by side.
    public var count: Int
    /// The transition probabilities, for planners; nil where the environment isn't finite or doesn't know them.
    public var model: (any TabularModel)?

    /// Describes a batch of environments.
    public init(_ environment: any BatchedEnvironment) {
        (id, elementType, count) = (environment.id, environment.elementType, environment.count)
        (observationSpace, actionSpace) = (environment.observationSpace, environment.actionSpace)
        (stackedFrames, model) = (environment.stackedFrames, environment.tabularModel)
    }

    /// Describes an environment by its spaces.
    public init(
        id: String, observationSpace: Space, actionSpace: Space, elementType: ElementType, stackedFrames: Int = 1,
        count: Int = 1, model: (any TabularModel)? = nil
    ) {
        (self.id, self.elementType, self.stackedFrames, self.count) = (id, elementType, stackedFrames, count)
        (self.observationSpace, self.actionSpace, self.model) = (observationSpace, actionSpace, model)
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
}

/// Why an agent can't be made.
public enum AgentError: Error, Hashable, CustomStringConvertible {
    /// The agent can't act in the environment's action space.
    case actionSpace(agent: String, environment: String, space: String, needed: String)
    /// The agent can't see the environment's observations.
    case observationSpace(agent: String, environment: String, space: String, needed: String)
    /// The network asked for takes other observations than the environment's.
    case network(NetworkName, environment: String, space: String, suitable: [NetworkName])
    /// The replay buffer asked for takes more memory than there is.
    case replayMemory(ReplayMemory, machineBytes: Int)
    /// The agent plans, and the environment tells no transition probabilities.
    case noModel(agent: String, environment: String)
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
        case .replayMemory(let memory, let machineBytes):
            "A replay buffer of \(memory.capacity) transitions takes \(ReplayMemory.text(memory.bytes)), more than "
                + "\(ReplayMemory.largestShare) % of this machine's \(ReplayMemory.text(machineBytes)). "
                + "'--set replayCapacity=\(memory.largestCapacity(machineBytes))' fits."
        case .noModel(let agent, let environment):
            "The agent '\(agent)' plans with transition probabilities; \(environment) doesn't tell them. Environments whose "
                + "observation is the number of a state do, unwrapped: FrozenLake-v1, CliffWalking-v1, Taxi-v4, Maze-v0, "
                + "GridWorld and the maps 'grid:…'."
        case .unknownAgent(let name, let suggestion):
            "There is no agent called '\(name)'." + (suggestion.map { " Did you mean '\($0)'?" } ?? "")
                + " 'reverie list agents' shows them all."
        }
    }
}
