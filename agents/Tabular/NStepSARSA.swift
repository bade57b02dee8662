import Configuration
import Environments

/// Settings of ``NStepSARSA``.
public struct NStepSARSASettings: TabularSettings {
    /// How the n-step return combines rewards and expectations.
    public enum Backup: String, SettingChoice {
        /// The rewards of n steps, and the value of the action taken then (Sutton and Barto 2018, 7.2).
        case sarsa
        /// The same, with the expected value of the last state's actions (7.2).
        case expected
        /// Expected values at each step, except for the action taken, whose actual return counts: no importance
        /// sampling (7.5).
        case tree
    }

    public static let agentName = "n-step-sarsa"
    /// n.
    @Setting(1...10_000, "steps before bootstrapping", search: "1 | 2 | 4 | 8 | 16") public var stepCount = 4
    @Setting("kind of n-step backup") public var backup = Backup.sarsa
    public var table = TableSettings()

    public init() { table.learningRate = 0.2 }

    public func makeAgent(shape: TableShape, seed: UInt64) -> any Learner { NStepSARSA(self, shape: shape, seed: seed) }
}

/// n-step SARSA (Sutton and Barto 2018, 7.2): Q(sₜ,aₜ) ← Q(sₜ,aₜ) + α (G − Q(sₜ,aₜ)) with
///
///     G = rₜ + γ rₜ₊₁ + … + γⁿ⁻¹ rₜ₊ₙ₋₁ + γⁿ Q(sₜ₊ₙ,aₜ₊ₙ),
///
/// and two relatives of it. The end of an episode shortens the returns: without a bootstrap in a terminal state, with
/// the expected value of the last state after truncation.
public final class NStepSARSA: TabularAgent {
    private let backup: NStepSARSASettings.Backup
    private let stepCount: Int
    private var windows: [StepWindow] = []

    public init(_ settings: NStepSARSASettings = .init(), shape: TableShape, seed: UInt64) {
        (backup, stepCount) = (settings.backup, settings.stepCount)
        super.init(settings.table, shape: shape, seed: seed)
    }

    override func prepare(rows: Int) { while windows.count < rows { windows.append(StepWindow(stepCount)) } }

    override func update(_ values: ActionValues, _ step: TableStep, row: Int) {
        if windows[row].isFull {
            let next = windows[row].last.next
            let taken = next * shape.actionCount + step.pair % shape.actionCount
            let bootstrap =
                backup == .sarsa ? values[taken] : values.expected(next, exploration: exploration)
            learnOldest(values, row, bootstrap: bootstrap)
        }
        windows[row].append(step)
        guard step.ended else { return }
        while windows[row].count > 0 {
            let bootstrap = step.terminated ? 0 : values.expected(step.next, exploration: exploration)
            learnOldest(values, row, bootstrap: bootstrap)
        }
    }

    /// Updates the oldest step with the return of the window, and removes it.
    private func learnOldest(_ values: ActionValues, _ row: Int, bootstrap: Double) {
        let window = windows[row]
        var following = bootstrap
        for index in (0..<window.count).reversed() {
            let step = window[index]
            following = step.reward + settings.discount * following
            guard backup == .tree, index > 0 else { continue }
            // The expected value of the state before this action, where only this action's return is known.
            let state = step.pair / shape.actionCount
            let share = values.probability(step.pair, exploration: exploration)
            following =
                values.expected(state, exploration: exploration) + share * (following - values[step.pair])
        }
        lastError = values.move(window[0].pair, to: following, rate: learningRate)
        windows[row].removeFirst()
    }

    public override func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try super.codeState(with: &coder)
        let (shape, stepCount) = (shape, stepCount)
        try coder.code(rows: &windows, new: StepWindow(stepCount)) { (window, coder) throws(EnvironmentError) in
            try window.codeState(with: &coder, shape)
        }
    }
}

/// The last n steps of an episode, in a ring buffer.
private struct StepWindow {
    struct Entry {
        var pair = 0
        var reward = 0.0
        var next = 0
    }

    private var entries: [Entry]
    private var start = 0
    private(set) var count = 0

    init(_ capacity: Int) { entries = Array(repeating: Entry(), count: capacity) }

    var isFull: Bool { count == entries.count }

    /// The steps, the oldest first.
    subscript(index: Int) -> Entry { entries[(start + index) % entries.count] }

    var last: Entry { self[count - 1] }

    mutating func append(_ step: TableStep) {
        entries[(start + count) % entries.count] = Entry(pair: step.pair, reward: step.reward, next: step.next)
        count += 1
    }

    mutating func removeFirst() {
        start = (start + 1) % entries.count
        count -= 1
    }

    mutating func codeState(with coder: inout StateCoder, _ shape: TableShape) throws(EnvironmentError) {
        try coder.code(&count, in: 0...entries.count)
        try coder.code(&start, in: 0...entries.count - 1)
        for index in 0..<count {
            let place = (start + index) % entries.count
            try coder.code(&entries[place].pair, in: 0...shape.count - 1)
            try coder.code(&entries[place].reward)
            try coder.code(&entries[place].next, in: 0...shape.stateCount - 1)
        }
    }
}
