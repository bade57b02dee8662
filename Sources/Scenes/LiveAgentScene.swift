import Agents
import Environments
import Graphics
import Storage
import Training
import Viewer

/// An agent that is being trained, as its newest parameters act: greedily, in an environment of its own.
public final class LiveAgentScene: ViewerScene {
    private let scene: AgentScene
    private let agent: any Learner
    private let feed: AgentFeed
    private let training: LiveTraining
    private var version = 0

    /// A scene of training that begins once the window is open.
    ///
    /// - Parameters:
    ///   - agent: The one that acts here: made as the one that is trained, but another object.
    ///   - environment: One environment that doesn't reset itself.
    ///   - seed: The first episode's.
    ///   - feed: Observes the training.
    /// - Throws: as ``AgentScene``.
    public init(
        title: String, agent: any Learner, environment: any BatchedEnvironment, seed: UInt64, feed: AgentFeed,
        training: LiveTraining
    ) throws {
        (self.agent, self.feed, self.training) = (agent, feed, training)
        scene = try AgentScene(title: title, agent: agent, environment: environment, mode: .greedy, seed: seed)
    }

    /// A scene of `run`, whose training begins once the window is open. Its episodes are seeded from a million after
    /// the run's own seed.
    ///
    /// - Throws: what making its agent and environment throws.
    public convenience init(_ run: TrainingRun, feed: AgentFeed, training: LiveTraining) throws {
        let environment = try run.makeEnvironment(count: 1, autoreset: .disabled)
        try self.init(
            title: "\(run.agent) learns \(run.environment)", agent: run.makeAgent(for: environment),
            environment: environment, seed: UInt64(run.run.seed) &+ 1_000_000, feed: feed, training: training)
    }

    /// Who learns what.
    public var title: String { scene.title }
    /// The environment's.
    public var frameSize: FrameSize { scene.frameSize }
    /// The environment's.
    public var framesPerSecond: Double { scene.framesPerSecond }
    /// Whether the environment can be put back.
    public var canStepBack: Bool { scene.canStepBack }
    /// A second at an episode's end.
    public var holdTime: Double { scene.holdTime }

    /// Draws the environment; begins the training, the first time.
    public func draw(into frame: inout Frame) {
        training.begin()
        scene.draw(into: &frame)
    }

    /// Takes the newest parameters, and a step.
    ///
    /// - Throws: what the training threw, and as ``AgentScene/advance()``.
    public func advance() throws -> Bool {
        try training.check()
        version = feed.take(into: agent.variables, after: version)
        return try scene.advance()
    }

    /// Goes a step back; the parameters stay the newest.
    public func stepBack() -> Bool { scene.stepBack() }

    /// Starts an episode.
    public func newEpisode(sameSeed: Bool) throws { try scene.newEpisode(sameSeed: sameSeed) }

    /// What an ``AgentScene`` shows, and how far the training is.
    public var panel: ViewerPanel {
        var panel = scene.panel
        let status = feed.status
        panel.values += [.init("Trained", counted(status.steps, "step")), .init("Episodes", "\(status.episodes)")]
        if let meanReturn = status.meanReturn {
            panel.values.append(.init("Mean return", NumberText.readable(meanReturn)))
        }
        return panel
    }
}
