import Environments
import Experience
import Storage
import TensorCore

/// T steps of n environments, written in place: what an on-policy agent learns from next. Row t · n + i is step t of
/// environment i.
final class ExperienceWindow {
    let layout: WindowLayout
    /// Steps so far.
    var steps = 0
    /// (T · n, …): as the environments gave them.
    let observations: MutableRows
    /// (T · n, numbers of an action): as the policy's distribution samples them.
    let samples: UnsafeMutableBufferPointer<Float>
    /// (T · n): log π(a|s) and V(s), when they were acted by.
    let logProbabilities, values: UnsafeMutableBufferPointer<Float>
    /// (T · n): V(s′) where the episode was truncated, and after the last step.
    let nextValues: UnsafeMutableBufferPointer<Float>
    let rewards, advantages, returns: UnsafeMutableBufferPointer<Float>
    let terminated, truncated, reset: UnsafeMutableBufferPointer<Bool>
    /// (T · n): the bits of the valid actions; all where they are unknown.
    let masks: UnsafeMutableBufferPointer<UInt64>
    /// (T · n): whether an episode starts with the row.
    let starts: UnsafeMutableBufferPointer<Bool>
    /// (sequences, …): the recurrent states that sequences start from.
    let states: UnsafeMutableBufferPointer<Float>
    /// (T · n, 5 + numbers of an action): what minibatches take of a row, side by side because they take rows from
    /// anywhere: advantage, return, log π(a|s), V(s), whether the row counts, and the action.
    private let records: UnsafeMutableBufferPointer<Float>
    let encoding: ObservationEncoding
    let distribution: PolicyDistribution
    let stateWidth: Int
    /// The number of discrete observations; 0 for arrays.
    let stateCount: Int

    init(_ layout: WindowLayout, _ environment: EnvironmentDescription, _ model: ActorCritic) {
        (self.layout, encoding, distribution) = (layout, model.encoding, model.distribution)
        (stateWidth, stateCount) = (model.stateWidth, environment.observationSpace.discreteCount ?? 0)
        let (rows, width) = (layout.rows, environment.observationSpace.count)
        func floats(_ count: Int) -> UnsafeMutableBufferPointer<Float> { .zeros(count) }
        observations = MutableRows(
            UnsafeMutableRawPointer.allocate(
                byteCount: max(1, rows * width * environment.elementType.size), alignment: 64),
            type: environment.elementType, count: rows, width: width)
        samples = floats(rows * model.distribution.actionCount)
        (logProbabilities, values, nextValues) = (floats(rows), floats(rows), floats(rows))
        (rewards, advantages, returns) = (floats(rows), floats(rows), floats(rows))
        (terminated, truncated, reset, starts) = (.falses(rows), .falses(rows), .falses(rows), .falses(rows))
        records = floats(rows * (Self.actionPlace + model.distribution.actionCount))
        masks = .allocate(capacity: rows)
        masks.initialize(repeating: .max)
        states = floats(layout.sequences * model.stateWidth * (model.stateWidth > 0 ? 1 : 0))
    }

    /// - Throws: `MemoryError` if a window doesn't fit into memory.
    static func requireMemory(
        _ layout: WindowLayout, _ environment: EnvironmentDescription, _ model: ActorCritic
    ) throws(MemoryError) {
        let row = environment.observationSpace.count * environment.elementType.size
        let numbers = 2 * model.distribution.actionCount + 11 + model.stateWidth / layout.sequenceLength
        let rowBytes = row + 4 * numbers + 12
        let (bytes, overflow) = layout.rows.multipliedReportingOverflow(by: rowBytes)
        try MemoryBudget.require(
            overflow ? nil : bytes, for: "a window of \(layout.steps) steps of \(layout.environments) environments"
        ) { _ in "use a smaller windowSteps, or fewer environments" }
    }

    deinit {
        observations.memory.deallocate()
        for memory in [samples, logProbabilities, values, nextValues, rewards, advantages, returns, states, records] {
            memory.deallocate()
        }
        for memory in [terminated, truncated, reset, starts] { memory.deallocate() }
        masks.deallocate()
    }

    var isFull: Bool { steps == layout.steps }
    /// The rows of the step that is being made.
    var next: Range<Int> { steps * layout.environments..<(steps + 1) * layout.environments }

    /// Adds what the environments did after the policy acted.
    ///
    /// - Parameter learnedRewards: The rewards to learn from.
    func append(_ transitions: Transitions, rewards learnedRewards: [Float]) {
        let rows = next
        precondition(
            !isFull && transitions.count == rows.count, "a step of \(transitions.count) for \(rows.count) rows")
        observations.row(rows.lowerBound).copyMemory(
            from: transitions.observations.memory, byteCount: transitions.observations.bytes.count)
        for (row, index) in zip(rows, 0..<transitions.count) {
            rewards[row] = learnedRewards[index]
            (terminated[row], truncated[row]) = (transitions.terminated[index], transitions.truncated[index])
            (reset[row], nextValues[row]) = (transitions.isReset[index], 0)
        }
        steps += 1
    }

    func removeAll() { steps = 0 }

    /// Computes advantages and returns of the full window.
    func estimate(discount: Double, lambda: Double) {
        let environments = layout.environments
        for row in 0..<layout.rows - environments where !truncated[row] {
            nextValues[row] = values[row + environments]
        }
        generalizedAdvantages(
            AdvantageInputs(
                rewards: UnsafeBufferPointer(rewards), values: UnsafeBufferPointer(values),
                nextValues: UnsafeBufferPointer(nextValues), terminated: UnsafeBufferPointer(terminated),
                truncated: UnsafeBufferPointer(truncated), reset: UnsafeBufferPointer(reset)),
            environments: environments, discount: Float(discount), lambda: Float(lambda), into: advantages)
        for row in 0..<layout.rows { returns[row] = advantages[row] + values[row] }
    }

    /// The place of the action in a record.
    static let actionPlace = 5

    /// What ``records`` has of a row.
    func record(_ row: Int) -> UnsafeMutablePointer<Float> {
        records.baseAddress! + row * (Self.actionPlace + distribution.actionCount)
    }

    /// Notes what minibatches are to take of the rows.
    func fillRecords() {
        let width = distribution.actionCount
        for row in 0..<layout.rows {
            let record = record(row)
            (record[0], record[1], record[2]) = (advantages[row], returns[row], logProbabilities[row])
            (record[3], record[4]) = (values[row], reset[row] ? 0 : 1)
            (record + Self.actionPlace).update(from: samples.baseAddress! + row * width, count: width)
        }
    }
}

extension ExperienceWindow {
    /// Notes what the policy thought and did in a row of the step that is being made.
    func note(_ index: Int, sample: [Float], log: Float, value: Float, valid: ActionMask?) {
        let row = next.lowerBound + index
        for (place, number) in sample.enumerated() { samples[row * sample.count + place] = number }
        (logProbabilities[row], values[row], masks[row]) = (log, value, valid?.bits ?? .max)
    }

    /// Notes the recurrent states before the step that is being made.
    func note(states current: [Float], _ percepts: Percepts) {
        for index in 0..<percepts.count { starts[next.lowerBound + index] = percepts.startsEpisode(index) }
        guard steps % layout.sequenceLength == 0 else { return }
        let first = steps / layout.sequenceLength * current.count
        for (place, number) in current.enumerated() { states[first + place] = number }
    }
}
