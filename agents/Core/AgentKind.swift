/// Where an agent stands in the field's taxonomy (Sutton and Barto 2018, chapters 1 and 5.5).
public struct AgentKind: Hashable, Sendable {
    /// What an agent acts by or learns with.
    public enum Basis: String, Sendable, CaseIterable {
        /// Values of states or actions.
        case value
        /// Parameters of a policy.
        case policy
        /// Transitions and rewards, given or learned.
        case model
    }

    /// Whose experience an agent learns from.
    public enum Experience: String, Sendable, CaseIterable {
        /// That of the policy that it improves.
        case onPolicy = "on-policy"
        /// That of any policy, such as an earlier one.
        case offPolicy = "off-policy"
        /// Nobody's.
        case none
    }

    public var bases: [Basis]
    public var experience: Experience

    init(_ bases: [Basis], _ experience: Experience) { (self.bases, self.experience) = (bases, experience) }

    static let nothing = AgentKind([], .none)
    static let planner = AgentKind([.value, .model], .none)
    static let onPolicyValues = AgentKind([.value], .onPolicy)
    static let offPolicyValues = AgentKind([.value], .offPolicy)
    static let learnedModel = AgentKind([.value, .model], .offPolicy)
    static let policy = AgentKind([.policy], .onPolicy)
    static let actorCritic = AgentKind([.value, .policy], .onPolicy)
    static let offPolicyActorCritic = AgentKind([.value, .policy], .offPolicy)
}
