import Agents
import Environments
import Experience
import Graphics
import Rollouts
import Storage

/// Records the episodes of an evaluation: a rollout file, and the first episode as a GIF if asked for.
public final class RolloutObserver: EvaluationObserver {
    private let recorder: RolloutRecorder
    private let agent: any Agent
    /// The agent's assessments before the current step, the rows of all environments.
    private var policies: [Float] = []
    private var video: Video?

    private struct Video {
        var encoder: GIFEncoder
        var frame: Frame
        var delay: Int
        var path: String
        var isRecording = true
    }

    /// Prepares the files; nothing appears under their names before ``finish(keeping:overwrite:)``.
    ///
    /// - Parameters:
    ///   - environment: One like those that will be played. To be filmed it must keep the last state of an episode, so
    ///     it can't be ``Environments/AutoresetMode/sameStep``.
    ///   - metadata: What the rollout says about itself.
    ///   - videoPath: Where the GIF of the first episode goes.
    /// - Throws: `StorageError`, or the errors of the agent.
    public init(
        _ agent: any Agent, _ environment: any BatchedEnvironment, to path: String, videoPath: String?,
        metadata: [JSON.Member], overwrite: Bool
    ) throws {
        self.agent = agent
        if let videoPath, !overwrite, exists(videoPath) {
            throw StorageError(path: videoPath, operation: "record to", reason: .wouldOverwrite)
        }
        try environment.reset(seed: 0)
        let assessment = try agent.assess(environment.observations)
        let policy = assessment.map {
            RolloutLayout.Policy(name: $0.kind == .probabilities ? "probabilities" : "values", count: $0.actionCount)
        }
        let layout = RolloutLayout(
            environment: environment.id,
            observations: .observations(environment.observationSpace, environment.elementType),
            actions: .actions(environment.actionSpace), policy: policy, metadata: metadata)
        recorder = try RolloutRecorder(layout: layout, to: path, slotCount: environment.count, overwrite: overwrite)
        if let videoPath {
            let delay = max(2, Int((100 / environment.framesPerSecond).rounded()))
            video = Video(
                encoder: GIFEncoder(size: environment.frameSize, loops: nil), frame: Frame(environment.frameSize),
                delay: delay, path: videoPath)
        }
    }

    /// Starts an episode in every environment.
    public func didReset(_ environment: any BatchedEnvironment, seed: UInt64) throws {
        for index in 0..<environment.count {
            try recorder.begin(
                slot: index, seed: seed &+ UInt64(index), observation: environment.observation(of: index).bytes)
        }
        try film(environment)
    }

    /// True if what the policy says about the observations is recorded too.
    public var wantsAssessments: Bool { recorder.layout.policy != nil }

    public func didAct(_ assessment: ActionAssessment?) {
        policies.removeAll(keepingCapacity: true)
        for value in assessment?.values ?? [] { policies.append(Float(value)) }
    }

    public func didStep(_ environment: any BatchedEnvironment, playing: [Bool]) throws {
        for index in playing.indices where playing[index] {
            try record(environment, index)
        }
        try film(environment)
        if environment.terminated[0] || environment.truncated[0] { video?.isRecording = false }
    }

    /// The episode's steps are kept, as those of an episode that was interrupted.
    public func didCut(_ environment: any BatchedEnvironment, _ index: Int) {
        if index == 0 { video?.isRecording = false }
    }

    private func record(_ environment: any BatchedEnvironment, _ index: Int) throws {
        let (reward, observation) = (environment.rewards[index], environment.finalObservation(of: index).bytes)
        let (terminated, truncated) = (environment.terminated[index], environment.truncated[index])
        let count = recorder.layout.policy?.count ?? 0
        let policies = policies
        let policy = policies.span.extracting(count * index..<count * (index + 1))
        let action = environment.actionRows.rows.bytes(of: index).bytes
        try recorder.step(
            slot: index, action: action, reward: reward, terminated: terminated, truncated: truncated,
            observation: observation, policy: policy)
    }

    private func film(_ environment: any BatchedEnvironment) throws(EnvironmentError) {
        guard video?.isRecording == true else { return }
        try environment.draw(0, into: &video!.frame)
        video!.encoder.add(video!.frame, delay: video!.delay)
    }

    /// Writes the files.
    ///
    /// - Parameter episodes: The number of episodes to keep, the first that started; nil for all.
    /// - Throws: `StorageError`.
    public func finish(keeping episodes: Int? = nil, overwrite: Bool) throws {
        try recorder.finish(keeping: episodes)
        if let video { try writeAtomically(video.encoder.finish(), to: video.path, overwrite: overwrite) }
    }
}
