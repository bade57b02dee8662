import Environments
import Graphics
import Rollouts
import Viewer

/// A recorded rollout: the environment replays the recorded actions under the recorded seed, and must see what was
/// recorded.
final class RolloutScene: ViewerScene {
    let title: String
    let framesPerSecond: Double
    private let rollout: Rollout
    private let actions: [Int64]
    private let environment: any BatchedEnvironment
    private let path: String
    private var episode = 0
    private var step = 0

    /// Opens a recording.
    ///
    /// - Throws: ``DataError`` where its episodes can't be replayed.
    init(_ rollout: Rollout, path: String, environment: any BatchedEnvironment) throws {
        guard case .discrete(let actions) = rollout.actions else {
            throw DataError("\(path): only recordings of discrete actions can be replayed")
        }
        guard !rollout.episodes.isEmpty else { throw DataError("\(path): the recording has no episodes") }
        guard rollout.episodes.allSatisfy({ $0.seed != nil }) else {
            throw DataError("\(path): an episode without a seed can't be replayed; record it with 'reverie record'")
        }
        (self.rollout, self.actions, self.environment, self.path) = (rollout, actions, environment, path)
        title = "\(environment.id) recording"
        framesPerSecond = environment.framesPerSecond
        try restart(to: 0)
    }

    var frameSize: FrameSize { environment.frameSize }
    var canStepBack: Bool { true }
    private var current: Rollout.Episode { rollout.episodes[episode] }

    func draw(into frame: inout Frame) { environment.draw(0, into: &frame) }

    func advance() throws -> Bool {
        if step == current.steps.count {
            guard episode + 1 < rollout.episodes.count else { return false }
            episode += 1
            try restart(to: 0)
            return true
        }
        try replay()
        return true
    }

    func stepBack() -> Bool {
        guard step > 0 else { return false }
        return (try? restart(to: step - 1)) != nil
    }

    func newEpisode(sameSeed: Bool) throws {
        if !sameSeed { episode = (episode + 1) % rollout.episodes.count }
        try restart(to: 0)
    }

    /// Plays the episode again from its start.
    private func restart(to target: Int) throws {
        environment.reset(seed: current.seed)
        step = 0
        try compare()
        while step < target { try replay() }
    }

    private func replay() throws {
        environment.discreteActions[0] = Int(actions[current.steps.lowerBound + step])
        environment.step()
        step += 1
        try compare()
    }

    private func compare() throws {
        let recorded = rollout.observation(current.observations.lowerBound + step)
        guard recorded.elementsEqual(environment.observation(of: 0)) else {
            throw DataError(
                "\(path): episode \(episode), step \(step) was recorded otherwise than \(environment.id) plays it; "
                    + "was the environment made with other options?")
        }
    }

    var panel: ViewerPanel {
        let rewards = rollout.rewards[current.steps].prefix(step)
        var values: [ViewerPanel.Value] = [
            .init("Episode", "\(episode + 1) of \(rollout.episodes.count)"),
            .init("Step", "\(step) of \(current.steps.count)"), .init("Return", format(rewards.reduce(0, +))),
            .init("Reward", format(rewards.last ?? 0)), .init("Seed", "\(current.seed ?? 0)"),
        ]
        if step > 0 { values.append(.init("Action", "\(actions[current.steps.lowerBound + step - 1])")) }
        return ViewerPanel(
            values: values, bars: policyBars, historyTitle: "Returns", history: rollout.episodes.map(\.totalReward))
    }

    private var policyBars: [ViewerPanel.Bars] {
        guard let policy = rollout.layout.policy, step < current.steps.count else { return [] }
        let start = (current.steps.lowerBound + step) * policy.count
        let numbers = rollout.policy[start..<start + policy.count].map(Double.init)
        let next = Int(actions[current.steps.lowerBound + step])
        return [
            bars(
                .init(kind: policy.name == "probabilities" ? .probabilities : .actionValues, values: numbers),
                chosen: next)
        ]
    }
}

import Agents
