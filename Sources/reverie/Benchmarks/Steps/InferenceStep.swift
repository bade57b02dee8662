import NeuralNetworks
import TensorCore

extension CheckedStep {
    /// The greedy action of a perceptron in one state; the results are the values of ten states.
    static var inference: CheckedStep {
        CheckedStep(name: "infer MLP 4-128-128-2 b1") { numbers in
            let network = numbers.perceptron([4, 128, 128, 2])
            let program = Program("infer", inputs: [.float32(1, 4)]) { inputs in
                let values = network(inputs[0])
                return [values.argmax(), values]
            }
            let plan = try program.plan()
            let states = (0..<10).map { _ in (0..<4).map { _ in numbers.uniform(-3.0.squareRoot(), 3.0.squareRoot()) } }
            return Made(parameters: network.parameters) {
                plan.run()
            } results: {
                states.flatMap { state in
                    _ = plan.input(0).update(fromContentsOf: state)
                    plan.run()
                    return Array(plan.output(1))
                }
            }
        }
    }
}
