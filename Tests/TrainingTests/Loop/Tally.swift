import Agents
import Environments
import Experience
import Graphics
import NeuralNetworks
import Training

/// An environment whose numbers all say where they come from: it observes its seed, its episode and its step.
///
/// Episodes have 2, 3 or 4 steps, by their number plus the seed; even ones end in a terminal state, odd ones are
/// truncated.
struct Tally: Environment {
    private(set) var seed = 0
    private(set) var episode = -1
    private(set) var step = 0

    var observationSpace: Space { .box(0...1000, shape: [3], element: .int32) }
    var actionSpace: Space { .discrete(3) }
    var frameSize: FrameSize { FrameSize(width: 2, height: 2) }
    var length: Int { 2 + (episode + seed) % 3 }

    mutating func reset(seed: UInt64?) {
        if let seed { (self.seed, episode) = (Int(seed % 1000), -1) }
        (episode, step) = (episode + 1, 0)
    }

    mutating func step(_ action: Int) -> Step {
        step += 1
        let ended = step == length
        return Step(
            reward: Double(100 * episode + 10 * step + action), terminated: ended && episode % 2 == 0,
            truncated: ended && episode % 2 == 1)
    }

    var numbers: [Int32] { [Int32(seed), Int32(episode), Int32(step)] }

    func observe(into observation: inout MutableSpan<Int32>) {
        for index in 0..<3 { observation[index] = numbers[index] }
    }

    func draw(into frame: inout Frame) { frame.clear(Color(hex: UInt32(step))) }

    static func batch(_ count: Int, _ autoreset: AutoresetMode = .sameStep) -> VectorEnvironment<Tally> {
        VectorEnvironment("Tally", count: count, autoreset: autoreset) { Tally() }
    }
}

/// One row of a step, as an agent received it.
struct SeenStep: Hashable {
    var observation, next: [Int32]
    var action: Int
    var reward: Double
    var terminated, truncated, isReset: Bool
}

/// Acts by a fixed pattern, and keeps everything that it receives.
final class Witness: Learner {
    private(set) var steps: [[SeenStep]] = []
    private(set) var observations: [[[Int32]]] = []
    private(set) var modes: [ActionMode] = []
    /// What happened, in order, by whoever records it here.
    var events: [String] = []

    private func rows(_ rows: Rows) -> [[Int32]] {
        (0..<rows.count).map { row in
            (0..<rows.width).map { rows.row(row).load(fromByteOffset: 4 * $0, as: Int32.self) }
        }
    }

    static func action(_ call: Int, _ row: Int) -> Int { (call + 2 * row) % 3 }

    func act(on percepts: Percepts, mode: ActionMode, into actions: MutableRows) {
        for row in 0..<actions.count { actions.integers[row] = Self.action(modes.count, row) }
        self.observations.append(rows(percepts.observations))
        modes.append(mode)
        events.append("act")
    }

    func learn(from transitions: Transitions) {
        let (before, after) = (rows(transitions.observations), rows(transitions.nextObservations))
        steps.append(
            (0..<transitions.count).map { row in
                SeenStep(
                    observation: before[row], next: after[row], action: transitions.actions.integer(row),
                    reward: transitions.rewards[row], terminated: transitions.terminated[row],
                    truncated: transitions.truncated[row], isReset: transitions.isReset[row])
            })
        events.append("learn")
    }

    var metrics: [(name: String, value: Double)] { [] }
    var updates: Int { steps.count }
    var variables: Parameters { Parameters() }
    func assess(_ observations: Rows) -> ActionAssessment? {
        let rows = rows(observations)
        return ActionAssessment(kind: .actionValues, values: rows.flatMap { $0.map(Double.init) }, rows: rows.count)
    }
    func codeState(with coder: inout StateCoder) {}
}
