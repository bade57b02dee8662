import Experience
import NeuralNetworks
import TensorCore

/// A perceptron with parameters of its own in each row: row i of the observations is answered by policy i. One program,
/// whatever the number of rows.
final class RowPolicies {
    private let sizes: [Int]
    private let plan: Plan
    let rows: Int

    /// - Parameter sizes: units of each layer, inputs and outputs included.
    init(_ sizes: [Int], activation: Activation, rows: Int) throws {
        (self.sizes, self.rows) = (sizes, rows)
        let layers = zip(sizes, sizes.dropFirst())
        // (B, outputs, inputs) and (B, outputs) for each layer, as Linear has them.
        let parameters = layers.flatMap { inputs, outputs -> [Program.Input] in
            [.float32(rows: rows, [outputs, inputs]), .float32(rows: rows, [outputs])]
        }
        let program = Program("row policies", inputs: [.float32(rows: rows, [sizes[0]])] + parameters) { inputs in
            let output = layers.enumerated().reduce(inputs[0]) { x, layer in
                let (index, (width, outputs)) = layer
                let input = (index == 0 ? x : activation(x)).reshaped(to: [rows, width, 1])
                let (weight, bias) = (inputs[1 + 2 * index], inputs[2 + 2 * index])
                return weight.matmul(input).reshaped(to: [rows, outputs]) + bias
            }
            return [output]
        }
        plan = try program.plan()
    }

    /// The number of parameters of a policy.
    static func parameterCount(_ sizes: [Int]) -> Int {
        zip(sizes, sizes.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 + $1.1 }
    }

    /// Gives a row its policy: weights and biases layer by layer, in the order of
    /// ``NeuralNetworks/MultilayerPerceptron``.
    func set(_ row: Int, to parameters: [Double]) {
        var start = 0
        for input in 1...2 * (sizes.count - 1) {
            let elements = plan.input(input)
            let width = elements.count / rows
            let own = elements.baseAddress! + row * width
            for place in 0..<width { own[place] = Float(parameters[start + place]) }
            start += width
        }
    }

    /// (B, outputs): each row's policy of its observation, valid until the next call.
    func outputs(for observations: Rows, _ encoding: ObservationEncoding) -> UnsafeBufferPointer<Float> {
        encoding.encode(observations, into: plan.input(0))
        plan.run()
        return plan.output(0)
    }
}
