import TensorCore

/// Computes the conditionals of a convolutional network pixel by pixel, using only the rows of the image that the pixel
/// depends on: its own, and as many above as the kernels reach together. Rows further up have no influence, so the
/// outputs are the same as for the whole image.
final class RowWindows: ConditionalStepper {
    private let network: any ConditionalNetwork
    /// Numbers per row of the image.
    private let rowWidth: Int
    private let reach: Int
    private let count: Int
    private var plans: [Int: Plan] = [:]

    /// - Parameters:
    ///   - network: A network that accepts images of any height and has its numbers in raster order.
    ///   - reach: The number of rows above a pixel that it depends on.
    init(_ network: any ConditionalNetwork, rowWidth: Int, reach: Int, count: Int) {
        (self.network, self.rowWidth, self.reach, self.count) = (network, rowWidth, reach, count)
    }

    func find(_ index: Int, rows: [Float], outputs: UnsafeMutableBufferPointer<Float>) throws {
        let (row, width) = (index / rowWidth, rows.count / count)
        let top = max(0, row - reach)
        let plan = try plan(height: row - top + 1)
        let (input, size) = (plan.input(0), (row - top + 1) * rowWidth)
        for picture in 0..<count {
            let source = rows[picture * width + top * rowWidth..<picture * width + (row + 1) * rowWidth]
            _ = UnsafeMutableBufferPointer(rebasing: input[picture * size..<(picture + 1) * size])
                .update(fromContentsOf: source)
        }
        plan.run()
        let (all, outputCount) = (plan.output(0), outputs.count / count)
        for picture in 0..<count {
            let start = (picture * size + index - top * rowWidth) * outputCount
            for output in 0..<outputCount { outputs[picture * outputCount + output] = all[start + output] }
        }
    }

    private func plan(height: Int) throws -> Plan {
        if let plan = plans[height] { return plan }
        let plan = try Program("picture rows", inputs: [.float32(count, height * rowWidth)]) { [network] inputs in
            [network(inputs[0])]
        }.plan()
        plans[height] = plan
        return plan
    }
}
