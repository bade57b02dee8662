import NeuralNetworks
import Random
import TensorCore

extension CheckedStep {
    /// A long short-term memory that learns to repeat its input, 16 sequences of 32 steps, with Adam.
    static var longShortTermMemory: CheckedStep {
        CheckedStep(name: "LSTM step 32-128 T32 b16 Adam") { numbers in
            let network = numbers.filled {
                RecurrentRegression(body: LSTM(32, 128, random: &$0), head: Linear(128, 32, random: &$0))
            }
            let optimizer = Adam(learningRate: 1e-3)
            let program = Program("LSTM step", inputs: [.float32(16, 32, 32)]) { inputs in
                let loss = squaredError(network(inputs[0]), inputs[0]).mean()
                try optimizer.minimize(loss, network.parameters)
                return [loss]
            }
            let plan = try program.plan()
            numbers.fill(plan.input(0))
            return Made(learning: network.parameters, plan)
        }
    }
}

/// A recurrent network with an affine map of each output.
private struct RecurrentRegression: Layer {
    let body: LSTM
    let head: Linear

    func callAsFunction(_ input: Tensor) -> Tensor { head(body(input).outputs) }

    var parameters: Parameters { ["body": body.parameters, "head": head.parameters] }
}
