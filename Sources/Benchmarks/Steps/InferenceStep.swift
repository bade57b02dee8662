import NeuralNetworks
import Random
import TensorCore

extension CheckedStep {
    /// The greedy action of a perceptron in one state; the results are the action values of ten states.
    static var inference: CheckedStep {
        inference("infer MLP 4-128-128-2 b1", [4]) { MultilayerPerceptron([4, 128, 128, 2], random: &$0) }
    }

    /// The same with the network for Atari games.
    static var inferenceNature: CheckedStep { inference("infer Nature CNN b1", [84, 84, 4]) { natureNetwork(&$0) } }

    private static func inference<Network: Layer>(
        _ name: String, _ observation: Shape, _ make: @escaping (inout RandomStream) -> Network
    ) -> CheckedStep {
        CheckedStep(name: name) { numbers in
            let network = numbers.filled(make)
            let program = Program("infer", inputs: [.float32(rows: 1, observation)]) { inputs in
                let values = network(inputs[0])
                return [values.argmax(), values]
            }
            let plan = try program.plan()
            let bound = 3.0.squareRoot()
            let states = (0..<10).map { _ in (0..<observation.elementCount).map { _ in numbers.uniform(-bound, bound) }
            }
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
