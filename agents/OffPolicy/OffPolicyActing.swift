import Environments
import Experience
import Foundation
import NeuralNetworks
import Random
import TensorCore

/// How an off-policy actor acts: its network as a program, and its noise, row by row.
final class OffPolicyActing {
    private let actor: OffPolicyActor
    /// Of actions in the environment's range.
    private let distribution: PolicyDistribution
    private let encoding: ObservationEncoding
    /// The bounds of a box of actions.
    private let bounds: (low: [Double], high: [Double])?
    /// (B, …) → parameters, and the latents that state-dependent noise needs.
    private let program: RowProgram
    private let noise: ActionNoise?
    private let noiseEvery: Int
    private var sample: [Float]

    init(
        _ actor: OffPolicyActor, _ distribution: PolicyDistribution, _ design: NetworkDesign,
        _ normalizer: ObservationNormalizer?, _ actionSpace: Space, noise: ActionNoise?, noiseEvery: Int
    ) {
        (self.actor, self.distribution, encoding) = (actor, distribution, design.encoding)
        (self.noise, self.noiseEvery) = (noise, noiseEvery)
        if case .box(let low, let high, _, _) = actionSpace { bounds = (low, high) } else { bounds = nil }
        sample = Array(repeating: 0, count: distribution.actionCount)
        program = RowProgram("actor", inputs: [design.input(rows: nil)]) { given in
            let said = actor(normalizer?.normalized(given[0], design.inputs) ?? given[0])
            return [said.parameters] + (actor.logDeviations == nil ? [] : [said.latents])
        }
    }

    /// An empty memory of so many environments.
    func memory(rows: Int) -> ActingMemory {
        let count = distribution.actionCount
        let width = actor.logDeviations == nil ? noise?.memoryWidth(count) ?? 0 : actor.latentCount * count
        return ActingMemory(rows: rows, stateWidth: 0, noiseWidth: width)
    }

    func act(
        on percepts: Percepts, mode: ActionMode, into actions: MutableRows, streams: inout ActionStreams,
        memory: inout ActingMemory
    ) throws {
        let rows = percepts.count
        if memory.rows != rows { memory = self.memory(rows: rows) }
        let parameters = try run(percepts.observations)
        if mode == .explore, let logDeviations = actor.logDeviations {
            memory.refreshNoise(logDeviations, every: noiseEvery, &streams)
        }
        let width = parameters.count / rows
        for row in 0..<rows {
            let own = parameters.row(row, width: width)
            let valid = distribution.choiceCount.flatMap { percepts.validActions(row, of: $0) }
            if mode == .explore, let noise {
                explore(own, noise, row, percepts.startsEpisode(row), actions, &streams, &memory)
                continue
            }
            sample.withUnsafeMutableBufferPointer { sample in
                if mode == .greedy {
                    distribution.mode(own, among: valid, into: sample)
                } else if actor.logDeviations != nil {
                    memory.addNoise(of: row, program.output(1), to: own, into: sample)
                } else {
                    _ = distribution.sample(own, among: valid, into: sample, &streams[row])
                }
                distribution.write(UnsafeBufferPointer(sample), to: row, of: actions, bounds: bounds)
            }
        }
    }

    /// A deterministic action with noise, within its range.
    private func explore(
        _ own: UnsafeBufferPointer<Float>, _ noise: ActionNoise, _ row: Int, _ startsEpisode: Bool,
        _ actions: MutableRows, _ streams: inout ActionStreams, _ memory: inout ActingMemory
    ) {
        guard let bounds else { preconditionFailure("noise is for actions of numbers") }
        let isRemembered = noise.memoryWidth(own.count) > 0
        for place in own.indices {
            let index = row * own.count + place
            var state: Float? = isRemembered ? startsEpisode ? 0 : memory.noise[index] : nil
            let number = tanh(Double(own[place])) + noise.next(&state, &streams[row])
            if let state { memory.noise[index] = state }
            let (low, high) = (bounds.low[place], bounds.high[place])
            let action = (low + high) / 2 + (high - low) / 2 * min(max(number, -1), 1)
            actions.set(row, place, to: PolicyDistribution.clipped(action, to: low, high))
        }
    }

    private func run(_ observations: Rows) throws -> UnsafeBufferPointer<Float> {
        try program.run(rows: observations.count) { plan, rows in
            encoding.encode(observations, rows, into: plan.input(0))
        }
        return program.output(0)
    }

    /// The probabilities of choices; nil for other actions.
    func assess(_ observations: Rows) throws -> ActionAssessment? {
        guard let count = distribution.choiceCount else { return nil }
        return .probabilities(ofLogits: try run(observations), choices: count, rows: observations.count)
    }
}
