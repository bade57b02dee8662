import NeuralNetworks
import Random
import TensorCore

/// The units of a convolutional Boltzmann machine: visible images, and a map of hidden units for each filter, in blocks
/// of C × C of which at most one unit is on (probabilistic max pooling, Lee, Grosse, Ranganath & Ng 2009).
///
///     E(v, h) = −Σₖ hᵏ·(Wᵏ ⋆ v + bₖ) − cᵀv,
///     P(hᵢ = 1 | v) = e^{aᵢ} / (1 + Σ_block e^{aⱼ}),   P(none) = 1 / (1 + Σ_block e^{aⱼ})
struct PooledMaps {
    let picture: (height: Int, width: Int, channels: Int)
    let pool: Int
    let filters: Int
    /// W, (filters, rows, columns, channels), b and c.
    let weight, hiddenBias, visibleBias: Variable

    init(
        _ picture: (height: Int, width: Int, channels: Int), filters: Int, kernel: Int, pool: Int,
        random: inout RandomStream
    ) {
        (self.picture, self.pool, self.filters) = (picture, pool, filters)
        let shape = [filters, kernel, kernel, picture.channels]
        Variable.requireMemory(for: shape, name: "filters")
        let values = (0..<shape.reduce(1, *)).map { _ in Float(random.normal(standardDeviation: 0.01)) }
        weight = Variable(values, shape: shape, name: "weight")
        hiddenBias = Variable(zeros: [filters], name: "hidden")
        visibleBias = Variable(zeros: [picture.height * picture.width * picture.channels], name: "visible")
    }

    var parameters: Parameters {
        Parameters(named: ["weight": weight, "hidden": hiddenBias, "visible": visibleBias])
    }

    /// The number of blocks of an image, over all filters.
    var blocks: Int { picture.height / pool * (picture.width / pool) * filters }

    private var padding: Padding { .same(kernel: (weight.shape[1], weight.shape[2])) }

    /// a of every hidden unit, block by block: (B, width) → (B, blocks, C²).
    func inputs(_ v: Tensor) -> Tensor {
        let (count, rows, columns) = (v.shape[0], picture.height / pool, picture.width / pool)
        let pictures = v.reshaped(to: [count, picture.height, picture.width, picture.channels])
        let maps = pictures.convolution2d(weight.tensor, padding: padding) + hiddenBias.tensor
        return maps.reshaped(to: [count, rows, pool, columns, pool, filters]).permuted([0, 1, 3, 5, 2, 4])
            .reshaped(to: [count, blocks, pool * pool])
    }

    /// The hidden units' contribution to the visible inputs, without c; hidden units block by block.
    func visibleInputs(_ h: Tensor) -> Tensor {
        let (count, rows, columns) = (h.shape[0], picture.height / pool, picture.width / pool)
        let maps = h.reshaped(to: [count, rows, columns, filters, pool, pool]).permuted([0, 1, 4, 2, 5, 3])
            .reshaped(to: [count, picture.height, picture.width, filters])
        return maps.transposedConvolution2d(weight.tensor, padding: padding)
            .reshaped(to: [count, visibleBias.count])
    }

    /// a with the input 0 of "none" appended to each block.
    private func choices(_ inputs: Tensor) -> Tensor {
        .concatenated([inputs, .zeros([inputs.shape[0], inputs.shape[1], 1])], axis: 2)
    }

    /// P(h = 1 | v) of each unit of each block.
    func expectations(_ inputs: Tensor) -> Tensor {
        choices(inputs).softmax().sliced(0..<pool * pool, axis: 2)
    }

    /// A sample of each block: one unit on, or none.
    func draws(_ inputs: Tensor) -> Tensor {
        choices(inputs).categoricalSample().oneHot(depth: pool * pool + 1).sliced(0..<pool * pool, axis: 2)
    }

    /// log Σ e^{−E} over the hidden units, without cᵀv: Σ log(1 + Σ_block e^a), for each row.
    func logNormalizer(_ inputs: Tensor) -> Tensor { choices(inputs).logSumExp().sum([-1]) }

    /// −F(v) of each row.
    func negativeEnergy(_ v: Tensor) -> Tensor { (v * visibleBias.tensor).sum([-1]) + logNormalizer(inputs(v)) }

    /// The visible units' inputs after sampling the hidden ones.
    func swept(_ v: Tensor) -> Tensor { visibleInputs(draws(inputs(v))) + visibleBias.tensor }
}
