import NeuralNetworks
import TensorCore

extension CheckedStep {
    /// A classifier's step with Adam for growing batches and widths, to see how its cost grows.
    static var scaling: [CheckedStep] {
        let batches = [1, 4, 16, 64, 256, 1024, 4096].map { (width: 256, batch: $0) }
        let widths = [16, 32, 64, 128, 512, 1024, 2048].map { (width: $0, batch: 64) }
        return (batches + widths).map { perceptron(width: $0.width, batch: $0.batch) }
    }

    private static func perceptron(width: Int, batch: Int) -> CheckedStep {
        CheckedStep(name: "perceptron step 64-\(width)-\(width)-10 b\(batch) Adam") { numbers in
            let network = numbers.perceptron([64, width, width, 10])
            // With the usual ε of 1e-8, a gradient near 0, whose sign depends on rounding, would change a weight as
            // much as any other gradient.
            let optimizer = Adam(learningRate: 1e-3, epsilon: 1e-4)
            let program = Program("perceptron step", inputs: [.float32(batch, 64), .int32(batch)]) { inputs in
                let loss = crossEntropy(logits: network(inputs[0]), labels: inputs[1]).mean()
                try optimizer.minimize(loss, network.parameters)
                return [loss]
            }
            let plan = try program.plan()
            numbers.fill(plan.input(0))
            numbers.fill(plan.integerInput(1), below: 10)
            return Made(learning: network.parameters, plan)
        }
    }
}
