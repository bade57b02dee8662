import Environments
import Experience
import Foundation
import NeuralNetworks
import TensorCore

@testable import Agents

/// What one environment did in a step.
struct PlayedStep<Element: ObservationElement> {
    var observation: [Element]
    var action = 0
    /// The action where it consists of numbers.
    var numbers: [Float] = []
    var reward = 0.0
    var next: [Element]
    var terminated = false
    var truncated = false
    var isReset = false
}

/// One step of several environments as an agent receives it; the rows are valid during the call.
func withStep<Element: ObservationElement, Result>(
    _ steps: [PlayedStep<Element>], _ body: (Transitions) throws -> Result
) rethrows -> Result {
    let before = copied(steps.flatMap(\.observation)), after = copied(steps.flatMap(\.next))
    let actions = copied(steps.map(\.action)), rewards = copied(steps.map(\.reward))
    let numbers = copied(steps.flatMap(\.numbers))
    let flags = [copied(steps.map(\.terminated)), copied(steps.map(\.truncated)), copied(steps.map(\.isReset))]
    defer {
        before.deallocate()
        after.deallocate()
        actions.deallocate()
        numbers.deallocate()
        rewards.deallocate()
        for buffer in flags { buffer.deallocate() }
    }
    func rows(_ buffer: UnsafeMutableBufferPointer<Element>) -> Rows {
        Rows(
            buffer.baseAddress!, type: Element.elementType, count: steps.count, width: steps[0].observation.count)
    }
    return try body(
        Transitions(
            observations: rows(before),
            actions: numbers.isEmpty
                ? Rows(UnsafeBufferPointer(actions), count: steps.count)
                : Rows(
                    numbers.baseAddress!, type: .float32, count: steps.count, width: steps[0].numbers.count),
            rewards: UnsafeBufferPointer(rewards),
            terminated: UnsafeBufferPointer(flags[0]), truncated: UnsafeBufferPointer(flags[1]),
            nextObservations: rows(after), isReset: UnsafeBufferPointer(flags[2])))
}

private func copied<Value>(_ values: [Value]) -> UnsafeMutableBufferPointer<Value> {
    let buffer = UnsafeMutableBufferPointer<Value>.allocate(capacity: values.count)
    _ = buffer.initialize(from: values)
    return buffer
}

/// Rows of observations, valid during the call.
func withRows<Element: ObservationElement, Result>(
    _ rows: [[Element]], _ body: (Rows) throws -> Result
) rethrows -> Result {
    try withStep(rows.map { PlayedStep(observation: $0, next: $0) }) { try body($0.observations) }
}

extension Agent {
    /// The actions that the agent chooses for rows of observations.
    func actions<Element: ObservationElement>(
        on observations: [[Element]], masks: [ActionMask]? = nil, mode: ActionMode = .explore
    ) throws -> [Int] {
        var actions = [Int](repeating: -1, count: observations.count)
        try actions.withUnsafeMutableBufferPointer { buffer in
            try withRows(observations) { rows in
                try (masks ?? []).withUnsafeBufferPointer { own in
                    try act(
                        on: Percepts(rows, actionMasks: masks == nil ? nil : own), mode: mode,
                        into: MutableRows(buffer, count: buffer.count))
                }
            }
        }
        return actions
    }

    /// The actions of so many numbers each that the agent chooses for rows of observations.
    func numbers<Element: ObservationElement>(
        on observations: [[Element]], width: Int, mode: ActionMode = .explore
    ) throws -> [[Float]] {
        var numbers = [Float](repeating: .nan, count: observations.count * width)
        try numbers.withUnsafeMutableBytes { bytes in
            try withRows(observations) {
                try act(
                    on: Percepts($0), mode: mode,
                    into: MutableRows(bytes.baseAddress!, type: .float32, count: observations.count, width: width))
            }
        }
        return observations.indices.map { Array(numbers[$0 * width..<($0 + 1) * width]) }
    }

    /// The agent's assessment of one observation.
    func assess<Element: ObservationElement>(_ observation: [Element]) throws -> ActionAssessment? {
        try withRows([observation]) { try assess($0) }
    }
}

extension Learner {
    /// Learns from a step of several environments.
    func learn<Element: ObservationElement>(_ steps: [PlayedStep<Element>]) throws {
        try withStep(steps) { try learn(from: $0) }
    }

    /// Learns from a step of one environment.
    func learn<Element: ObservationElement>(_ step: PlayedStep<Element>) throws { try learn([step]) }

