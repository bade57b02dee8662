import NeuralNetworks
import TensorCore

extension CheckedStep {
    /// A step of both players of a generative adversarial network of perceptrons (Goodfellow et al. 2014) on a batch of
    /// 64 images: the discriminator learns, then the generator against the updated discriminator. The result is the sum
    /// of both losses.
    static var adversarial: CheckedStep {
        CheckedStep(name: "GAN step MLP 784 b64 Adam") { numbers in
            let leaky = Function { $0.leakyRelu(0.2) }
            let generator = numbers.filled {
                Sequential([
                    Linear(100, 256, random: &$0), leaky, Linear(256, 512, random: &$0), leaky,
                    Linear(512, 784, random: &$0), Activation.tanh,
                ])
            }
            let discriminator = numbers.filled {
                Sequential([
                    Linear(784, 512, random: &$0), leaky, Linear(512, 256, random: &$0), leaky,
                    Linear(256, 1, random: &$0),
                ])
            }
            let optimizers = [Adam(learningRate: 2e-4), Adam(learningRate: 2e-4)]
            return try game(generator, discriminator, optimizers, pictures: [64, 784], &numbers)
        }
    }

    /// The same with convolutions (Radford et al. 2016) on 28×28 images.
    static var adversarialConvolutional: CheckedStep {
        CheckedStep(name: "DCGAN step 28x28 b64 Adam") { numbers in
            let leaky = Function { $0.leakyRelu(0.2) }
            let generator = numbers.filled {
                Sequential([
                    Linear(100, 128 * 49, random: &$0), Function { $0.reshaped(to: [64, 7, 7, 128]) },
                    BatchNorm(128), Activation.relu,
                    ConvTranspose2d(128, 64, kernel: (4, 4), stride: (2, 2), padding: 1, random: &$0),
                    BatchNorm(64), Activation.relu,
                    ConvTranspose2d(64, 1, kernel: (4, 4), stride: (2, 2), padding: 1, random: &$0), Activation.tanh,
                ])
            }
            let discriminator = numbers.filled {
                Sequential([
                    Conv2d(1, 64, kernel: (4, 4), stride: (2, 2), padding: 1, random: &$0), leaky,
                    Conv2d(64, 128, kernel: (4, 4), stride: (2, 2), padding: 1, random: &$0), BatchNorm(128), leaky,
                    Function { $0.flattened() }, Linear(128 * 49, 1, random: &$0),
                ])
            }
            let optimizers = [
                Adam(learningRate: 2e-4, beta1: 0.5, beta2: 0.999), Adam(learningRate: 2e-4, beta1: 0.5, beta2: 0.999),
            ]
            return try game(generator, discriminator, optimizers, pictures: [64, 28, 28, 1], &numbers)
        }
    }

    /// - Parameter optimizers: the discriminator's and the generator's.
    private static func game(
        _ generator: Sequential, _ discriminator: Sequential, _ optimizers: [Adam], pictures: Shape,
        _ numbers: inout BenchmarkNumbers
    ) throws -> Made {
        let program = Program("adversarial step", inputs: [.float32(rows: pictures[0], Shape(pictures.dropFirst()))]) {
            inputs in
            try Mode.training {
                let fakes = generator(.randomNormal([pictures[0], 100]))
                func loss(_ pictures: Tensor, real: Double) -> Tensor {
                    binaryCrossEntropy(logits: discriminator(pictures), targets: Tensor(real)).mean()
                }
                let discrimination = loss(inputs[0], real: 1) + loss(fakes.withoutGradient(), real: 0)
                try optimizers[0].minimize(discrimination, discriminator.parameters)
                let deception = afterAssignments { loss(fakes, real: 1) }
                try optimizers[1].minimize(deception, generator.parameters)
                return [discrimination + deception]
            }
        }
        let plan = try program.plan()
        numbers.fill(plan.input(0), 0, 1)
        return Made(learning: ["generator": generator.parameters, "discriminator": discriminator.parameters], plan)
    }
}
