import NeuralNetworks
import Random
import TensorCore

extension CheckedStep {
    /// A denoising diffusion step (Ho et al. 2020) of a small U-Net (Ronneberger et al. 2015) on 32 images, with Adam.
    static var diffusion: CheckedStep {
        CheckedStep(name: "DDPM step 28x28 UNet 32/64/64 b32 Adam") { numbers in
            let network = numbers.filled { SmallUNet(random: &$0) }
            let optimizer = Adam(learningRate: 1e-3)
            let program = Program("diffusion step", inputs: [.float32(32, 28, 28, 1), .float32(32, 32)]) { inputs in
                let noise = Tensor.randomNormal(inputs[0].shape)
                let prediction = network(0.7 * inputs[0] + 0.7 * noise, times: inputs[1])
                let loss = squaredError(prediction, noise).mean()
                try optimizer.minimize(loss, network.parameters)
                return [loss]
            }
            let plan = try program.plan()
            numbers.fill(plan.input(0))
            numbers.fill(plan.input(1))
            return Made(learning: network.parameters, plan)
        }
    }
}

/// Three resolutions of 32, 64 and 64 channels: (B, 28, 28, 1) and time embeddings (B, 32) → (B, 28, 28, 1).
private struct SmallUNet: Module {
    let times: MultilayerPerceptron
    let convolutions: [Conv2d]
    let upwards: [ConvTranspose2d]
    let outwards: [Conv2d]
    let norms = [32, 64, 64, 64, 64].map { GroupNorm(groups: 8, $0) }

    init(random: inout RandomStream) {
        func convolution(_ inputs: Int, _ outputs: Int, stride: Int = 1) -> Conv2d {
            Conv2d(inputs, outputs, kernel: (3, 3), stride: (stride, stride), padding: 1, random: &random)
        }
        func upward(_ inputs: Int, _ outputs: Int) -> ConvTranspose2d {
            ConvTranspose2d(inputs, outputs, kernel: (4, 4), stride: (2, 2), padding: 1, random: &random)
        }
        times = MultilayerPerceptron([32, 64, 64], activation: .silu, random: &random)
        convolutions = [
            convolution(1, 32), convolution(32, 64, stride: 2), convolution(64, 64, stride: 2), convolution(64, 64),
            convolution(64, 64),
        ]
        upwards = [upward(64, 64), upward(128, 32)]
        outwards = [convolution(64, 32), convolution(32, 32), convolution(32, 1)]
    }

    func callAsFunction(_ x: Tensor, times embedded: Tensor) -> Tensor {
        let time = times(embedded).reshaped(to: [x.shape[0], 1, 1, 64])
        func block(_ index: Int, _ x: Tensor, _ shift: Tensor? = nil) -> Tensor {
            let normalized = norms[index](convolutions[index](x))
            return (shift.map { normalized + $0 } ?? normalized).silu()
        }
        let full = block(0, x)
        let half = block(1, full, time)
        let quarter = block(2, half, time)
        let middle = block(4, block(3, quarter), time)
        let up = Tensor.concatenated([upwards[0](middle).silu(), half], axis: 3)
        let top = Tensor.concatenated([upwards[1](up).silu(), full], axis: 3)
        return outwards[2](outwards[1](outwards[0](top).silu()).silu())
    }

    var parameters: Parameters {
        [
            "times": times.parameters, "convolutions": Parameters(list: convolutions.map(\.parameters)),
            "upwards": Parameters(list: upwards.map(\.parameters)),
            "outwards": Parameters(list: outwards.map(\.parameters)),
            "norms": Parameters(list: norms.map(\.parameters)),
        ]
    }
}