    func metric(_ name: String) -> Double? { metrics.first { $0.name == name }?.value }
}

extension ReplayBuffer {
    /// Stores a step of several environments.
    func add<Element: ObservationElement>(_ steps: [PlayedStep<Element>]) { withStep(steps) { add($0) } }
}

extension Parameters {
    subscript(path: String) -> Variable { entries.first { $0.path == path }!.variable }

    /// The elements of all variables whose path has this prefix, with their paths.
    func values(below prefix: String) -> [String: [Float]] {
        Dictionary(
            uniqueKeysWithValues: entries.filter { $0.path.hasPrefix(prefix) }.map {
                (String($0.path.dropFirst(prefix.count)), $0.variable.values)
            })
    }

    /// Everything, bit for bit.
    var bits: [[UInt32]] { variables.map { $0.values.map(\.bitPattern) } }
}

/// Each state is followed by the next, the last one by the end of the episode.
private struct CountingModel: TabularModel {
    var stateCount: Int
    var actionCount: Int

    func outcomes(state: Int, action: Int) -> [Outcome] {
        let next = (state + 1) % stateCount
        return [Outcome(probability: 1, nextState: next, reward: Double(action), terminated: next == 0)]
    }
}

extension EnvironmentDescription {
    /// Environments whose observations are `width` numbers.
    static func vector(_ width: Int, actions: Int, count: Int = 1) -> EnvironmentDescription {
        EnvironmentDescription(
            id: "Vector", observationSpace: .box(-10...10, shape: [width]), actionSpace: .discrete(actions),
            elementType: .float32, count: count)
    }

    /// Environments whose observations are images of bytes, or of flags with `high` 1.
    static func images(_ shape: [Int], actions: Int, high: Double = 255, count: Int = 1) -> EnvironmentDescription {
        EnvironmentDescription(
            id: "Images", observationSpace: .box(0...high, shape: shape, element: .uint8),
            actionSpace: .discrete(actions), elementType: .uint8, count: count)
    }

    /// An environment of numbered states that counts up, whatever the action; the action is the reward.
    static func states(_ count: Int, actions: Int) -> EnvironmentDescription {
        EnvironmentDescription(
            id: "States", observationSpace: .discrete(count), actionSpace: .discrete(actions), elementType: .int32,
            model: CountingModel(stateCount: count, actionCount: actions))
    }
}

/// PyTorch's results, written by Fixtures/Agents/make_golden.py.
enum Golden {
    struct Array: Decodable {
        var shape: [Int]
        var values: [Double]
    }

    static func load<Value: Decodable>(_ name: String) -> Value {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let file = folder.appending(path: "Fixtures/Agents/\(name)")
        return try! JSONDecoder().decode(Value.self, from: Data(contentsOf: file))
    }

    /// The largest difference relative to max(1, |expected|); infinite if one is NaN.
    static func difference(_ values: [Float], _ expected: [Double]) -> Double {
        guard values.count == expected.count else { return .infinity }
        let differences = zip(values, expected).map { abs(Double($0) - $1) / max(1, abs($1)) }
        return differences.contains(where: \.isNaN) ? .infinity : differences.max() ?? 0
    }

    /// Writes the arrays to a network's parameters.
    static func set(_ parameters: Parameters, to arrays: [Array]) {
        for (variable, array) in zip(parameters.variables, arrays) { variable.set(array.values.map { Float($0) }) }
    }
}

/// χ² of counts that should be equal: n − 1 on average, with a standard deviation of √(2 (n − 1)).
func chiSquare(_ counts: [Int]) -> Double {
    let expected = Double(counts.reduce(0, +)) / Double(counts.count)
    return counts.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
}

/// Whether χ² of the counts lies within five standard deviations of its mean for equal probabilities, and isn't
/// suspiciously small.
func isUniform(_ counts: [Int]) -> Bool {
    let freedom = Double(counts.count - 1)
    let statistic = chiSquare(counts)
    return abs(statistic - freedom) < 5 * (2 * freedom).squareRoot()
}

extension AgentCatalog {
    /// The names of the agents that act by choices, and of those that act by numbers alone.
    static let agentsOfChoices = names { $0.actions.contains("choices") }
    static let agentsOfNumbers = names { $0.actions == ["numbers"] }

    private static func names(where suits: (AgentNeeds) -> Bool) -> [String] {
        entries.filter { suits(type(of: $0.makeSettings()).needs) }.map(\.name)
    }
}
