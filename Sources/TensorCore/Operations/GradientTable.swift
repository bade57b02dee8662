// The gradient of each operation.

extension Operation {
    /// The gradient of each input from the gradient of the output; nil where none flows.
    func gradients(inputs: [Tensor], output y: Tensor, gradient g: Tensor, needed: [Bool]) -> [Tensor?] {
        switch self {
        case .input, .variable, .data, .scalar, .random, .argmax, .argsort, .poolArgmax, .stopGradient:
            inputs.map { _ in nil }
        case .unary(let operation): [Self.unaryGradient(operation, inputs[0], y, g)]
        case .binary(let operation):
            zip(inputs, Self.binaryGradients(operation, inputs[0], inputs[1], y, g, needed)).map {
                $1?.summed(to: $0.shape)
            }
        case .select:
            [
                nil, Tensor.select(inputs[0], g, Tensor(0)).summed(to: inputs[1].shape),
                Tensor.select(inputs[0], Tensor(0), g).summed(to: inputs[2].shape),
            ]
        case .broadcast: [g.summed(to: inputs[0].shape)]
        case .reshape: [g.reshaped(to: inputs[0].shape)]
        case .permute(let axes): [g.permuted(axes.indices.map { axes.firstIndex(of: $0)! })]
        case .slice(let starts, let steps): [g.unsliced(to: inputs[0].shape, starts, steps)]
        case .pad(let low, let steps, _): [g.sliced(starts: low, extents: inputs[0].shape, steps: steps)]
        case .concatenate(let axis): g.split(inputs.map { $0.shape[axis] }, axis: axis).map { $0 }
        case .gather(let batch, _): [g.scatterAdded(inputs[1], batch: batch, extent: inputs[0].shape[batch]), nil]
        case .scatterAdd(let batch, _): [g.gathered(inputs[1], batch: batch, zeroOutside: true), nil]
        case .reduce(.sum, _, _): [g.broadcast(to: inputs[0].shape)]
        case .reduce(.maximum, let axis, let count): [Self.maximumGradient(inputs[0], y, g, axis: axis, count: count)]
        case .cumulativeSum(let axis, let reverse): [g.cumulativeSum(axis: axis, reverse: !reverse)]
        case .matmul(let left, let right): Self.matmulGradients(inputs[0], inputs[1], g, left, right, needed)
        case .convolution(let part, let geometry): geometry.gradients(part, inputs[0], inputs[1], g, needed)
        case .cholesky: [Self.choleskyGradient(y, g)]
        case .triangularSolve(let upper, let transposed):
            Self.triangularSolveGradients(inputs[0], y, g, upper: upper, transposed: transposed)
        case .inverse:
            [-y.matmul(g, transposeLeft: true).matmul(y, transposeRight: true)]
        case .logAbsoluteDeterminant:
            [g.reshaped(to: g.shape + [1, 1]) * inputs[0].inverse().transposed()]
        case .customGradient(let gradient): [nil] + gradient.body(g)
        }
    }

    private static func unaryGradient(_ operation: Unary, _ x: Tensor, _ y: Tensor, _ g: Tensor) -> Tensor? {
        switch operation {
        case .negate: -g
        case .absolute: g * x.sign()
        case .sign, .floatFromInt32, .int32FromFloat, .floor, .round: nil
        case .exp: g * y
        case .log: g / x
        case .squareRoot: g * 0.5 / y
        case .square: g * (2 * x)
        case .relu: Tensor.select(Tensor(0) .< y, g, Tensor(0))
        case .sigmoid: g * (y * (1 - y))
        case .tanh: g * (1 - y.squared())
        case .softplus: g * x.sigmoid()
        case .log1p: g / (1 + x)
        case .expm1: g * (y + 1)
        case .sine: g * x.cosine()
        case .cosine: -(g * x.sine())
        case .erf: g * (2 / Double.pi.squareRoot() * (-x.squared()).exp())
        case .erfInverse: g * (Double.pi.squareRoot() / 2 * y.squared().exp())
        }
    }

    private static func binaryGradients(
        _ operation: Binary, _ a: Tensor, _ b: Tensor, _ y: Tensor, _ g: Tensor, _ needed: [Bool]
    ) -> [Tensor?] {
        switch operation {
        case .add: [g, g]
        case .subtract: [g, needed[1] ? -g : nil]
        case .multiply: [needed[0] ? g * b : nil, needed[1] ? g * a : nil]
        case .divide:
            // One division serves both.
            [needed[0] ? g / b : nil, needed[1] ? -((g / b) * y) : nil]
        case .maximum: [g * share(b .< a, a .== b), g * share(a .< b, a .== b)]
        case .minimum: [g * share(a .< b, a .== b), g * share(b .< a, a .== b)]
        case .less, .lessEqual, .equal: [nil, nil]
        case .power:
            [
                needed[0] ? g * (b * a.power(b - 1)) : nil,
                // The limit for the base 0: y log a → 0.
                needed[1] ? g * Tensor.select(a .== Tensor(0), Tensor(0), y * a.log()) : nil,
            ]
        }
    }

    /// 1 for the chosen operand, ½ for each of two equal ones.
    private static func share(_ chosen: Tensor, _ tie: Tensor) -> Tensor { chosen + 0.5 * tie }

    private static func maximumGradient(_ x: Tensor, _ y: Tensor, _ g: Tensor, axis: Int, count: Int) -> Tensor {
        let mask = x .== y
        let axes = Array(axis..<axis + count)
        return g * mask / mask.sum(axes, keepDimensions: true)
    }

    private static func matmulGradients(
        _ a: Tensor, _ b: Tensor, _ g: Tensor, _ left: Bool, _ right: Bool, _ needed: [Bool]
    ) -> [Tensor?] {
        // C = op(A) op(B): dop(A) = G op(B)ᵀ, dop(B) = op(A)ᵀ G; a stored transpose swaps the factors.
        let da =
            !needed[0]
            ? nil
            : left
                ? b.matmul(g, transposeLeft: right, transposeRight: true)
                : g.matmul(b, transposeRight: !right)
        let db =
            !needed[1]
            ? nil
            : right
                ? g.matmul(a, transposeLeft: true, transposeRight: left)
                : a.matmul(g, transposeLeft: !left)
        return [da, db]
    }

    /// Murray (2016), "Differentiation of the Cholesky decomposition": Ā = ½ L⁻ᵀ (Φ + Φᵀ) L⁻¹ with Φ the lower half of
    /// Lᵀ L̄, its diagonal halved.
    private static func choleskyGradient(_ l: Tensor, _ g: Tensor) -> Tensor {
        let half = l.matmul(g, transposeLeft: true) * .lowerTriangle(l.shape[l.rank - 1], diagonal: 0.5)
        let left = l.triangularSolve(half + half.transposed(), transposed: true)
        return 0.5 * l.triangularSolve(left.transposed(), transposed: true).transposed()
    }

    /// T X = B: B̄ = T⁻ᵀ X̄ and T̄ = −B̄ Xᵀ; for Tᵀ X = B the latter is transposed. Only the triangle is read.
    private static func triangularSolveGradients(
        _ t: Tensor, _ x: Tensor, _ g: Tensor, upper: Bool, transposed: Bool
    ) -> [Tensor?] {
        let rightSide = t.triangularSolve(g, upper: upper, transposed: !transposed)
        let full =
            transposed ? -x.matmul(rightSide, transposeRight: true) : -rightSide.matmul(x, transposeRight: true)
        let lower = Tensor.lowerTriangle(t.shape[t.rank - 1])
        return [full * (upper ? lower.transposed() : lower), rightSide]
    }
}
