import Random

/// The plain float64 interpreter of a recorded graph: one readable loop per operation, nothing fused.
///
/// Every fast kernel is compared with it, and gradients are checked with finite differences in it.
enum Reference {
    /// The elements of `tensors`, with the given numbers in place of inputs and of the listed variables.
    static func evaluate(
        _ tensors: [Tensor], inputs: [[Double]] = [], variables: [ObjectIdentifier: [Double]] = [:],
        random: (key: UInt64, counter: UInt64) = (0, 0)
    ) -> [[Double]] {
        var nodes: [Node] = []
        var seen: Set<ObjectIdentifier> = []
        for tensor in tensors { visit(tensor.node, unless: &seen) { nodes.append($0) } }
        var values: [ObjectIdentifier: [Double]] = [:]
        for node in nodes.sorted(by: { $0.serial < $1.serial }) {
            values[ObjectIdentifier(node)] =
                leaf(node, inputs, variables, random)
                ?? compute(node, node.inputs.map { Operand(shape: $0.shape, values: values[ObjectIdentifier($0)]!) })
        }
        return tensors.map { values[ObjectIdentifier($0.node)]! }
    }

    struct Operand {
        var shape: Shape
        var values: [Double]

        /// The element that broadcasting puts at `position` of a result of `shape`.
        func element(at position: Int, of shape: Shape) -> Double {
            var (rest, offset, stride) = (position, 0, 1)
            for (extent, own) in zip(shape.reversed(), self.shape.padded(toRank: shape.count).reversed()) {
                if own != 1 { offset += rest % extent * stride }
                rest /= extent
                stride *= own
            }
            return values[offset]
        }
    }

    private static func leaf(
        _ node: Node, _ inputs: [[Double]], _ variables: [ObjectIdentifier: [Double]],
        _ random: (key: UInt64, counter: UInt64)
    ) -> [Double]? {
        if let (variable, _) = node.variable {
            return variables[ObjectIdentifier(variable)] ?? variable.values.map(Double.init)
        }
        if let data = node.data {
            return data.type == .int32 ? data.integers.map(Double.init) : data.floats.map(Double.init)
        }
        switch node.operation {
        case .input(let index): return inputs[index]
        case .scalar(let value): return [value]
        case .random(let distribution, let ordinal):
            return (0..<node.shape.elementCount).map { sample(distribution, element: $0, ordinal: ordinal, random) }
        default: return nil
        }
    }

    private static func sample(
        _ distribution: Operation.Distribution, element: Int, ordinal: Int, _ random: (key: UInt64, counter: UInt64)
    ) -> Double {
        let (low, high) = (UInt32(truncatingIfNeeded: random.counter), UInt32(truncatingIfNeeded: random.counter >> 32))
        let words = Philox4x32.block(key: random.key, counter: [UInt32(element / 4), UInt32(ordinal), low, high])
        switch distribution {
        case .uniform:
            return Double(words[element % 4] >> 8) * 0x1p-24
        case .normal:
            let pair = element % 4 / 2 * 2
            let radius = (-2 * log(Double((words[pair] >> 8) + 1) * 0x1p-24)).squareRoot()
            let angle = Double(words[pair + 1] >> 8) * 0x1p-24 * 2 * .pi
            return radius * (element % 2 == 0 ? cos(angle) : sin(angle))
        }
    }

    private static func compute(_ node: Node, _ operands: [Operand]) -> [Double] {
        let (shape, count) = (node.shape, node.shape.elementCount)
        switch node.operation {
        case .input, .variable, .data, .scalar, .random: preconditionFailure("reference: a leaf has no operands")
        case .unary(let operation): return operands[0].values.map { unary(operation, $0) }
        case .binary(let operation):
            return (0..<count).map {
                binary(operation, operands[0].element(at: $0, of: shape), operands[1].element(at: $0, of: shape))
            }
        case .select:
            return (0..<count).map {
                operands[operands[0].element(at: $0, of: shape) != 0 ? 1 : 2].element(at: $0, of: shape)
            }
        case .broadcast: return (0..<count).map { operands[0].element(at: $0, of: shape) }
        case .reshape, .stopGradient, .customGradient: return operands[0].values
        case .permute(let axes): return permute(operands[0], axes, shape)
        case .slice(let starts, let steps): return slice(operands[0], starts, steps, shape)
        case .pad(let low, let steps, let value): return pad(operands[0], low, steps, value, shape)
        case .concatenate(let axis): return concatenate(operands, axis, shape)
        case .gather(let batch, let zeroOutside):
            return gather(operands[0], operands[1], batch, outside: zeroOutside ? 0 : .nan, shape)
        case .scatterAdd(let batch, let extent): return scatterAdd(operands[0], operands[1], batch, extent, shape)
        case .argsort(let descending): return argsort(operands[0], descending)
        case .cumulativeSum(let axis, let reverse): return cumulativeSum(operands[0], axis, reverse)
        case .convolution(let part, let geometry): return convolution(part, geometry, operands[0], operands[1])
        case .poolArgmax(let window): return poolArgmax(operands[0], window, shape)
        case .cholesky, .triangularSolve, .inverse, .logAbsoluteDeterminant:
            return linearAlgebra(node.operation, operands, shape)
        case .reduce(let reduction, let axis, let axes): return reduce(operands[0], reduction, axis..<axis + axes)
        case .argmax:
            let depth = operands[0].shape.last!
            return (0..<count).map { row in
                let values = operands[0].values[row * depth..<(row + 1) * depth]
                return Double(values.firstIndex(of: values.max()!)! - row * depth)
            }
        case .matmul(let left, let right): return product(operands[0], operands[1], shape, left, right)
        }
    }

