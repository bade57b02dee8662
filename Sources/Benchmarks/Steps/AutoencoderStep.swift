import Datasets
import GenerativeModels
import NeuralNetworks

extension CheckedStep {
    /// A variational autoencoder's step on a batch of 128 images, with Adam; the loss is the negative bound per image.
    static var variationalAutoencoder: CheckedStep {
        CheckedStep(name: "VAE step 784-400-20 b128 Adam") { numbers in
            var settings = VariationalAutoencoderSettings()
            (settings.hiddenSize, settings.latentSize, settings.likelihood) = (400, 20, .bernoulli)
            let model = try VariationalAutoencoder(
                settings, data: .init(name: "pictures", shape: [784], kind: .unit), seed: 0)
            let parameters = Parameters(model.variables.entries.filter { !$0.path.hasPrefix("optimizer.") })
            numbers.fill(parameters)
            // The noise of key 0, which the peers can reproduce.
            model.randomStates = [(key: 0, counter: 0), (key: 0, counter: 0)]
            let rows = DataRows((0..<128 * 784).map { _ in numbers.uniform(0, 1) }, width: 784)
            var measured: [Metric] = []
            return Made(learning: parameters) {
                measured = try model.fit(rows, FitStep())
            } loss: {
                Float(measured[0].value)
            }
        }
    }
}
