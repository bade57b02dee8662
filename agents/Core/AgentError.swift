import Environments
import NeuralNetworks
import Storage

/// Why an agent can't be made.
public enum AgentError: Error, Hashable, CustomStringConvertible {
    /// The agent can't act in the environment's action space.
    case actionSpace(agent: String, environment: String, space: String, needed: String)
    /// The agent can't take the environment's observations.
    case observationSpace(agent: String, environment: String, space: String, needed: String)
    /// The requested network takes other observations than the environment's.
    case network(NetworkName, environment: String, space: String, suitable: [NetworkName])
    /// The requested replay buffer needs more memory than there is.
    case replayMemory(ReplayMemory, budget: MemoryBudget)
    /// A setting conflicts with another one, or with the environment.
    case setting(agent: String, name: String, value: String, allowed: String)
    /// The loss of an update is NaN or infinite: from then on, what has been learned is worthless.
    case diverged(agent: String, update: Int, loss: Double)
    /// The fitness of a candidate is NaN or infinite, so that it can't be compared.
    case fitness(agent: String, generation: Int, value: Double)
    /// After an update, learned parameters are NaN or infinite.
    case notFinite(agent: String, name: String, update: Int)
    /// A number that the agent acts by is NaN or infinite.
    case badParameter(NotFinite)
    /// The agent plans, and the environment tells no transition probabilities.
    case noModel(agent: String, environment: String)
    /// The environment doesn't suit the agent; the names are of agents that it does suit.
    case misfit(reason: String, suitable: [String])
    /// There is no agent of this name; the advice is a sentence about those that there are.
    case unknownAgent(String, advice: String?)

    /// A sentence that says what to try next.
    public var description: String {
        switch self {
        case .actionSpace(let agent, let environment, let space, let needed):
            "The agent '\(agent)' needs an action space that is \(needed); \(environment) has \(space). "
                + "'reverie list environments' shows the spaces."
        case .observationSpace(let agent, let environment, let space, let needed):
            "The agent '\(agent)' needs an observation space that is \(needed); \(environment) has \(space). "
                + "'reverie list environments' shows the spaces."
        case .network(let name, let environment, let space, let suitable):
            "The network '\(name)' takes images, (height, width, channels), at least as large as its convolutions; "
                + "\(environment) has \(space). Use 'network = "
                + suitable.map { "\"\($0)\"" }.joined(separator: "' or 'network = ") + "'."
        case .replayMemory(let memory, let budget):
            MemoryError(
                what: "a replay buffer of \(memory.capacity) transitions", bytes: memory.bytes, budget: budget,
                advice: "'--set replayCapacity=\(memory.largestCapacity(budget))' fits"
            ).description
        case .setting(let agent, let name, let value, let allowed):
            "The agent '\(agent)' can't have \(name) = \(value): it must be \(allowed)."
        case .diverged(let agent, let update, let loss):
            "The loss of '\(agent)' is \(loss) in update \(update). \(Self.remedy(for: agent))"
        case .fitness(let agent, let generation, let value):
            "A candidate's mean return is \(value) in generation \(generation) of '\(agent)', and can't be compared. "
                + "Rewards of a smaller size (--wrap clip-reward) may help."
        case .notFinite(let agent, let name, let update):
            "'\(name)' has numbers that are not finite after update \(update). \(Self.remedy(for: agent))"
        case .badParameter(let fault):
            "The agent can't act: \(fault), where a finite number is needed. Use an earlier checkpoint, or other "
                + "weights."
        case .noModel(let agent, let environment):
            "The agent '\(agent)' plans with transition probabilities, and \(environment) has none. Environments with "
                + "numbered states have them, without wrappers: "
                + EnvironmentCatalog.idsWithModel.joined(separator: ", ") + "."
        case .misfit(let reason, let suitable):
            reason + (suitable.isEmpty ? "" : " Agents that can act there: \(suitable.joined(separator: ", ")).")
        case .unknownAgent(let name, let advice):
            "There is no agent called '\(name)'." + (advice.map { " \($0)" } ?? "")
                + " 'reverie list agents' shows them all."
        }
    }

    /// Which of an agent's own settings may help.
    private static func remedy(for agent: String) -> String {
        let known = (try? AgentCatalog.entry(agent))?.makeSettings().settings.map(\.name) ?? []
        let helpful = [("learningRate", "a smaller learningRate"), ("gradientClipping", "gradientClipping")]
        let words =
            helpful.filter { known.contains($0.0) }.map(\.1) + ["rewards of a smaller size (--wrap clip-reward)"]
        let sentence = words.joined(separator: " or ") + " may help."
        let hasNetwork = known.contains("activation") || known.contains("network")
        return sentence.prefix(1).uppercased() + sentence.dropFirst()
            + (hasNetwork ? " --check-finite names the operation." : "")
    }

    /// Whether the environment doesn't suit the agent, whatever its settings.
    var isMisfit: Bool {
        switch self {
        case .actionSpace, .observationSpace, .noModel: true
        default: false
        }
    }

    /// Whether learning has diverged.
    public var isDivergence: Bool {
        switch self {
        case .diverged, .fitness, .notFinite: true
        default: false
        }
    }
}
