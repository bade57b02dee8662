import Environments

/// What an agent needs of an environment, whatever its settings.
public enum AgentNeeds: Sendable {
    /// Actions that can be sampled: discrete ones, or numbers within bounds.
    case drawableActions
    /// Discrete actions, and observations that a network can take.
    case discreteActions
    /// Actions that a policy has a distribution of, and observations that a network can take.
    case policyActions
    /// Actions of numbers within finite bounds, and observations that a network can take.
    case boundedActions
    /// As those, or discrete actions.
    case boundedOrDiscreteActions
    /// Discrete actions, and observations that can index the rows of a table.
    case table
    /// As for a table, and transition probabilities.
    case model

    /// The actions that an agent takes: choices, numbers, or both.
    public var actions: [String] {
        switch self {
        case .discreteActions, .table, .model: ["choices"]
        case .boundedActions: ["numbers"]
        case .drawableActions, .policyActions, .boundedOrDiscreteActions: ["choices", "numbers"]
        }
    }

    /// Whether an environment meets the need.
    public func areMet(by environment: EnvironmentDescription) -> Bool {
        switch self {
        case .drawableActions: environment.actionSpace.isDrawable
        case .discreteActions:
            environment.actionSpace.discreteCount != nil && ObservationEncoding(environment.observationSpace) != nil
        case .policyActions:
            PolicyDistribution(environment.actionSpace) != nil
                && ObservationEncoding(environment.observationSpace) != nil
        case .boundedActions:
            environment.actionSpace.isBounded && ObservationEncoding(environment.observationSpace) != nil
        case .boundedOrDiscreteActions:
            AgentNeeds.boundedActions.areMet(by: environment) || AgentNeeds.discreteActions.areMet(by: environment)
        case .table: (try? TableShape(environment, agent: "")) != nil
        case .model: environment.model != nil && AgentNeeds.table.areMet(by: environment)
        }
    }
}
