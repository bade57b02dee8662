import Configuration
import Environments

/// Settings of ``SARSA``.
public struct SARSASettings: TabularSettings {
    public static let agentName = "sarsa"
    public var table = TableSettings()

    public init() {}

    public func makeAgent(shape: TableShape, seed: UInt64) -> any Learner { SARSA(self, shape: shape, seed: seed) }
}

/// SARSA (Rummery and Niranjan 1994): Q(s,a) ← Q(s,a) + α (r + γ Q(s′,a′) − Q(s,a)), where a′ is the action taken in
/// s′.
///
/// A step is learned from in the next one, when a′ is known; a terminal step at once, without a bootstrap. After
/// truncation there is no a′: the expected value under the ε-greedy policy takes its place.
public final class SARSA: TabularAgent {
    private var pending: [PendingStep] = []

    public init(_ settings: SARSASettings = .init(), shape: TableShape, seed: UInt64) {
        super.init(settings.table, shape: shape, seed: seed)
    }

    override func prepare(rows: Int) { while pending.count < rows { pending.append(PendingStep()) } }

    override func update(_ values: ActionValues, _ step: TableStep, row: Int) {
        if let before = pending[row].take() {
            let following = before.next * shape.actionCount + step.pair % shape.actionCount
            let target = before.reward + settings.discount * values[following]
            lastError = values.move(before.pair, to: target, rate: learningRate)
        }
        guard step.ended else { return pending[row].put(step) }
        var target = step.reward
        if !step.terminated { target += settings.discount * values.expected(step.next, exploration: exploration) }
        lastError = values.move(step.pair, to: target, rate: learningRate)
    }

    public override func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try super.codeState(with: &coder)
        let shape = shape
        try coder.code(rows: &pending, new: PendingStep()) { (step, coder) throws(EnvironmentError) in
            try step.codeState(with: &coder, shape)
        }
    }
}

/// A step that waits for the next action, which its update needs.
struct PendingStep {
    /// The index of Q(s,a); nil for no step.
    private var pair: Int?
    private var reward = 0.0
    private var next = 0

    /// Stores a step.
    mutating func put(_ step: TableStep) { (pair, reward, next) = (step.pair, step.reward, step.next) }

    /// Removes and returns the step, if there is one.
    mutating func take() -> (pair: Int, reward: Double, next: Int)? {
        defer { pair = nil }
        return pair.map { ($0, reward, next) }
    }

    mutating func codeState(with coder: inout StateCoder, _ shape: TableShape) throws(EnvironmentError) {
        var place = pair ?? -1
        try coder.code(&place, in: -1...shape.count - 1)
        pair = place < 0 ? nil : place
        try coder.code(&reward)
        try coder.code(&next, in: 0...shape.stateCount - 1)
    }
}
