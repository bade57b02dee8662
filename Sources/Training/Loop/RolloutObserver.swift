import Agents
import Environments
import Graphics
import Rollouts
import Storage

/// Records what an evaluation plays: a rollout file, and the first episode as a GIF if asked for.
public final class RolloutObserver: EvaluationObserver {
    private let recorder: RolloutRecorder
    private let agent: any Agent
    /// What the agent said before the step under way, one entry an environment.
    private var policies: [[Float]] = []
    private var video: Video?

    private struct Video {
        var encoder: GIFEncoder
        var frame: Frame
        var delay: Int
        var path: String
        var isRecording = true
    }

    /// Prepares the files; nothing appears under their names before ``finish()``.
    ///
    /// - Parameters:
    ///   - environment: One like those that will be played; an ended one must keep its last state to be filmed, so
    ///     not ``Environments/AutoresetMode/sameStep``.
    ///   - metadata: What the rollout says about itself.
    ///   - videoPath: Where the GIF of the first episode goes.
    /// - Throws: `StorageError`, or what the agent throws.
    public init(
        _ agent: any Agent, _ environment: any BatchedEnvironment, to path: String, videoPath: String?,
        metadata: [JSON.Member], overwrite: Bool
    ) throws {
        self.agent = agent
        if let videoPath, !overwrite, exists(videoPath) {
            throw StorageError(path: videoPath, operation: "record to", reason: .wouldOverwrite)
        }
        try environment.reset(seed: 0)
        let assessment = try agent.assess(environment.currentRows)
        let policy = assessment.map {
            RolloutLayout.Policy(name: $0.kind == .probabilities ? "probabilities" : "values", count: $0.values.count)
        }
        let layout = RolloutLayout(
            environment: environment.id, observationType: environment.elementType.numPyType,
            observationShape: environment.observationSpace.shape, actions: environment.rolloutActions,
            policy: policy, metadata: metadata)
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

    /// Keeps what the policy says of each observation.
    public func willAct(on observations: ObservationRows) throws {
        policies = try (0..<observations.count).map { index in
            let row = ObservationRows(
                observations.row(index), type: observations.type, count: 1, width: observations.width)
            return try agent.assess(row)?.values.map { Float($0) } ?? []
        }
    }

    /// Records the step.
    public func didStep(_ environment: any BatchedEnvironment, playing: [Bool]) throws {
        for index in playing.indices where playing[index] {
            try record(environment, index)
        }
        try film(environment)
        if environment.terminated[0] || environment.truncated[0] { video?.isRecording = false }
    }

    private func record(_ environment: any BatchedEnvironment, _ index: Int) throws {
        let (reward, observation) = (environment.rewards[index], environment.finalObservation(of: index).bytes)
        let (terminated, truncated) = (environment.terminated[index], environment.truncated[index])
        let policy = policies[index]
        guard case .continuous(let count) = recorder.layout.actions else {
            try recorder.step(
                slot: index, action: environment.discreteActions[index], reward: reward, terminated: terminated,
                truncated: truncated, observation: observation, policy: policy.span)
            return
        }
        let numbers = Array(environment.continuousActions[index * count..<(index + 1) * count])
        try recorder.step(
            slot: index, action: numbers.span, reward: reward, terminated: terminated, truncated: truncated,
            observation: observation, policy: policy.span)
    }

    private func film(_ environment: any BatchedEnvironment) throws(EnvironmentError) {
        guard video?.isRecording == true else { return }
        try environment.draw(0, into: &video!.frame)
        video!.encoder.add(video!.frame, delay: video!.delay)
    }

    /// Writes the files.
    ///
    /// - Parameter episodes: How many episodes to keep, the first that were started; nil for all.
    /// - Throws: `StorageError`.
    public func finish(keeping episodes: Int? = nil, overwrite: Bool) throws {
        try recorder.finish(keeping: episodes)
        if let video { try writeAtomically(video.encoder.finish(), to: video.path, overwrite: overwrite) }
    }
}

extension BatchedEnvironment {
    /// What a rollout keeps of an action.
    fileprivate var rolloutActions: RolloutLayout.Actions {
        if case .discrete = actionSpace { .discrete } else { .continuous(count: actionSpace.count) }
    }
}

extension ElementType {
    /// The type as NumPy's files name it.
    var numPyType: NPYType {
        switch self {
        case .float32: .float32
        case .uint8: .uint8
        case .int32: .int32
        }
    }
}
