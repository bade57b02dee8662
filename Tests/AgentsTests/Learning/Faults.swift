import Environments
import Experience
import NeuralNetworks

@testable import Agents

/// Mistakes of an implementation, imposed on a correct agent from outside.
enum Fault: String, Sendable, CaseIterable {
    /// Updates go in the wrong direction; agents without a learning rate are told the opposite rewards.
    case reversedSign
    /// Targets never follow what has been learned.
    case staleTarget
    /// A truncated episode counts as terminated.
    case cutsAreEnds
}

/// Settings that cause the fault by their numbers; nil if no settings do.
func faulty(_ settings: any AgentSettings, _ fault: Fault) -> (any AgentSettings)? {
    func reversed<Settings: TabularSettings>(_ settings: Settings) -> any AgentSettings {
        var settings = settings
        settings.table.learningRate.negate()
        settings.table.finalLearningRate.negate()
        return settings
    }
    switch (fault, settings) {
    case (.reversedSign, let settings as any TabularSettings): return reversed(settings)
    case (.reversedSign, var settings as TDLambdaSettings):
        settings.learningRate.negate()
        settings.finalLearningRate.negate()
        return settings
    case (.reversedSign, var settings as DQNSettings):
        settings.learningRate.negate()
        return settings
    case (.reversedSign, var settings as REINFORCESettings):
        settings.learningRate.negate()
        return settings
    case (.reversedSign, var settings as ActorCriticTracesSettings):
        settings.learningRate.negate()
        return settings
    case (.reversedSign, var settings as A2CSettings):
        settings.learning.learningRate.negate()
        return settings
    case (.reversedSign, var settings as PQNSettings):
        settings.learningRate.negate()
        return settings
    case (.reversedSign, var settings as StreamQSettings):
        settings.stream.learningRate.negate()
        return settings
    case (.reversedSign, var settings as StreamACSettings):
        settings.stream.learningRate.negate()
        return settings
    case (.reversedSign, var settings as PPOSettings):
        settings.learning.learningRate.negate()
        return settings
    case (_, var settings as DDPGSettings): return imposed(fault, on: &settings.learning) ? settings : nil
    case (_, var settings as TD3Settings): return imposed(fault, on: &settings.learning) ? settings : nil
    case (_, var settings as SACSettings): return imposed(fault, on: &settings.learning) ? settings : nil
    case (.staleTarget, var settings as DQNSettings):
        settings.targetEvery = 1 << 40
        return settings
    default: return nil
    }
}

/// Imposes a fault on an off-policy actor-critic: the wrong direction is its actor's.
private func imposed(_ fault: Fault, on settings: inout OffPolicySettings) -> Bool {
    switch fault {
    case .reversedSign: settings.learningRate.negate()
    case .staleTarget: settings.targetRate = 0
    case .cutsAreEnds: return false
    }
    return true
}

/// A model with the opposite rewards: what a planner makes of it is the worst policy.
struct ReversedModel: TabularModel {
    let model: any TabularModel
    var stateCount: Int { model.stateCount }
    var actionCount: Int { model.actionCount }

    func outcomes(state: Int, action: Int) -> [Outcome] {
        model.outcomes(state: state, action: action).map { outcome in
            var outcome = outcome
            outcome.reward.negate()
            return outcome
        }
    }
}

/// An agent that receives false transitions.
final class MisinformedAgent: Learner {
    private let agent: any Learner
    private let fault: Fault
    /// The first observation of each environment: the start that the stale bootstrap never leaves.
    private var starts: [UInt8] = []
    private var opposites: [Double] = []

    init(_ agent: any Learner, _ fault: Fault) { (self.agent, self.fault) = (agent, fault) }

    func learn(from transitions: Transitions) throws {
        switch fault {
        case .reversedSign:
            opposites = transitions.rewards.map { -$0 }
            try opposites.withUnsafeBufferPointer { rewards in
                var told = transitions
                told.rewards = rewards
                try agent.learn(from: told)
            }
        case .cutsAreEnds:
            let ends = zip(transitions.terminated, transitions.truncated).map { $0 || $1 }
            try ends.withUnsafeBufferPointer { ends in
                var told = transitions
                told.terminated = ends
                try agent.learn(from: told)
            }
        case .staleTarget:
            let rows = transitions.observations
            if starts.isEmpty {
                starts = Array(UnsafeRawBufferPointer(start: rows.memory, count: rows.count * rows.rowBytes))
            }
            try starts.withUnsafeBytes { bytes in
                var told = transitions
                told.nextObservations = Rows(
                    bytes.baseAddress!, type: rows.type, count: rows.count, width: rows.width)
                try agent.learn(from: told)
            }
        }
    }

    func act(on percepts: Percepts, mode: ActionMode, into actions: MutableRows) throws {
        try agent.act(on: percepts, mode: mode, into: actions)
    }

    func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        var agent = agent
        try agent.codeState(with: &coder)
    }

    func assess(_ observations: Rows) throws -> ActionAssessment? { try agent.assess(observations) }

    var actionStreams: ActionStreams {
        get { agent.actionStreams }
        set { agent.actionStreams = newValue }
    }
    var metrics: [(name: String, value: Double)] { agent.metrics }
    var updates: Int { agent.updates }
    var isFinished: Bool { agent.isFinished }
    var variables: Parameters { agent.variables }
}
