import Agents
import Environments
import Graphics
import Rollouts
import Viewer

/// A recorded rollout: the environment replays the recorded actions under the recorded seed, and must see what was
/// recorded.
public final class RolloutScene: ViewerScene {
    /// What was recorded.
    public let title: String
    /// The environment's.
    public let framesPerSecond: Double
    private let rollout: Rollout
    private let environment: any BatchedEnvironment
    private let actionNames: ActionNames
    private let path: String
    private var episode = 0
    private var step = 0
    /// The rewards of the episode so far: the world's own, which the recording has not if wrappers changed them.
    private var rewards: [Double] = []
    /// The returns of the episodes that have been replayed to their ends, by number.
    private var replayed: [Int: Double] = [:]

    /// Opens a recording.
    ///
    /// - Parameters:
    ///   - path: Where it is from, for errors.
    ///   - environment: The environment that it was recorded in, made with the same options: a batch of one that
    ///     doesn't reset itself.
    /// - Throws: ``SceneError`` where its episodes can't be replayed.
    public init(_ rollout: Rollout, path: String, environment: any BatchedEnvironment) throws {
        guard !rollout.episodes.isEmpty else { throw SceneError.noEpisodes(path: path) }
        guard rollout.episodes.allSatisfy({ $0.seed != nil }) else {
            throw SceneError.noSeed(path: path)
        }
        for step in 0..<rollout.stepCount where !environment.actionSpace.accepts(rollout.action(step)) {
            let action = rollout.action(step).map(NumberText.readable).joined(separator: " ")
            throw SceneError.badAction(
                path: path, action: action, environment: environment.id, space: environment.actionSpace)
        }
        (self.rollout, self.environment, self.path) = (rollout, environment, path)
        actionNames = ActionNames(of: environment)
        title = "\(environment.id) recording"
        framesPerSecond = environment.framesPerSecond
        try restart(to: 0)
    }

    /// The environment's.
    public var frameSize: FrameSize { environment.frameSize }
    /// Always.
    public var canStepBack: Bool { true }
    /// A second at an episode's end.
    public var holdTime: Double { isAtEnd ? endHoldTime : 0 }

    private var current: Rollout.Episode { rollout.episodes[episode] }
    private var isAtEnd: Bool { step == current.steps.count }

    /// Draws the environment.
    public func draw(into frame: inout Frame) {
        // The window has no use for an error here; the next step throws it.
        try? environment.draw(0, into: &frame)
    }

    /// Replays a step, or starts the next episode; false after the last.
    ///
    /// - Throws: ``SceneError/differs(path:episode:step:environment:)``, and what the environment throws.
    public func advance() throws -> Bool {
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

    /// Goes a step back.
    public func stepBack() -> Bool {
        guard step > 0 else { return false }
        return (try? restart(to: step - 1)) != nil
    }

    /// Starts the next episode, after the last the first; or this one again.
    public func newEpisode(sameSeed: Bool) throws {
        if !sameSeed { episode = (episode + 1) % rollout.episodes.count }
        try restart(to: 0)
    }

    /// Plays the episode again from its start.
    private func restart(to target: Int) throws {
        try environment.reset(seed: current.seed)
        (step, rewards) = (0, [])
        try compare()
        while step < target { try replay() }
    }

    private func replay() throws {
        guard !environment.hasEnded else { throw differs() }
        environment.setAction(rollout.action(current.steps.lowerBound + step), of: 0)
        try environment.step()
        step += 1
        rewards.append(environment.worldRewards[0])
        if isAtEnd { replayed[episode] = rewards.reduce(0, +) }
        try compare()
    }

    private func compare() throws {
        let recorded = rollout.observation(current.observations.lowerBound + step)
        guard recorded.elementsEqual(environment.observation(of: 0)) else { throw differs() }
    }

    private func differs() -> SceneError {
        .differs(path: path, episode: episode, step: step, environment: environment.id)
    }

    /// The episode, what the policy thought of the actions where that was recorded, and the returns so far.
    public var panel: ViewerPanel {
        let lastAction = step > 0 ? actionNames.text(rollout.action(current.steps.lowerBound + step - 1)) : "-"
        var values: [ViewerPanel.Value] = [
            .init("Episode", "\(episode + 1) of \(rollout.episodes.count)"),
            .init("Step", "\(step) of \(current.steps.count)"),
            .init("Return", NumberText.readable(rewards.reduce(0, +))),
            .init("Reward", NumberText.readable(rewards.last ?? 0)), .init("Action", lastAction),
            .init("Seed", "\(current.seed ?? 0)"),
        ]
        if isAtEnd { values.append(.init("Ended", environment.hasEnded ? environment.endName : "interrupted")) }
        return ViewerPanel(
            values: values, bars: policyBars, historyTitle: "Returns",
            history: rollout.episodes.indices.prefix(episode + (isAtEnd ? 1 : 0)).compactMap { index in
                environment.changesRewards ? replayed[index] : rollout.episodes[index].totalReward
            })
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
