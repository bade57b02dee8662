import NeuralNetworks
import Random
import TensorCore

extension CheckedStep {
    /// A causal transformer over characters with nanoGPT's settings for a CPU, on 12 texts of 64 characters, with
    /// AdamW.
    static var transformer: CheckedStep {
        CheckedStep(name: "GPT step L4 H4 D128 T64 b12 AdamW") { numbers in
            let network = numbers.filled { random in
                let blocks = (0..<4).map { _ in TransformerBlock(128, heads: 4, causal: true, random: &random) }
                return CharacterNetwork(
                    characters: Embedding(65, 128, random: &random),
                    positions: .learned(length: 64, 128, random: &random), blocks: blocks, norm: LayerNorm(128),
                    head: Linear(128, 65, random: &random))
            }
            let optimizer = AdamW(learningRate: 1e-3)
            let program = Program("transformer step", inputs: [.int32(12, 65)]) { inputs in
                let logits = network(inputs[0].sliced(0..<64, axis: 1))
                let loss = crossEntropy(logits: logits, labels: inputs[0].sliced(1..<65, axis: 1)).mean()
                try optimizer.minimize(loss, network.parameters)
                return [loss]
            }
            let plan = try program.plan()
            numbers.fill(plan.integerInput(0), below: 65)
            return Made(learning: network.parameters, plan)
        }
    }
}

/// Logits of the next character: int32 (B, T) → (B, T, characters).
private struct CharacterNetwork: Layer {
    let characters: Embedding
    let positions: PositionalEmbedding
    let blocks: [TransformerBlock]
    let norm: LayerNorm
    let head: Linear

    func callAsFunction(_ input: Tensor) -> Tensor {
        head(norm(blocks.reduce(positions(characters(input))) { $1($0) }))
    }

    var parameters: Parameters {
        [
            "characters": characters.parameters, "positions": positions.parameters,
            "blocks": Parameters(list: blocks.map(\.parameters)), "norm": norm.parameters, "head": head.parameters,
        ]
    }
}
