import Environments
import Experience
import TensorCore

/// The shape of a table of action values: one row per state, one column per action.
public struct TableShape: Hashable, Sendable {
    /// States are `0..<stateCount`.
    public let stateCount: Int
    /// Actions are `0..<actionCount`.
    public let actionCount: Int
    /// The number of values of each element of an observation; a state's index counts them like the digits of a number.
    private let radices: [Int]

    /// The largest table: 2²⁶ pairs of state and action, a quarter of a gibibyte of values.
    public static let largestCount = 1 << 26

    /// A table of states observed as a single number.
    public init(stateCount: Int, actionCount: Int) {
        (self.stateCount, self.actionCount, radices) = (stateCount, actionCount, [stateCount])
    }

    /// The table for an environment.
    ///
    /// - Throws: ``AgentError`` if observations don't consist of discrete numbers, if actions aren't discrete, or if
    ///   the table would be larger than ``largestCount``.
    public init(_ environment: EnvironmentDescription, agent: String) throws {
        guard let radices = Self.radices(environment.observationSpace),
            let count = radices.reduce(
                1 as Int?,
                { count, radix in
                    count.flatMap { $0 * radix <= Self.largestCount ? $0 * radix : nil }
                })
        else {
            throw AgentError.observationSpace(
                agent: agent, environment: environment.id, space: "\(environment.observationSpace)",
                needed: "discrete, or a tuple of discrete spaces with few members")
        }
        actionCount = try environment.actionCount(for: agent)
        guard count * actionCount <= Self.largestCount else {
            throw AgentError.observationSpace(
                agent: agent, environment: environment.id, space: "\(environment.observationSpace)",
                needed: "small enough for a table: at most 2²⁶ pairs of state and action")
        }
        (stateCount, self.radices) = (count, radices)
    }

    /// The number of values of each element; nil if the elements aren't discrete.
    private static func radices(_ space: Space) -> [Int]? {
        switch space {
        case .discrete(let count): return [count]
        case .multiDiscrete(let counts): return counts
        case .multiBinary: return Array(repeating: 2, count: space.count)
        case .tuple, .dictionary:
            let parts = space.parts.map(radices)
            return parts.contains { $0 == nil } ? nil : parts.flatMap { $0! }
        case .box: return nil
        }
    }

    /// The number of states times the number of actions.
    public var count: Int { stateCount * actionCount }

    /// The index of the state in a row.
    ///
    /// - Precondition: each number is in its discrete space.
    func state(_ observations: Rows, _ row: Int) -> Int {
        precondition(
            observations.width == radices.count,
            "expected observations of \(radices.count) numbers, found \(observations.width)")
        var state = 0
        for (place, radix) in radices.enumerated() {
            let number = observations.integer(row, place)
            precondition(0..<radix ~= number, "the observation \(number) is not in Discrete(\(radix))")
            state = state * radix + number
        }
        return state
    }

    /// The rows of a table of action values for the observed states.
    func assessment(of observations: Rows, by table: Variable) -> ActionAssessment {
        var values: [Double] = []
        values.reserveCapacity(observations.count * actionCount)
        table.withValues { table in
            for row in 0..<observations.count {
                for value in table.row(state(observations, row), width: actionCount) { values.append(Double(value)) }
            }
        }
        return ActionAssessment(kind: .actionValues, values: values, rows: observations.count)
    }
}
