import CKernels

// Instructions that consist of a single kernel call.

extension Emitter {
    func emitReduction(_ index: Int, _ reduction: Operation.Reduction, axis: Int, count: Int) -> Instruction {
        let operand = graph.entries[index].inputs[0]
        let shape = graph.entries[operand].shape
        let outer = Shape(shape[..<axis]).elementCount
        let reduced = Shape(shape[axis..<axis + count]).elementCount
        let inner = Shape(shape[(axis + count)...]).elementCount
        let (source, destination) = (floats(operand), floats(index))
        let table = kernels.pointer.pointee
        let kernel = reduction == .sum ? table.sum! : table.maximum!
        // A single sum is one piece, because an element has only one order of additions.
        let pieces = inner == 1 ? outer : max(outer, (inner + 15) / 16)
        return Instruction(pieces: max(1, pieces)) { part, _ in
            kernel(source, destination, outer, reduced, inner, part)
        }
    }

    func emitArgmax(_ index: Int) -> Instruction {
        let entry = graph.entries[index]
        let (source, destination, rows) = (floats(entry.inputs[0]), integers(index), entry.count)
        let columns = graph.entries[entry.inputs[0]].shape.last!
        let kernel = kernels.pointer.pointee.argmax!
        return Instruction { part, _ in kernel(source, destination, rows, columns, part) }
    }

    func emitArgsort(_ index: Int, descending: Bool) -> Instruction {
        let entry = graph.entries[index]
        let columns = entry.shape.last!
        let rows = columns == 0 ? 0 : entry.count / columns
        let (source, destination) = (floats(entry.inputs[0]), integers(index))
        return Instruction(scratchBytes: columns * MemoryLayout<Int32>.stride) { part, scratch in
            let other = UnsafeMutableRawPointer(scratch).assumingMemoryBound(to: Int32.self)
            rv_argsort(source, destination, rows, columns, descending ? 1 : 0, other, part)
        }
    }

    func emitCumulativeSum(_ index: Int, axis: Int, reverse: Bool) -> Instruction {
        let entry = graph.entries[index]
        let outer = Shape(entry.shape[..<axis]).elementCount
        let inner = Shape(entry.shape[(axis + 1)...]).elementCount
        let (source, destination, extent) = (floats(entry.inputs[0]), floats(index), entry.shape[axis])
        return Instruction { part, _ in
            rv_cumulative_sum(source, destination, outer, extent, inner, reverse ? 1 : 0, part)
        }
    }

    func emitProduct(_ index: Int) -> Instruction {
        let entry = graph.entries[index]
        let product = memory.keep([rv_product(graph, index)!])
        let (a, b, c) = (floats(entry.inputs[0]), floats(entry.inputs[1]), floats(index))
        let kernel = kernels.pointer.pointee.product!
        let scratchBytes = kernels.pointer.pointee.product_scratch(product)
        return Instruction(scratchBytes: scratchBytes) { part, scratch in kernel(product, a, b, c, scratch, part) }
    }

    func emitConvolution(_ index: Int, _ part: Convolution.Part, _ geometry: Convolution) -> Instruction {
        let inputs = graph.entries[index].inputs
        let convolution = memory.keep([rv_convolution(geometry)])
        // The kernel takes the output's side first when it computes the input.
        let (first, second) = part == .input ? (inputs[1], inputs[0]) : (inputs[0], inputs[1])
        let (a, b, result) = (floats(first), floats(second), floats(index))
        let (kernel, kind) = (kernels.pointer.pointee.convolution!, part.kind)
        let scratchBytes = kernels.pointer.pointee.convolution_scratch(convolution, kind)
        return Instruction(scratchBytes: scratchBytes) { part, scratch in
            kernel(convolution, kind, a, b, result, scratch, part)
        }
    }

    func emitPooling(_ index: Int, _ window: Window) -> Instruction {
        let entry = graph.entries[index]
        let source = graph.entries[entry.inputs[0]].shape
        let pooling = memory.keep([
            rv_pooling(
                batch: source[0], height: source[1], width: source[2], channels: source[3],
                out_height: entry.shape[1], out_width: entry.shape[2],
                window_height: window.extents[0], window_width: window.extents[1],
                stride_height: window.stride[0], stride_width: window.stride[1],
                pad_top: window.padding[0], pad_left: window.padding[1])
        ])
        let (values, result) = (floats(entry.inputs[0]), integers(index))
        return Instruction { part, _ in rv_pool_argmax(pooling, values, result, part) }
    }

    /// Matrices are copied one by one into working memory as float64, and the results back from it.
    func emitLinearAlgebra(_ index: Int) -> Instruction {
        let entry = graph.entries[index]
        let operation = entry.operation
        let sources = entry.inputs.map { floats($0) }
        let matrices = entry.inputs.map { graph.entries[$0].shape }
        let (rows, columns) = (matrices[0].last!, matrices.last!.last!)
        let batch = Shape(matrices[0].dropLast(2)).elementCount
        let resultCount = batch == 0 ? 0 : entry.count / batch
        let destination = floats(index)
        let (first, second) = (sources[0], sources.last!)
        let scratchBytes = (rows * rows + rows * columns) * MemoryLayout<Double>.stride
        return Instruction(scratchBytes: scratchBytes) { part, scratch in
            let square = UnsafeMutableRawPointer(scratch).assumingMemoryBound(to: Double.self)
            let other = square + rows * rows
            for item in part.range(of: batch) {
                for place in 0..<rows * rows { square[place] = Double(first[item * rows * rows + place]) }
                for place in 0..<rows * columns { other[place] = Double(second[item * rows * columns + place]) }
                let result = LinearAlgebra.run(operation, square, other, rows, columns)
                for place in 0..<resultCount { destination[item * resultCount + place] = Float(result[place]) }
            }
        }
    }
}

extension rv_convolution {
    fileprivate init(_ geometry: Convolution) {
        let (input, weight, output) = (geometry.input, geometry.weight, geometry.output)
        self.init(
            batch: input[0], in_height: input[1], in_width: input[2], in_channels: input[3],
            out_height: output[1], out_width: output[2], out_channels: output[3],
            kernel_height: weight[1], kernel_width: weight[2],
            stride_height: geometry.stride[0], stride_width: geometry.stride[1],
            dilation_height: geometry.dilation[0], dilation_width: geometry.dilation[1],
            pad_top: geometry.padding[0], pad_left: geometry.padding[1], groups: geometry.groups)
    }
}

extension Convolution.Part {
    fileprivate var kind: rv_convolution_kind {
        switch self {
        case .output: RV_CONVOLUTION_FORWARD
        case .input: RV_CONVOLUTION_INPUT
        case .weight: RV_CONVOLUTION_WEIGHT
        }
    }
}