    private static func unary(_ operation: Operation.Unary, _ x: Double) -> Double {
        switch operation {
        case .negate: -x
        case .absolute: abs(x)
        case .sign: x > 0 ? 1 : x < 0 ? -1 : 0
        case .exp: exp(x)
        case .log: log(x)
        case .squareRoot: x.squareRoot()
        case .square: x * x
        case .relu: x < 0 ? 0 : x
        case .sigmoid: 1 / (1 + exp(-x))
        case .tanh: tanh(x)
        case .softplus: max(x, 0) + log1p(exp(-abs(x)))
        case .floatFromInt32: x
        case .log1p: log1p(x)
        case .expm1: expm1(x)
        case .sine: sin(x)
        case .cosine: cos(x)
        case .erf: erf(x)
        case .erfInverse: erfInverse(x)
        case .floor: x.rounded(.down)
        case .round: x.rounded(.toNearestOrEven)
        case .int32FromFloat: Double(Int32(exactly: x.rounded(.towardZero)) ?? Int32.min)
        }
    }

    private static func binary(_ operation: Operation.Binary, _ x: Double, _ y: Double) -> Double {
        switch operation {
        case .add: x + y
        case .subtract: x - y
        case .multiply: x * y
        case .divide: x / y
        case .maximum: x > y ? x : x.isNaN ? x : y
        case .minimum: x < y ? x : x.isNaN ? x : y
        case .less: x < y ? 1 : 0
        case .lessEqual: x <= y ? 1 : 0
        case .equal: x == y ? 1 : 0
        case .power: pow(x, y)
        }
    }

    private static func permute(_ operand: Operand, _ axes: [Int], _ shape: Shape) -> [Double] {
        let strides = axes.map { operand.shape.rowMajorStrides[$0] }
        return (0..<shape.elementCount).map { position in
            zip(shape.rowMajorStrides, zip(shape, strides)).map { step, axis in position / step % axis.0 * axis.1 }
                .reduce(0, +)
        }.map { operand.values[$0] }
    }

    private static func reduce(_ operand: Operand, _ reduction: Operation.Reduction, _ axes: Range<Int>) -> [Double] {
        let inner = Shape(operand.shape[axes.upperBound...]).elementCount
        let reduced = Shape(operand.shape[axes]).elementCount
        let outer = Shape(operand.shape[..<axes.lowerBound]).elementCount
        var result = [Double](repeating: reduction == .sum ? 0 : -.infinity, count: outer * inner)
        for o in 0..<outer {
            for r in 0..<reduced {
                for i in 0..<inner {
                    let x = operand.values[(o * reduced + r) * inner + i]
                    let y = result[o * inner + i]
                    result[o * inner + i] = reduction == .sum ? x + y : x > y || x.isNaN ? x : y
                }
            }
        }
        return result
    }

    private static func product(_ a: Operand, _ b: Operand, _ shape: Shape, _ left: Bool, _ right: Bool) -> [Double] {
        let (m, n) = (shape[shape.count - 2], shape[shape.count - 1])
        let k = a.shape[a.shape.count - (left ? 2 : 1)]
        var result = [Double](repeating: 0, count: shape.elementCount)
        for batch in 0..<Shape(shape.dropLast(2)).elementCount {
            for i in 0..<m {
                for j in 0..<n {
                    for l in 0..<k {
                        let x = a.values[batch * m * k + (left ? l * m + i : i * k + l)]
                        let y = b.values[batch * k * n + (right ? j * k + l : l * n + j)]
                        result[batch * m * n + i * n + j] += x * y
                    }
                }
            }
        }
        return result
    }

    /// Newton's method on erf, each step at most ½, to the last digits.
    private static func erfInverse(_ y: Double) -> Double {
        if abs(y) >= 1 { return abs(y) == 1 ? y * .infinity : .nan }
        let w = -log((1 - y) * (1 + y))
        var x = y * (w < 5 ? 1.5 : w.squareRoot())
        for _ in 0..<200 {
            let step = (erf(x) - y) / (2 / Double.pi.squareRoot() * exp(-x * x))
            x -= max(-0.5, min(0.5, step))
            if abs(step) < 1e-16 * max(1, abs(x)) { break }
        }
        return x
    }
}

import Foundation
