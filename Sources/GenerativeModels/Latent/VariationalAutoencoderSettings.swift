import Configuration
import Datasets
import Foundation
import NeuralNetworks
import TensorCore

/// Settings of ``VariationalAutoencoder``.
public struct VariationalAutoencoderSettings: ModelSettings {
    /// p(x|z) of one data dimension, as a function of the decoder's output.
    public enum Likelihood: String, SettingChoice {
        /// N(decoder(z), σ²), with a learned σ for each dimension.
        case gaussian
        /// Bernoulli with the decoder's output as logit, for data in [0, 1].
        case bernoulli
    }

    @Setting("likelihood of a data dimension given the latents") public var likelihood = Likelihood.gaussian
    @Setting(1...8192, "units per hidden layer") public var hiddenSize = 64
    @Setting(1...4096, "latent dimensions") public var latentSize = 4

    public init() {}

    public var needs: DataNeeds { likelihood == .gaussian ? DataNeeds(.reals) : DataNeeds(.bits, .unit) }

    /// 200 epochs with minibatches of 128.
    public var fitting: FitSettings { FitSettings { ($0.epochs, $0.batchSize) = (200, 128) } }

    public func makeModel(for data: Dataset.Description, seed: UInt64) throws -> any GenerativeModel {
        try VariationalAutoencoder(self, data: data, seed: seed)
    }
}

extension VariationalAutoencoderSettings.Likelihood {
    /// log p(x|z) of each element.
    func logDensity(_ x: Tensor, _ output: Tensor, _ logVariance: Tensor) -> Tensor {
        switch self {
        case .gaussian:
            -0.5 * (log(2 * Double.pi) + logVariance + squaredError(output, x) / logVariance.exp())
        case .bernoulli:
            -binaryCrossEntropy(logits: output, targets: x)
        }
    }

    /// A sample of each element.
    func sample(_ output: Tensor, _ logVariance: Tensor) -> Tensor {
        switch self {
        case .gaussian: output + (0.5 * logVariance).exp() * .randomNormal(output.shape)
        case .bernoulli: .randomUniform(output.shape) .< output.sigmoid()
        }
    }
}
