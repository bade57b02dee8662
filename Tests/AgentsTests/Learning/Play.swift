import Environments
import Experience

@testable import Agents

/// An agent and its environments, connected as in the training loop.
private final class Table {
    let environment: any BatchedEnvironment
    let previous: UnsafeMutableRawBufferPointer
    let transitions: Transitions

    init(_ environment: any BatchedEnvironment) {
        self.environment = environment
        let rows = environment.observations
        previous = .allocate(byteCount: rows.bytes.count, alignment: 64)
        transitions = Transitions(
            observations: Rows(previous.baseAddress!, type: rows.type, count: rows.count, width: rows.width),
            actions: environment.actionRows.rows, rewards: environment.rewards,
            terminated: environment.terminated, truncated: environment.truncated,
            nextObservations: environment.finalObservations, isReset: environment.isResetStep)
    }

    deinit { previous.deallocate() }

    func step(_ agent: any Learner, _ mode: ActionMode) throws {
        previous.copyMemory(from: environment.observations.bytes)
        try agent.act(on: Percepts(transitions.observations), mode: mode, into: environment.actionRows)
        try environment.step()
    }
}

/// Trains an agent for a number of steps, counted over all environments, or until it is finished.
///
/// - Returns: the returns of the episodes, in the order in which they ended.
@discardableResult
func play(
    _ agent: any Learner, in environment: any BatchedEnvironment, steps: Int, seed: UInt64
) throws -> [Double] {
    let table = Table(environment)
    try environment.reset(seed: seed)
    var statistics = EpisodeStatistics(count: environment.count)
    var returns: [Double] = []
    while statistics.stepCount < steps && !agent.isFinished {
        try table.step(agent, .explore)
        statistics.record(environment)
        returns += statistics.completed.map(\.return)
        try agent.learn(from: table.transitions)
    }
    return returns
}

/// The mean return of the first `episodes` greedy episodes, which an environment's own limit ends if nothing else does.
func greedyReturn(
    _ agent: any Learner, in environment: any BatchedEnvironment, episodes: Int, seed: UInt64
) throws -> Double {
    let table = Table(environment)
    try environment.reset(seed: seed)
    var statistics = EpisodeStatistics(count: environment.count)
    var returns: [Double] = []
    while returns.count < episodes {
        try table.step(agent, .greedy)
        statistics.record(environment)
        returns += statistics.completed.map(\.return)
    }
    return returns.reduce(0, +) / Double(returns.count)
}
