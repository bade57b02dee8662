import Configuration
import Foundation
import NeuralNetworks
import TensorCore

/// Settings of ``VariationalAutoencoder``.
public struct VariationalAutoencoderSettings: Configurable, Sendable {
    /// p(x|z) of one data dimension, from the decoder's output.
    public enum Likelihood: String, Sendable, CaseIterable {
        /// N(decoder(z), σ²), with a learned σ for each dimension.
        case gaussian
        /// Bernoulli with the decoder's output as logit: data in [0, 1].
        case bernoulli
    }

    /// p(x|z).
    public var likelihood = Likelihood.gaussian
    /// Units of the encoder's and of the decoder's hidden layer.
    public var hiddenSize = 64
    /// The number of latents.
    public var latentSize = 4
    /// Adam's step size.
    public var learningRate = 1e-3
    /// Rows in a batch.
    public var batchSize = 128
    /// Times that the data is gone through.
    public var epochs = 200

    /// The defaults.
    public init() {}

    /// The settings by name.
    public static let settings: [Setting<VariationalAutoencoderSettings>] = [
        Setting("likelihood", \.likelihood, "distribution of a data dimension given the latents"),
        Setting("hiddenSize", \.hiddenSize, 1...8192, "units of each hidden layer"),
        Setting("latentSize", \.latentSize, 1...4096, "number of latents"),
        Setting("learningRate", \.learningRate, 0...1, "step size of Adam"),
        Setting("batchSize", \.batchSize, 1...65_536, "rows in a batch"),
        Setting("epochs", \.epochs, 1...100_000, "times that the data is gone through"),
    ]
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

    /// A draw of each element.
    func sample(_ output: Tensor, _ logVariance: Tensor) -> Tensor {
        switch self {
        case .gaussian: output + (0.5 * logVariance).exp() * .randomNormal(output.shape)
        case .bernoulli: .randomUniform(output.shape) .< output.sigmoid()
        }
    }
}
