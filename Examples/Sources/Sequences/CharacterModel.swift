import NeuralNetworks
import Random
import TensorCore

/// A causal transformer over characters with nanoGPT's settings for a CPU: 4 blocks of 4 heads, width 128 and a context
/// of 64 characters (Karpathy 2022, after Radford et al. 2019), plus biases for relative positions.
struct CharacterModel: Module {
    static let context = 64
    private static let (width, depth, heads) = (128, 4, 4)

    /// (symbols, width): the embeddings of the characters, which also give the logits of the next one.
    private let embedding: Embedding
    private let positions: PositionalEmbedding
    private let blocks: [TransformerBlock]
    private let norm: LayerNorm

    init(symbols: Int, random: inout RandomStream) {
        embedding = Embedding(symbols, Self.width, random: &random)
        positions = .learned(length: Self.context, Self.width, random: &random)
        blocks = (0..<Self.depth).map { _ in
            TransformerBlock(
                Self.width, heads: Self.heads, causal: true, relativeDistance: Self.context, random: &random)
        }
        norm = LayerNorm(Self.width)
        initialise(&random)
    }

    /// Normal weights of standard deviation 0.02, divided by √(2 · depth) where they add to the residual stream; no
    /// biases.
    private func initialise(_ random: inout RandomStream) {
        let smaller = 1 / Double(2 * Self.depth).squareRoot()
        for (path, variable) in parameters.entries {
            let addsToStream = path.hasSuffix("out_proj.weight") || path.hasSuffix("linear2.weight")
            let deviation = variable.shape.count == 2 ? 0.02 * (addsToStream ? smaller : 1) : 0
            if path.contains("norm") || path.contains("relative_positions") { continue }
            variable.set((0..<variable.count).map { _ in Float(random.normal(standardDeviation: deviation)) })
        }
    }

    /// Logits of the character after each position: int32 (B, T) → (B, T, symbols).
    func callAsFunction(_ characters: Tensor) -> Tensor {
        let stream = blocks.reduce(positions(embedding(characters))) { $1($0) }
        return norm(stream).matmul(embedding.weight.tensor, transposeRight: true)
    }

    var parameters: Parameters {
        let groups: [(String, Parameters)] =
            [("embedding", embedding.parameters), ("positions", positions.parameters), ("norm", norm.parameters)]
            + blocks.enumerated().map { ("blocks.\($0)", $1.parameters) }
        return Parameters(groups.flatMap { name, group in group.entries.map { ("\(name).\($0.path)", $0.variable) } })
    }
}
