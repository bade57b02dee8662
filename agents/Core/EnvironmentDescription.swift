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
    /// The number of consecutive frames that an observation consists of: see `Environment.stackedFrames`.
    public var stackedFrames: Int
    /// How many are stepped side by side.
    public var count: Int

    /// Describes a batch of environments.
    public init(_ environment: any BatchedEnvironment) {
        (id, elementType, count) = (environment.id, environment.elementType, environment.count)
        (observationSpace, actionSpace) = (environment.observationSpace, environment.actionSpace)
        stackedFrames = environment.stackedFrames
    }

    /// Describes an environment by its spaces.
    public init(
        id: String, observationSpace: Space, actionSpace: Space, elementType: ElementType, stackedFrames: Int = 1,
        count: Int = 1
    ) {
        (self.id, self.elementType, self.stackedFrames, self.count) = (id, elementType, stackedFrames, count)
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
    /// The replay buffer asked for takes more memory than there is.
    case replayMemory(ReplayMemory, machineBytes: Int)
    /// A setting doesn't go with the others, or with the environment.
    case setting(agent: String, name: String, value: String, allowed: String)
    /// An update's loss is no number, or infinite: what was learned is worthless from there on.
    case diverged(agent: String, update: Int, loss: Double)
    /// After an update learned numbers are none, or infinite.
    case notFinite(name: String, update: Int)
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
        case .setting(let agent, let name, let value, let allowed):
            "The agent '\(agent)' can't have \(name) = \(value): it is \(allowed)."
        case .diverged(let agent, let update, let loss):
            "The loss of '\(agent)' is \(loss) in update \(update). \(Self.remedy)"
        case .notFinite(let name, let update):
            "Of '\(name)' not all are finite numbers after update \(update). \(Self.remedy)"
        case .unknownAgent(let name, let suggestion):
            "There is no agent called '\(name)'." + (suggestion.map { " Did you mean '\($0)'?" } ?? "")
                + " 'reverie list agents' shows them all."
        }
    }

    private static let remedy =
        "A smaller learningRate may help, or gradientClipping; --check-finite names the operation."

    /// Whether it is said that learning has gone wrong.
    public var isDivergence: Bool {
        switch self {
        case .diverged, .notFinite: true
        default: false
        }
    }
}
