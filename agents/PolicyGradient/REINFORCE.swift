import Environments
import Experience
import NeuralNetworks
import Random
import TensorCore

/// REINFORCE (Williams 1992): after whole episodes, a step along
///
///     ∇J = E[Σₜ (Gₜ − b(sₜ)) ∇ log π(aₜ|sₜ)],   Gₜ = rₜ + γ Gₜ₊₁
///
/// with an optional learned baseline b (fitted to the returns), normalised advantages and an entropy bonus. The return
/// of a truncated episode bootstraps from the baseline's value of the last observation; without a baseline it ends
/// there.
public final class REINFORCE: Learner {
    private let settings: REINFORCESettings
    private let encoding: ObservationEncoding
    private let policy: any Layer
    private let policyOptimizer: Adam
    let baseline: Baseline?
    private let actor: ProbabilityPolicy
    let learningProgram: Program
    /// The random streams that actions are sampled from.
    public var actionStreams: ActionStreams
    /// Unfinished episodes, and finished ones up to the number of a batch.
    private var batch: EpisodeBatch
    private var loss = 0.0
    private var entropy = 0.0
    public private(set) var updates = 0

    /// Makes an agent for the given spaces.
    ///
    /// - Throws: ``AgentError`` if the spaces don't suit it.
    public init(_ settings: REINFORCESettings = .init(), environment: EnvironmentDescription, seed: UInt64) throws {
        let actionCount = try environment.actionCount(for: "reinforce")
        self.settings = settings
        let root = RandomStream(seed: seed)
        actionStreams = ActionStreams(shared: root.split("actions"))
        var initial = root.split("parameters")
        let design = try NetworkDesign(
            settings.network, for: environment, agent: "reinforce", hiddenSizes: settings.hiddenSizes,
            activation: settings.activation)
        encoding = design.encoding
        batch = EpisodeBatch(environment)
        let policy = design.make(outputs: actionCount, random: &initial)
        self.policy = policy
        policyOptimizer = Adam(learningRate: settings.learningRate)
        baseline = settings.baseline ? try Baseline(design, settings, random: &initial) : nil
        let rows = design.input(rows: nil)
        actor = ProbabilityPolicy(design, actionCount: actionCount) { policy($0).softmax() }
        learningProgram = Self.learningProgram(policy, policyOptimizer, settings, rows: rows)
        policyOptimizer.prepare(for: policy.parameters)
    }

    /// Inputs: s (T, …), a (T), advantage (T), mask (T), 0 after the batch's last step. Outputs: loss, entropy.
    static func learningProgram(
        _ policy: any Layer, _ optimizer: Adam, _ settings: REINFORCESettings, rows: Program.Input
    ) -> Program {
        let inputs: [Program.Input] = [rows, .int32(nil), .float32(nil), .float32(nil)]
        return Program("reinforce update", inputs: inputs) { inputs in
            let (s, a, mask) = (inputs[0], inputs[1], inputs[3])
            let count = mask.sum()
            let advantages = settings.whitening ? whitened(inputs[2], mask: mask) : inputs[2]
            let logProbabilities = policy(s).logSoftmax()
            let losses = policyLoss(logProbabilities, actions: a, advantages: advantages)
            let entropy = (Agents.entropy(logProbabilities) * mask).sum() / count
            let loss = (losses * mask).sum() / count - settings.entropyBonus * entropy
            let limit = settings.gradientClipping
            try optimizer.minimize(loss, policy.parameters, clippingNorm: limit > 0 ? limit : nil)
            return [loss, entropy]
        }
    }

    /// Samples from the policy, or takes its most probable action.
    public func act(on percepts: Percepts, mode: ActionMode, into actions: MutableRows) throws {
        try actor.act(on: percepts, mode: mode, into: actions, &actionStreams)
    }

    /// As ``act(on:mode:into:)``; the probabilities are the assessment.
    public func act(
        on percepts: Percepts, mode: ActionMode, into actions: MutableRows,
        assessing assessment: inout ActionAssessment?
    ) throws {
        assessment = try actor.assessAndAct(on: percepts, mode: mode, into: actions, &actionStreams)
    }

    /// Collects the step, and learns when enough episodes have ended.
    public func learn(from transitions: Transitions) throws {
        for row in 0..<transitions.count where !transitions.isReset[row] {
            try batch.append(row: row, of: transitions, discount: settings.discount) {
                try baseline?.value(transitions.nextObservations, row, encoding) ?? 0
            }
            if batch.count == settings.episodesPerUpdate { try update() }
        }
    }

    private func update() throws {
        let plan = try learningProgram.plan(length: Program.bucket(for: batch.finished.steps))
        batch.write(
            observations: plan.input(0), actions: plan.integerInput(1), returns: plan.input(2), mask: plan.input(3),
            encoding: encoding)
        if let baseline {
            let values = try baseline.fit(batch, encoding)
            for step in 0..<batch.finished.steps { plan.input(2)[step] -= values[step] }
        }
        plan.run()
        (loss, entropy) = (Double(plan.output(0)[0]), Double(plan.output(1)[0]))
        batch.removeFinished()
        updates += 1
        guard loss.isFinite else { throw AgentError.diverged(agent: "reinforce", update: updates, loss: loss) }
    }

    public func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(mark: "reinforce, version 2")
        try coder.code(&updates, in: 0...1 << 62)
        try coder.code(&actionStreams)
        try batch.codeState(with: &coder, limit: settings.episodesPerUpdate)
        try coder.code(&loss)
        try coder.code(&entropy)
        if let baseline { try coder.code(&baseline.loss) }
    }

    /// The loss and entropy of the last batch, and the baseline's loss.
    public var metrics: [(name: String, value: Double)] {
        guard updates > 0 else { return [] }
        return [("loss", loss), ("entropy", entropy)] + (baseline.map { [("baselineLoss", $0.loss)] } ?? [])
    }

    /// The parameters of policy and baseline and the state of their optimisers.
    public var variables: Parameters {
        let own: Parameters = ["policy": policy.state, "policyOptimizer": policyOptimizer.state]
        return Parameters(own.entries + (baseline?.variables.entries ?? []))
    }

    public var behaviour: Parameters { policy.state }

    /// The policy's probabilities in each row.
    public func assess(_ observations: Rows) throws -> ActionAssessment? { try actor.assess(observations) }
}
