import Agents
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
    private let environment: any BatchedEnvironment
    private let actionNames: ActionNames
    private let path: String
    private var episode = 0
    private var step = 0

    /// Opens a recording.
    ///
    /// - Throws: ``DataError`` where its episodes can't be replayed.
    init(_ rollout: Rollout, path: String, environment: any BatchedEnvironment) throws {
        guard !rollout.episodes.isEmpty else { throw DataError("\(path): the recording has no episodes") }
        guard rollout.episodes.allSatisfy({ $0.seed != nil }) else {
            throw DataError("\(path): an episode without a seed can't be replayed; record it with 'reverie record'")
        }
        for step in 0..<rollout.stepCount where !environment.actionSpace.contains(rollout.action(step)) {
            let action = rollout.action(step).map(readable).joined(separator: " ")
            throw DataError("\(path): the action \(action) is not in \(environment.id)'s \(environment.actionSpace)")
        }
        (self.rollout, self.environment, self.path) = (rollout, environment, path)
        actionNames = ActionNames(of: environment)
        title = "\(environment.id) recording"
        framesPerSecond = environment.framesPerSecond
        try restart(to: 0)
    }

    var frameSize: FrameSize { environment.frameSize }
    var canStepBack: Bool { true }
    var holdTime: Double { isAtEnd ? endHoldTime : 0 }

    private var current: Rollout.Episode { rollout.episodes[episode] }
    private var isAtEnd: Bool { step == current.steps.count }

    func draw(into frame: inout Frame) {
        // The window has no use for an error here; the next step throws it.
        try? environment.draw(0, into: &frame)
    }

    func advance() throws -> Bool {
        if !isAtEnd {
            try replay()
        } else if episode + 1 < rollout.episodes.count {
            episode += 1
            try restart(to: 0)
        } else {
            return false
        }
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
        try environment.reset(seed: current.seed)
        step = 0
        try compare()
        while step < target { try replay() }
    }

    private func replay() throws {
        guard !environment.hasEnded else { throw differs() }
        environment.setAction(rollout.action(current.steps.lowerBound + step), of: 0)
        try environment.step()
        step += 1
        try compare()
    }

    private func compare() throws {
        let recorded = rollout.observation(current.observations.lowerBound + step)
        guard recorded.elementsEqual(environment.observation(of: 0)) else { throw differs() }
    }

    private func differs() -> DataError {
        DataError(
            "\(path): episode \(episode), step \(step) was recorded otherwise than \(environment.id) plays it; "
                + "was the environment made with other options?")
    }

    var panel: ViewerPanel {
        let rewards = rollout.rewards[current.steps].prefix(step)
        let lastAction = step > 0 ? actionNames.text(rollout.action(current.steps.lowerBound + step - 1)) : "-"
        var values: [ViewerPanel.Value] = [
            .init("Episode", "\(episode + 1) of \(rollout.episodes.count)"),
            .init("Step", "\(step) of \(current.steps.count)"), .init("Return", readable(rewards.reduce(0, +))),
            .init("Reward", readable(rewards.last ?? 0)), .init("Action", lastAction),
            .init("Seed", "\(current.seed ?? 0)"),
        ]
        if isAtEnd { values.append(.init("Ended", environment.hasEnded ? environment.endName : "interrupted")) }
        return ViewerPanel(
            values: values, bars: policyBars, historyTitle: "Returns",
            history: rollout.episodes.prefix(episode + (isAtEnd ? 1 : 0)).map(\.totalReward))
    }

    /// What the policy said before the next step; at the episode's end, before the last one.
    private var policyBars: [ViewerPanel.Bars] {
        guard let policy = rollout.layout.policy else { return [] }
        let next = current.steps.lowerBound + min(step, current.steps.count - 1)
        let start = next * policy.count
        let assessment = ActionAssessment(
            kind: policy.name == "probabilities" ? .probabilities : .actionValues,
            values: rollout.policy[start..<start + policy.count].map(Double.init))
        return [
            actionNames.bars(
                assessment, chosen: environment.actionSpace.discreteCount.map { _ in Int(rollout.action(next)[0]) })
        ]
    }
}
