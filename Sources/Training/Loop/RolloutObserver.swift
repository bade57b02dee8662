import Agents
import Environments
import Experience
import Rollouts
import Storage

/// Records the episodes of an evaluation in a rollout file, whose arrays are compressed.
public final class RolloutObserver: EvaluationObserver {
    private let recorder: RolloutRecorder
    private let agent: any Agent
    /// The agent's assessments before the current step, the rows of all environments.
    private var policies: [Float] = []

    /// Prepares the file; nothing appears under its name before ``finish(keeping:)``.
    ///
    /// - Parameters:
    ///   - environment: One like those that will be played.
    ///   - metadata: What the rollout says about itself.
    /// - Throws: `StorageError`, or the errors of the agent.
    public init(
        _ agent: any Agent, _ environment: any BatchedEnvironment, to path: String, metadata: [JSON.Member],
        overwrite: Bool
    ) throws {
        self.agent = agent
        try environment.reset(seed: 0)
        let assessment = try agent.assess(environment.observations)
        let policy = assessment.map {
            RolloutLayout.Policy(name: $0.kind == .probabilities ? "probabilities" : "values", count: $0.actionCount)
        }
        let layout = RolloutLayout(
            environment: environment.id,
            observations: .observations(environment.observationSpace, environment.elementType),
            actions: .actions(environment.actionSpace), policy: policy,
            metadata: metadata
                + RolloutLayout.metadata(
                    observations: environment.buffers.observationOrigin, actions: environment.buffers.actionOrigin))
        recorder = try RolloutRecorder(
            layout: layout, to: path, slotCount: environment.count, overwrite: overwrite, compressed: true)
    }

    /// Starts an episode in every environment.
    public func didReset(_ environment: any BatchedEnvironment, seed: UInt64) throws {
        for index in 0..<environment.count {
            let observation = environment.observation(of: index)
            try original(observation, environment.elementType, environment.buffers.observationOrigin) {
                try recorder.begin(slot: index, seed: seed &+ UInt64(index), observation: $0.bytes)
            }
        }
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
    }

    /// The episode's steps are kept, as those of an episode that was interrupted.
    public func didCut(_ environment: any BatchedEnvironment, _ index: Int) {}

    private func record(_ environment: any BatchedEnvironment, _ index: Int) throws {
        let (reward, observation) = (environment.rewards[index], environment.finalObservation(of: index))
        let (terminated, truncated) = (environment.terminated[index], environment.truncated[index])
        let count = recorder.layout.policy?.count ?? 0
        let (action, buffers, policies) = (environment.actionRows.rows, environment.buffers, policies)
        try original(action.bytes(of: index), action.type, buffers.actionOrigin) { action in
            try original(observation, environment.elementType, buffers.observationOrigin) { observation in
                try recorder.step(
                    slot: index, action: action.bytes, reward: reward, terminated: terminated, truncated: truncated,
                    observation: observation.bytes,
                    policy: policies.span.extracting(count * index..<count * (index + 1)))
            }
        }
    }

    /// A row as the original counts its numbers.
    private func original(
        _ row: UnsafeRawBufferPointer, _ type: ElementType, _ origin: SpaceOrigin?,
        _ body: (UnsafeRawBufferPointer) throws -> Void
    ) rethrows {
        guard let origin else { return try body(row) }
        var copy = Array(row)
        try copy.withUnsafeMutableBytes { bytes in
            let fits = SpaceOrigin.shift(bytes, of: type, by: origin.starts, sign: 1)
            precondition(fits, "a number of \(origin.text) does not fit into \(type)")
            try body(UnsafeRawBufferPointer(bytes))
        }
    }

    /// Writes the file.
    ///
    /// - Parameter episodes: The number of episodes to keep, the first that started; nil for all.
    /// - Throws: `StorageError`.
    public func finish(keeping episodes: Int? = nil) throws { try recorder.finish(keeping: episodes) }

    /// Gives the recording up: what has been recorded is removed.
    ///
    /// - Throws: `StorageError`.
    public func discard() throws { try recorder.discard() }
}
