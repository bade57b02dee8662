import NeuralNetworks
import Random
import TensorCore

extension CheckedStep {
    /// An autoregressive network of masked convolutions (van den Oord et al. 2016) on 32 binary images, with Adam.
    static var pixelCNN: CheckedStep {
        CheckedStep(name: "PixelCNN step 28x28 32ch x5 b32 Adam") { numbers in
            let network = numbers.filled { random in
                let first = MaskedConv2d(.a, 1, 32, kernel: (7, 7), random: &random)
                let others = (0..<4).flatMap { _ -> [any Layer] in
                    [MaskedConv2d(.b, 32, 32, kernel: (3, 3), random: &random), Activation.relu]
                }
                return Sequential(
                    [first, Activation.relu] + others + [Conv2d(32, 1, kernel: (1, 1), random: &random)])
            }
            let optimizer = Adam(learningRate: 1e-3)
            let program = Program("PixelCNN step", inputs: [.float32(32, 28, 28, 1)]) { inputs in
                let loss = binaryCrossEntropy(logits: network(inputs[0]), targets: inputs[0]).mean()
                try optimizer.minimize(loss, network.parameters)
                return [loss]
            }
            let plan = try program.plan()
            numbers.fillBits(plan.input(0))
            return Made(learning: network.parameters, plan)
        }
    }
}
