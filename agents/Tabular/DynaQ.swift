import Configuration
import Environments
import Random

/// Settings of ``DynaQ``.
public struct DynaQSettings: TabularSettings {
    /// What the learned model keeps of each state and action.
    public enum Model: String, SettingChoice {
        /// All outcomes and how often they were seen: for stochastic environments.
        case counts
        /// The last outcome: the book's model, for deterministic environments, which may change.
        case latest
    }

    public static let agentName = "dyna-q"
    /// Updates from the model per update from the environment.
    @Setting(0...10_000, "planning updates per step", search: "1..100 log") public var planningSteps = 10
    @Setting("what the learned model keeps of each state and action") public var model = Model.counts
    /// κ: planned rewards grow by κ√τ with the τ steps since an action was last tried (Dyna-Q+); 0 leaves them
    /// unchanged.
    @Setting(0...1e6, "exploration bonus κ of Dyna-Q+; 0: none") public var curiosity = 0.0
    public var table = TableSettings()

    public init() {}

    public func makeAgent(shape: TableShape, seed: UInt64) -> any Learner { DynaQ(self, shape: shape, seed: seed) }
}

/// Dyna-Q (Sutton 1990; Sutton and Barto 2018, 8.2): learns from each step as ``QLearning`` does, trains a model on it,
/// and then makes ``DynaQSettings/planningSteps`` more updates from states and actions sampled among those tried
/// before, with outcomes sampled from the model.
///
/// With an exploration bonus κ (`curiosity`) it is Dyna-Q+ (8.3): in planning, the reward is r + κ√τ if the action was
/// last tried τ steps ago, and actions never tried in a visited state are planned too, as if they led back to it with
/// reward 0.
public final class DynaQ: TabularAgent {
    private let planningSteps: Int
    private let curiosity: Double
    private var model: DynaModel
    /// The step in which each pair was last tried, from 1; only kept for Dyna-Q+.
    private var lastTried: [Int]
    private var planning: RandomStream

    public init(_ settings: DynaQSettings = .init(), shape: TableShape, seed: UInt64) {
        (planningSteps, curiosity) = (settings.planningSteps, settings.curiosity)
        model = DynaModel(shape, isDeterministic: settings.model == .latest)
        lastTried = Array(repeating: 0, count: curiosity > 0 ? shape.count : 0)
        planning = RandomStream(seed: seed).split("planning")
        super.init(settings.table, shape: shape, seed: seed)
    }

    override func update(_ values: ActionValues, _ step: TableStep, row: Int) {
        lastError = learn(values, step.pair, step.reward, step.terminated ? nil : step.next)
        model.observe(step)
        if curiosity > 0 { lastTried[step.pair] = steps + 1 }
        for _ in 0..<planningSteps { plan(values) }
    }

    /// One update from the model.
    private func plan(_ values: ActionValues) {
        guard curiosity > 0 else {
            let pair = model.pairs[planning.integers(below: model.pairs.count)]
            let outcome = model.draw(pair, &planning)!
            _ = learn(values, pair, outcome.reward, outcome.terminated ? nil : outcome.next)
            return
        }
        let state = model.states[planning.integers(below: model.states.count)]
        let pair = state * shape.actionCount + planning.integers(below: shape.actionCount)
        let bonus = curiosity * Double(steps + 1 - lastTried[pair]).squareRoot()
        let outcome = model.draw(pair, &planning)
        _ = learn(
            values, pair, (outcome?.reward ?? 0) + bonus, outcome?.terminated == true ? nil : outcome?.next ?? state)
    }

    /// Q-learning's update; `next` is nil after a terminal step.
    private func learn(_ values: ActionValues, _ pair: Int, _ reward: Double, _ next: Int?) -> Double {
        let target = reward + (next.map { settings.discount * values.best($0) } ?? 0)
        return values.move(pair, to: target, rate: learningRate)
    }

    public override func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try super.codeState(with: &coder)
        try coder.code(&planning)
        try model.codeState(with: &coder)
        try coder.code(&lastTried, in: 0...1 << 62)
    }

    /// Updates from the environment and from the model.
    public override var updates: Int { steps * (1 + planningSteps) }
}
