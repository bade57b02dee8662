import Environments
import Experience
import Foundation
import NeuralNetworks
import Random
import TensorCore

/// How an actor-critic acts: the networks as programs, and actions sampled from what they say, row by row.
final class WindowActor {
    private let model: ActorCritic
    private let settings: PolicyNetworkSettings
    private let encoding: ObservationEncoding
    private let distribution: PolicyDistribution
    /// The bounds of a box of actions.
    private let bounds: (low: [Double], high: [Double])?
    /// Inputs: observations (B, …), and with recurrent layers states (B, …) and whether they are kept (B). Outputs:
    /// parameters, values; then latents with state-dependent noise, and states with recurrent layers.
    private let acting: RowProgram
    /// The same, of the parameters alone: for greedy actions without recurrent layers.
    private let policy: RowProgram
    /// The same, of the values alone.
    private let value: Program
    private var sample: [Float]
    /// ε of action values.
    var exploration = 0.0

    init(_ model: ActorCritic, _ settings: PolicyNetworkSettings, _ actionSpace: Space) {
        (self.model, self.settings, encoding) = (model, settings, model.encoding)
        distribution = model.distribution
        if case .box(let low, let high, _, _) = actionSpace { bounds = (low, high) } else { bounds = nil }
        sample = Array(repeating: 0, count: model.distribution.actionCount)
        let width = model.stateWidth
        let inputs = [model.input(rows: nil)] + (width > 0 ? [.float32(nil, width), .float32(nil)] : [])
        func outputs(_ given: [Tensor]) -> ActorCritic.Outputs {
            let start =
                width > 0 ? ActorCritic.Start(states: given[1], kept: given[2].reshaped(to: [1, -1])) : nil
            return model(given[0], from: start)
        }
        acting = RowProgram("actor and critic", inputs: inputs) { given in
            let said = outputs(given)
            return [said.parameters, said.values] + (model.hasStateDependentNoise ? [said.latents] : [])
                + (said.states.map { [$0] } ?? [])
        }
        policy = RowProgram("policy", inputs: inputs) { [outputs($0).parameters] }
        value = Program("value", inputs: inputs) { [outputs($0).values] }
    }

    /// An empty memory of so many environments.
    func memory(rows: Int) -> ActingMemory {
        let noise = model.hasStateDependentNoise ? model.latentCount * distribution.actionCount : 0
        return ActingMemory(rows: rows, stateWidth: model.stateWidth, noiseWidth: noise)
    }

    /// Chooses an action for each row.
    ///
    /// - Parameter window: where the actions are written, with their probabilities and values, to be learned from.
    func act(
        on percepts: Percepts, mode: ActionMode, into actions: MutableRows, streams: inout ActionStreams,
        memory: inout ActingMemory, recording window: ExperienceWindow? = nil,
        assessing assessment: inout ActionAssessment?, isAssessed: Bool = false
    ) throws {
        let rows = percepts.count
        if memory.rows != rows { memory = self.memory(rows: rows) }
        let isPlain = mode == .greedy && model.stateWidth == 0
        if let window, model.stateWidth > 0 { window.note(states: memory.states, percepts) }
        let said = try run(isPlain ? policy : acting, percepts, memory)
        let parameters = said.output(0)
        if mode == .explore, model.hasStateDependentNoise {
            memory.refreshNoise(
                model.logDeviations!, every: settings.noiseEvery, isDue: window?.next.lowerBound == 0, &streams)
        }
        for row in 0..<rows {
            let own = parameters.row(row, width: distribution.parameterCount)
            let valid = distribution.choiceCount.flatMap { percepts.validActions(row, of: $0) }
            let log = sample.withUnsafeMutableBufferPointer { sample -> Float in
                defer { distribution.write(UnsafeBufferPointer(sample), to: row, of: actions, bounds: bounds) }
                if mode == .greedy {
                    distribution.mode(own, among: valid, into: sample)
                    return 0
                }
                if model.hasActionValues {
                    sample[0] = Float(epsilonGreedy(own, among: valid, exploration, &streams[row]))
                    return 0
                }
                guard model.hasStateDependentNoise else {
                    return distribution.sample(own, among: valid, into: sample, &streams[row])
                }
                memory.addNoise(of: row, said.output(2), to: own, into: sample)
                return distribution.logProbability(of: UnsafeBufferPointer(sample), own)
            }
            window?.note(row, sample: sample, log: log, value: said.output(1)[row], valid: valid)
        }
        if isAssessed { assessment = self.assessment(of: parameters, rows: rows) }
        if model.stateWidth > 0 {
            let states = said.output(model.hasStateDependentNoise ? 3 : 2)
            memory.states.withUnsafeMutableBufferPointer { _ = $0.update(fromContentsOf: states) }
        }
    }

    private func run(_ program: RowProgram, _ percepts: Percepts, _ memory: ActingMemory) throws -> RowProgram {
        try program.run(rows: percepts.count) { plan, rows in
            encoding.encode(percepts.observations, rows, into: plan.input(0))
            guard model.stateWidth > 0 else { return }
            let numbers = rows.lowerBound * model.stateWidth..<rows.upperBound * model.stateWidth
            memory.states.withUnsafeBufferPointer {
                _ = plan.input(1).update(fromContentsOf: UnsafeBufferPointer(rebasing: $0[numbers]))
            }
            let kept = plan.input(2)
            for row in rows { kept[row - rows.lowerBound] = percepts.startsEpisode(row) ? 0 : 1 }
        }
        return program
    }

    /// The probabilities of a single choice; nil for other actions.
    func assess(_ percepts: Percepts, _ memory: ActingMemory) throws -> ActionAssessment? {
        guard distribution.choiceCount != nil else { return nil }
        let own = memory.rows == percepts.count ? memory : self.memory(rows: percepts.count)
        return assessment(of: try run(policy, percepts, own).output(0), rows: percepts.count)
    }

    private func assessment(of logits: UnsafeBufferPointer<Float>, rows: Int) -> ActionAssessment? {
        guard let count = distribution.choiceCount else { return nil }
        guard model.hasActionValues else { return .probabilities(ofLogits: logits, choices: count, rows: rows) }
        return ActionAssessment(kind: .actionValues, values: logits.prefix(rows * count).map(Double.init), rows: rows)
    }

    /// Writes V of some rows of observations, whose recurrent states are those of the same rows.
    func values(
        of observations: Rows, rows: [Int], _ memory: ActingMemory, into write: (_ row: Int, _ value: Float) -> Void
    ) throws {
        guard !rows.isEmpty else { return }
        let plan = try value.plan(length: Program.bucket(for: rows.count))
        let inputs = plan.input(0), width = model.stateWidth
        for (place, row) in rows.enumerated() {
            encoding.encode(
                observations.row(row), type: observations.type, into: inputs.baseAddress! + place * encoding.inputCount)
            guard width > 0 else { continue }
            for number in 0..<width { plan.input(1)[place * width + number] = memory.states[row * width + number] }
            plan.input(2)[place] = 1
        }
        plan.run()
        for (place, row) in rows.enumerated() { write(row, plan.output(0)[place]) }
    }
}
