import Foundation
import Random
import TensorCore

/// A vector for each step of a sequence, added to the input (X + E) or concatenated with it ([X‖E]), which lets
/// attention use the order.
public struct PositionalEmbedding: Layer {
    /// How positions are combined with the input.
    public enum Combination: String, Sendable, CaseIterable {
        /// (B, T, C) + (T, C).
        case sum
        /// (B, T, C) ‖ (T, E) → (B, T, C + E).
        case concatenation
    }

    private enum Table {
        case learned(Variable)
        case fixed(Tensor)
    }

    private let table: Table
    private let combination: Combination

    /// Learned vectors for the first `length` steps, initially normal with a standard deviation of 0.02.
    public static func learned(
        length: Int, _ features: Int, combination: Combination = .sum, random: inout RandomStream
    ) -> PositionalEmbedding {
        let weight = Variable(
            .normal(deviation: 0.02), shape: [length, features], name: "weight", random: &random)
        return PositionalEmbedding(table: .learned(weight), combination: combination)
    }

    /// Waves with geometric wavelengths from 2π to 10,000 · 2π (Vaswani et al. 2017): E[t, 2i] = sin(t /
    /// 10000^{2i/features}), and E[t, 2i + 1] is the cosine. A shift by n steps is a rotation of each pair, the same
    /// for all steps.
    public static func sinusoidal(
        length: Int, _ features: Int, combination: Combination = .sum
    ) -> PositionalEmbedding {
        let values = (0..<length * features).map { place -> Float in
            let (t, feature) = (place / features, place % features)
            let angle = Double(t) / pow(10_000, Double(feature / 2 * 2) / Double(features))
            return Float(feature % 2 == 0 ? sin(angle) : cos(angle))
        }
        return PositionalEmbedding(table: .fixed(Tensor(values, shape: [length, features])), combination: combination)
    }

    /// The vectors of all steps, (length, features).
    public var vectors: Tensor {
        switch table {
        case .learned(let variable): variable.tensor
        case .fixed(let tensor): tensor
        }
    }

    /// Combines the first T vectors with `input` (…, T, C).
    ///
    /// - Precondition: the table has at least T steps.
    public func callAsFunction(_ input: Tensor) -> Tensor {
        let length = input.shape[input.rank - 2]
        precondition(
            length <= vectors.shape[0],
            "positions: the input \(input.shape) has \(length) steps, the table \(vectors.shape[0])")
        let positions = vectors.sliced(0..<length, axis: 0)
        if combination == .sum { return input + positions }
        return .concatenated([input, positions.broadcast(to: input.shape.dropLast() + [positions.shape[1]])], axis: -1)
    }

    /// `weight`, if learned.
    public var parameters: Parameters {
        if case .learned(let variable) = table { Parameters(named: ["weight": variable]) } else { [:] }
    }
}
