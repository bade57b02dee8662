import Agents
import Environments
import Graphics
import Training
import Viewer

/// The agent of a run that is being trained, as its newest parameters act: greedily, in an environment of its own.
final class LiveScene: ViewerScene {
    private let scene: AgentScene
    private let agent: any Learner
    private let feed: AgentFeed
    private let training: LiveTraining
    private var version = 0

    /// A scene of `run`, whose training begins once the window is open.
    init(_ run: TrainingRun, feed: AgentFeed, training: LiveTraining) throws {
        let environment = try run.makeEnvironment(count: 1, autoreset: .disabled)
        agent = try run.makeAgent(for: environment)
        (self.feed, self.training) = (feed, training)
        scene = try AgentScene(
            title: "\(run.agent) learns \(run.environment)", agent: agent, environment: environment, mode: .greedy,
            seed: UInt64(run.run.seed) + 1_000_000)
    }

    var title: String { scene.title }
    var frameSize: FrameSize { scene.frameSize }
    var framesPerSecond: Double { scene.framesPerSecond }
    var canStepBack: Bool { scene.canStepBack }
    var holdTime: Double { scene.holdTime }

    func draw(into frame: inout Frame) {
        training.begin()
        scene.draw(into: &frame)
    }

    func advance() throws -> Bool {
        try training.check()
        version = feed.take(into: agent.variables, after: version)
        return try scene.advance()
    }

    func stepBack() -> Bool { scene.stepBack() }

    func newEpisode(sameSeed: Bool) throws { try scene.newEpisode(sameSeed: sameSeed) }

    var panel: ViewerPanel {
        var panel = scene.panel
        let status = feed.status
        panel.values += [.init("Trained", "\(status.steps) steps"), .init("Episodes", "\(status.episodes)")]
        if let meanReturn = status.meanReturn { panel.values.append(.init("Mean return", readable(meanReturn))) }
        return panel
    }
}
