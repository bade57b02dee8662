// The plain loops for convolution, pooling and linear algebra.

extension Reference {
    /// Each product of the defining sum is added to the requested part.
    static func convolution(
        _ part: Convolution.Part, _ c: Convolution, _ first: Operand, _ second: Operand
    ) -> [Double] {
        var result = [Double](repeating: 0, count: c.shape(of: part).elementCount)
        let (inputs, outputs) = (c.weight[3], c.weight[0] / c.groups)
        let (input, weight, output) = (c.input.rowMajorStrides, c.weight.rowMajorStrides, c.output.rowMajorStrides)
        for place in 0..<c.output.elementCount {
            let at = zip(c.output, output).map { place / $1 % $0 }
            for a in 0..<c.weight[1] {
                for b in 0..<c.weight[2] {
                    let (y, x) = (c.source(of: at[1], tap: a, along: 0), c.source(of: at[2], tap: b, along: 1))
                    guard (0..<c.input[1]).contains(y), (0..<c.input[2]).contains(x) else { continue }
                    for channel in 0..<inputs {
                        let source =
                            at[0] * input[0] + y * input[1] + x * input[2] + at[3] / outputs * inputs + channel
                        let tap = at[3] * weight[0] + a * weight[1] + b * weight[2] + channel
                        switch part {
                        case .output: result[place] += first.values[source] * second.values[tap]
                        case .input: result[source] += first.values[tap] * second.values[place]
                        case .weight: result[tap] += first.values[source] * second.values[place]
                        }
                    }
                }
            }
        }
        return result
    }

    static func poolArgmax(_ x: Operand, _ window: Window, _ shape: Shape) -> [Double] {
        let strides = x.shape.rowMajorStrides
        return (0..<shape.elementCount).map { position in
            let at = zip(shape, shape.rowMajorStrides).map { position / $1 % $0 }
            var best: Int?
            for row in 0..<window.extents[0] {
                for column in 0..<window.extents[1] {
                    let y = at[1] * window.stride[0] + row - window.padding[0]
                    let x0 = at[2] * window.stride[1] + column - window.padding[1]
                    guard (0..<x.shape[1]).contains(y), (0..<x.shape[2]).contains(x0) else { continue }
                    let place = at[0] * strides[0] + y * strides[1] + x0 * strides[2] + at[3]
                    if best.map({ x.values[place] > x.values[$0] }) ?? true { best = place }
                }
            }
            return Double(best!)
        }
    }

    /// The factorisations themselves are already in float64 (see ``LinearAlgebra``).
    static func linearAlgebra(_ operation: Operation, _ operands: [Operand], _ shape: Shape) -> [Double] {
        let (rows, columns) = (operands[0].shape.last!, operands.last!.shape.last!)
        let batch = Shape(operands[0].shape.dropLast(2)).elementCount
        let count = batch == 0 ? 0 : shape.elementCount / batch
        return (0..<batch).flatMap { item in
            var square = Array(operands[0].values[item * rows * rows..<(item + 1) * rows * rows])
            var other = Array(operands.last!.values[item * rows * columns..<(item + 1) * rows * columns]) + [0]
            return square.withUnsafeMutableBufferPointer { square in
                other.withUnsafeMutableBufferPointer { other in
                    let room = square.baseAddress ?? other.baseAddress!
                    let result = LinearAlgebra.run(operation, room, other.baseAddress!, rows, columns)
                    return Array(UnsafeBufferPointer(start: result, count: count))
                }
            }
        }
    }
}
