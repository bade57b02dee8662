import Configuration
import Datasets
import NeuralNetworks
import Random
import TensorCore

/// The fully visible sigmoid belief network, or logistic autoregression (Neal 1992; Frey 1998): each conditional is a
/// logistic regression on the numbers before it, p(xᵢ = 1 | x before i) = σ(aᵢ₀ + Σ_{j<i} aᵢⱼ xⱼ). For real numbers the
/// regression is linear with normal residuals, xᵢ ~ N(aᵢ₀ + Σ_{j<i} aᵢⱼ xⱼ, σᵢ²).
struct LogisticAutoregression: ConditionalNetwork {
    /// (D, D); only the part below the diagonal counts.
    let weight: Variable
    /// (D).
    let bias: Variable
    /// (D), log σ for real numbers; nil for bits.
    let logDeviation: Variable?
    let order: [Int]

    init(width: Int, isReal: Bool) {
        weight = Variable(zeros: [width, width], name: "weight")
        bias = Variable(zeros: [width], name: "bias")
        logDeviation = isReal ? Variable(zeros: [width], name: "logDeviation") : nil
        order = Array(0..<width)
    }

    var parameters: Parameters {
        Parameters(named: ["weight": weight, "bias": bias, "logDeviation": logDeviation])
    }

    func callAsFunction(_ x: Tensor) -> Tensor {
        let before = weight.tensor * Tensor.lowerTriangle(order.count, diagonal: 0)
        let sums = x.matmul(before, transposeRight: true) + bias.tensor
        guard let logDeviation else { return sums.expandingDimension(at: 2) }
        // A mixture of one Gaussian: the logit of its weight, its mean and its log σ.
        let deviations = logDeviation.tensor.broadcast(to: sums.shape)
        return Tensor.stacked([Tensor.zeros(sums.shape), sums, deviations], axis: 2)
    }
}

/// Settings of ``LogisticAutoregression``.
public struct LogisticAutoregressionSettings: ModelSettings {
    public init() {}

    public var needs: DataNeeds { DataNeeds(.bits, .reals) }
    /// 50 epochs with a decaying learning rate.
    public var fitting: FitSettings {
        FitSettings { ($0.epochs, $0.learningRate, $0.decay, $0.patience) = (50, 1e-2, .linear, 10) }
    }

    public func makeModel(for data: Dataset.Description, seed: UInt64) throws -> any GenerativeModel {
        let isReal = data.kind == .reals
        return try AutoregressiveModel(
            LogisticAutoregression(width: data.width, isReal: isReal), isReal ? .gaussianMixture(1) : .bernoulli,
            data: data, seed: seed)
    }
}
