import Storage

/// All agents by name.
public enum AgentCatalog {
    /// An agent of the catalogue.
    public struct Entry: Sendable {
        /// The name, such as `dqn`.
        public let name: String
        /// A one-line description.
        public let summary: String
        /// Where it stands in the field's taxonomy.
        public let kind: AgentKind
        /// Makes the default settings.
        public let makeSettings: @Sendable () -> any AgentSettings

        fileprivate init(
            _ name: String, _ kind: AgentKind, _ summary: String,
            makeSettings: @escaping @Sendable () -> any AgentSettings
        ) {
            (self.name, self.kind, self.summary, self.makeSettings) = (name, kind, summary, makeSettings)
        }
    }

    /// Every agent, in the order in which lists show them.
    public static let entries: [Entry] = [
        Entry("random", .nothing, "every action with equal probability") { RandomSettings() },
        Entry("policy-evaluation", .planner, "values of the uniform policy, from a model (Sutton, Barto 4.1)") {
            PolicyEvaluationSettings()
        },
        Entry("policy-iteration", .planner, "alternates evaluation and improvement, from a model (Howard 1960)") {
            PolicyIterationSettings()
        },
        Entry("value-iteration", .planner, "optimal values, from a model (Bellman 1957)") { ValueIterationSettings() },
        Entry("monte-carlo", .onPolicyValues, "first-visit Monte Carlo control (Sutton and Barto 5.4)") {
            MonteCarloSettings()
        },
        Entry("td-lambda", .onPolicyValues, "values of the uniform policy, from experience (Sutton 1988)") {
            TDLambdaSettings()
        },
        Entry("sarsa", .onPolicyValues, "on-policy temporal differences (Rummery and Niranjan 1994)") {
            SARSASettings()
        },
        Entry("expected-sarsa", .onPolicyValues, "SARSA with expected bootstraps (van Seijen et al. 2009)") {
            ExpectedSARSASettings()
        },
        Entry("n-step-sarsa", .onPolicyValues, "returns of n steps (Sutton and Barto 7.2)") { NStepSARSASettings() },
        Entry("sarsa-lambda", .onPolicyValues, "SARSA with eligibility traces (Rummery and Niranjan 1994)") {
            SARSALambdaSettings()
        },
        Entry("q-learning", .offPolicyValues, "tabular Q-learning (Watkins 1989)") { QLearningSettings() },
        Entry("double-q-learning", .offPolicyValues, "Q-learning with two tables (van Hasselt 2010)") {
            DoubleQLearningSettings()
        },
        Entry("q-lambda", .offPolicyValues, "Q-learning with eligibility traces (Watkins 1989)") { QLambdaSettings() },
        Entry("dyna-q", .learnedModel, "Q-learning that also learns from a learned model (Sutton 1990)") {
            DynaQSettings()
        },
        Entry("dqn", .offPolicyValues, "deep Q-network with experience replay (Mnih et al. 2015)") { DQNSettings() },
        Entry("rainbow", .offPolicyValues, "deep Q-network with six improvements (Hessel et al. 2018)") {
            DQNSettings.rainbow
        },
        Entry("pqn", .offPolicyValues, "Q-learning without replay or targets (Gallici et al. 2024)") { PQNSettings() },
        Entry("stream-q", .offPolicyValues, "Q(λ) that learns from each step once (Elsayed et al. 2024)") {
            StreamQSettings()
        },
        Entry("reinforce", .policy, "policy gradient from whole episodes (Williams 1992)") { REINFORCESettings() },
        Entry("actor-critic", .actorCritic, "actor-critic with eligibility traces (Degris et al. 2012)") {
            ActorCriticTracesSettings()
        },
        Entry("a2c", .actorCritic, "advantage actor-critic, one step per window (Mnih et al. 2016)") { A2CSettings() },
        Entry("ppo", .actorCritic, "proximal policy optimisation (Schulman et al. 2017)") { PPOSettings() },
        Entry("stream-ac", .actorCritic, "actor-critic that learns from each step once (Elsayed et al. 2024)") {
            StreamACSettings()
        },
        Entry("ddpg", .offPolicyActorCritic, "deep deterministic policy gradient (Lillicrap et al. 2016)") {
            DDPGSettings()
        },
        Entry("td3", .offPolicyActorCritic, "twin delayed DDPG (Fujimoto et al. 2018)") { TD3Settings() },
        Entry("sac", .offPolicyActorCritic, "soft actor-critic (Haarnoja et al. 2018)") { SACSettings() },
        Entry("cem", .policy, "cross-entropy method on a policy's parameters (Mannor et al. 2003)") {
            CrossEntropyAgentSettings()
        },
        Entry("cma-es", .policy, "covariance matrix adaptation on a policy's parameters (Hansen 2016)") {
            CMAESAgentSettings()
        },
    ]

    /// The agent of this name, whose case doesn't matter.
    ///
    /// - Throws: ``AgentError/unknownAgent(_:advice:)``.
    public static func entry(_ name: String) throws -> Entry {
        let known = entries.map(\.name)
        if let name = matchingName(name, among: known) { return entries.first { $0.name == name }! }
        if let (kind, names) = relatives(of: name) {
            throw AgentError.unknownAgent(name, advice: "Of its kind (\(kind)) there is \(names).")
        }
        let nearest = nearestName(to: name, among: known)
        throw AgentError.unknownAgent(name, advice: nearest.map { "Did you mean '\($0)'?" })
    }

    /// What there is of the kind of a well-known agent that there isn't.
    private static func relatives(of name: String) -> (kind: String, names: String)? {
        switch name.lowercased().filter({ $0.isLetter || $0.isNumber }) {
        case "a3c", "trpo", "vpg", "pg", "acer", "acktr", "impala", "policygradient":
            ("policy gradients", "'reinforce', 'a2c' and 'ppo'")
        case "ac", "aclambda", "qac", "tdac": ("actor-critics", "'actor-critic', with traces, 'a2c' and 'ppo'")
        case "recurrentppo", "ppolstm", "maskableppo", "ppomask": ("policy gradients", "'ppo' with settings for both")
        case "tqc", "crossq", "redq", "droq", "d4pg", "naf", "sacd", "discretesac":
            ("actors of continuous actions", "'sac', 'td3' and 'ddpg'")
        case "es", "evolution", "evolutionstrategy", "evolutionstrategies", "openaies", "openes", "nes", "xnes", "snes",
            "ga", "geneticalgorithm", "neat", "pso", "ars", "neuroevolution", "sepcmaes":
            ("evolution", "'cem' and 'cma-es'")
        case "cma", "cmaevolutionstrategy": ("evolution", "'cma-es'")
        case "crossentropy", "crossentropymethod", "ce": ("evolution", "'cem'")
        case "ddqn", "doubledqn", "duelingdqn", "noisydqn", "c51", "qrdqn", "iqn", "r2d2", "apex", "drqn", "nfq":
            ("deep Q-learning", "'dqn' with settings for most variants, and 'rainbow'")
        case "td0", "td", "tdn": ("temporal differences", "'td-lambda', 'sarsa' and 'q-learning'")
        case "mcts", "muzero", "alphazero", "dreamer", "dreamerv3", "mbpo", "pets", "worldmodels":
            ("planning and learned models", "'value-iteration', 'policy-iteration' and 'dyna-q'")
        default: nil
        }
    }

    /// The name of an agent of the catalogue, by its type: that of its settings is called like it.
    package static func name<Learning: Learner>(of type: Learning.Type) -> String {
        entries.first { "\(Swift.type(of: $0.makeSettings()))" == "\(type)Settings" }?.name ?? "\(type)"
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
