import Foundation

/// What an agent thinks of the actions: a number for each action, for each of several observations.
public struct ActionAssessment: Hashable, Sendable {
    /// What the numbers mean.
    public enum Kind: String, Sendable {
        case actionValues, probabilities
    }

    public var kind: Kind
    public let rows: Int
    /// (rows, actions): one number per action.
    public var values: [Double]

    /// Makes an assessment of `rows` observations.
    ///
    /// - Precondition: `rows` is positive and divides the number of values.
    public init(kind: Kind, values: [Double], rows: Int = 1) {
        precondition(
            rows > 0 && values.count % rows == 0,
            "expected the same number of values for each of \(rows) observations, found \(values.count) in all")
        (self.kind, self.values, self.rows) = (kind, values, rows)
    }

    public var actionCount: Int { values.count / rows }

    /// The row of one observation.
    public subscript(row: Int) -> ArraySlice<Double> { values[row * actionCount..<(row + 1) * actionCount] }

    /// The probabilities that logits (rows, choices) stand for.
    static func probabilities(
        ofLogits logits: UnsafeBufferPointer<Float>, choices: Int, rows: Int
    ) -> ActionAssessment {
        var values: [Double] = []
        for row in 0..<rows {
            let own = logits.row(row, width: choices)
            let largest = own.max()!
            let weights = own.map { exp(Double($0 - largest)) }
            let sum = weights.reduce(0, +)
            values += weights.map { $0 / sum }
        }
        return ActionAssessment(kind: .probabilities, values: values, rows: rows)
    }

    /// The same probability for each action.
    static func uniform(actions count: Int, rows: Int) -> ActionAssessment {
        ActionAssessment(
            kind: .probabilities, values: Array(repeating: 1 / Double(count), count: count * rows), rows: rows)
    }
}
