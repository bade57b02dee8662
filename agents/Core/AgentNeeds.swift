import Environments

/// What an agent needs of an environment, whatever its settings.
public enum AgentNeeds: Sendable {
    /// Actions that can be sampled: discrete ones, or numbers within bounds.
    case drawableActions
    /// Discrete actions, and observations that a network can take.
    case discreteActions
    /// Actions that a network's outputs can be taken for, and observations that a network can take.
    case networkActions
    /// Discrete actions, and observations that can index the rows of a table.
    case table
    /// As for a table, and transition probabilities.
    case model

    /// Whether an environment meets the need.
    public func areMet(by environment: EnvironmentDescription) -> Bool {
        switch self {
        case .drawableActions: RandomAgent.canAct(in: environment.actionSpace)
        case .discreteActions:
            environment.actionSpace.discreteCount != nil && ObservationEncoding(environment.observationSpace) != nil
        case .networkActions:
            DeterministicActions(environment.actionSpace, squashed: false) != nil
                && ObservationEncoding(environment.observationSpace) != nil
        case .table: (try? TableShape(environment, agent: "")) != nil
        case .model: environment.model != nil && AgentNeeds.table.areMet(by: environment)
        }
    }
}
