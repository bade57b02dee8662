import Storage

/// All agents by name.
public enum AgentCatalog {
    /// An agent of the catalogue.
    public struct Entry: Sendable {
        /// The name, such as `dqn`.
        public let name: String
        /// A one-line description.
        public let summary: String
        /// Makes the default settings.
        public let makeSettings: @Sendable () -> any AgentSettings
    }

    /// Every agent, in the order in which lists show them.
    public static let entries: [Entry] = [
        Entry(name: "random", summary: "every action with equal probability") { RandomSettings() },
        Entry(name: "policy-evaluation", summary: "values of the uniform policy, from a model (Sutton, Barto 4.1)") {
            PolicyEvaluationSettings()
        },
        Entry(name: "policy-iteration", summary: "alternates evaluation and improvement, from a model (Howard 1960)") {
            PolicyIterationSettings()
        },
        Entry(name: "value-iteration", summary: "optimal values, from a model (Bellman 1957)") {
            ValueIterationSettings()
        },
        Entry(name: "monte-carlo", summary: "first-visit Monte Carlo control (Sutton and Barto 5.4)") {
            MonteCarloSettings()
        },
        Entry(name: "td-lambda", summary: "values of the uniform policy, from experience (Sutton 1988)") {
            TDLambdaSettings()
        },
        Entry(name: "sarsa", summary: "on-policy temporal differences (Rummery and Niranjan 1994)") { SARSASettings() },
        Entry(name: "expected-sarsa", summary: "SARSA with expected bootstraps (van Seijen et al. 2009)") {
            ExpectedSARSASettings()
        },
        Entry(name: "n-step-sarsa", summary: "returns of n steps (Sutton and Barto 7.2)") { NStepSARSASettings() },
        Entry(name: "sarsa-lambda", summary: "SARSA with eligibility traces (Rummery and Niranjan 1994)") {
            SARSALambdaSettings()
        },
        Entry(name: "q-learning", summary: "tabular Q-learning (Watkins 1989)") { QLearningSettings() },
        Entry(name: "double-q-learning", summary: "Q-learning with two tables (van Hasselt 2010)") {
            DoubleQLearningSettings()
        },
        Entry(name: "q-lambda", summary: "Q-learning with eligibility traces (Watkins 1989)") { QLambdaSettings() },
        Entry(name: "dyna-q", summary: "Q-learning that also learns from a learned model (Sutton 1990)") {
            DynaQSettings()
        },
        Entry(name: "dqn", summary: "deep Q-network with experience replay (Mnih et al. 2015)") { DQNSettings() },
        Entry(name: "rainbow", summary: "deep Q-network with six improvements (Hessel et al. 2018)") {
            DQNSettings.rainbow
        },
        Entry(name: "reinforce", summary: "policy gradient from whole episodes (Williams 1992)") {
            REINFORCESettings()
        },
    ]

    /// The agent of this name.
    ///
    /// - Throws: ``AgentError/unknownAgent(_:suggestion:)``.
    public static func entry(_ name: String) throws -> Entry {
        if let entry = entries.first(where: { $0.name == name }) { return entry }
        throw AgentError.unknownAgent(name, suggestion: nearestName(to: name, among: entries.map(\.name)))
    }

    /// The names of the agents that can act in an environment.
    public static func names(for environment: EnvironmentDescription) -> [String] {
        entries.filter { type(of: $0.makeSettings()).needs.areMet(by: environment) }.map(\.name)
    }

    /// Makes an agent. If the environment doesn't suit it, the error names the agents that can act there.
    ///
    /// - Throws: ``AgentError``.
    public static func makeAgent(
        _ settings: any AgentSettings, for environment: EnvironmentDescription, seed: UInt64
    ) throws -> any Learner {
        do {
            return try settings.makeAgent(for: environment, seed: seed)
        } catch let error as AgentError where error.isMisfit {
            throw AgentError.misfit(reason: "\(error)", suitable: names(for: environment))
        }
    }
}
