import NeuralNetworks
import Random
import TensorCore

/// A variational autoencoder (Kingma & Welling, "Auto-Encoding Variational Bayes", 2014): x is explained by a latent
/// z ~ N(0, I) through p(x|z), and q(z|x) = N(μ(x), diag σ²(x)) approximates the posterior. Training maximises
///
///     ELBO(x) = E_q[log p(x|z)] − KL(q(z|x) ‖ N(0, I)),   z = μ + σ ⊙ ε
///
/// a lower bound of log p(x) in nats.
public final class VariationalAutoencoder {
    private let settings: VariationalAutoencoderSettings
    private let encoder, decoder: MultilayerPerceptron
    private let means, logVariances: Linear
    /// log σ² of the Gaussian likelihood, one a data dimension.
    private let noise: Variable
    private let optimizer: Adam
    let fitProgram, boundProgram, sampleProgram: Program
    /// The number of data dimensions.
    public let width: Int

    /// Makes a model of rows of `width` numbers.
    ///
    /// - Throws: ``TensorCore/TensorError`` on a processor that the kernels can't run on.
    public init(_ settings: VariationalAutoencoderSettings = .init(), width: Int, seed: UInt64) throws {
        self.settings = settings
        self.width = width
        let root = RandomStream(seed: seed)
        var initial = root.split("parameters")
        let hidden = settings.hiddenSize
        let encoder = MultilayerPerceptron([width, hidden], random: &initial)
        let means = Linear(hidden, settings.latentSize, random: &initial)
        let logVariances = Linear(hidden, settings.latentSize, random: &initial)
        let decoder = MultilayerPerceptron([settings.latentSize, hidden, width], random: &initial)
        let noise = Variable(zeros: [width], name: "logVariance")
        let optimizer = Adam(learningRate: settings.learningRate)
        (self.encoder, self.means, self.logVariances, self.decoder) = (encoder, means, logVariances, decoder)
        (self.noise, self.optimizer) = (noise, optimizer)

        /// The mean bound of the rows, and its two parts: (B, width) → [], [], [].
        func bound(_ x: Tensor) -> [Tensor] {
            let h = encoder(x).relu()
            let (mean, logVariance) = (means(h), logVariances(h))
            let z = mean + (0.5 * logVariance).exp() * .randomNormal(mean.shape)
            let reconstruction = settings.likelihood.logDensity(x, decoder(z), noise.tensor).sum([-1]).mean()
            let divergence = standardNormalDivergence(mean: mean, logVariance: logVariance).sum([-1]).mean()
            return [reconstruction - divergence, reconstruction, divergence]
        }

        let learned =
            ["encoder": encoder.parameters, "means": means.parameters, "logVariances": logVariances.parameters]
            as Parameters
        let likelihood = Parameters(settings.likelihood == .gaussian ? [("noise", noise)] : [])
        let parameters = Parameters(
            learned.entries + (["decoder": decoder.parameters] as Parameters).entries + likelihood.entries)
        self.parameters = parameters
        let rows = Program.Input.float32(nil, width)
        fitProgram = Program("vae fit", inputs: [rows], seed: root.split("fit").key) { inputs in
            let parts = bound(inputs[0])
            try optimizer.minimize(-parts[0], parameters)
            return parts
        }
        boundProgram = Program("vae bound", inputs: [rows], seed: root.split("bound").key) { bound($0[0]) }
        sampleProgram = Program("vae sample", inputs: [.float32(nil, settings.latentSize)]) {
            [settings.likelihood.sample(decoder($0[0]), noise.tensor)]
        }
        // Planning makes the optimiser's moments, which a checkpoint must find before the first step too.
        _ = try fitProgram.plan(length: 1)
    }

    private let parameters: Parameters

    /// One step of the optimiser on a batch of rows, row-major.
    ///
    /// - Returns: the batch's mean bound and its two parts, in nats a row, before the step.
    @discardableResult
    public func fit(_ rows: [Float]) throws -> Bound { try run(fitProgram, rows) }

    /// The mean bound of a batch of rows, estimated with one latent a row.
    public func bound(_ rows: [Float]) throws -> Bound { try run(boundProgram, rows) }

    private func run(_ program: Program, _ rows: [Float]) throws -> Bound {
        precondition(!rows.isEmpty && rows.count % width == 0, "vae: \(rows.count) numbers are no rows of \(width)")
        let plan = try program.plan(length: rows.count / width)
        _ = plan.input(0).update(fromContentsOf: rows)
        plan.run()
        return Bound(
            nats: Double(plan.output(0)[0]), reconstruction: Double(plan.output(1)[0]),
            divergence: Double(plan.output(2)[0]))
    }

    /// New rows: z from the prior, then x from p(x|z). Row-major, (count, width); a seed gives the same rows.
    public func sample(_ count: Int, seed: UInt64) throws -> [Float] {
        let plan = try sampleProgram.plan(length: count)
        let latents = plan.input(0)
        let stream = RandomStream(seed: seed)
        var latentStream = stream.split("latents")
        sampleProgram.randomState = (stream.split("noise").key, 0)
        for index in latents.indices { latents[index] = Float(latentStream.normal()) }
        plan.run()
        return Array(plan.output(0))
    }

    /// The random streams of fitting and of the bound: with ``variables`` all that fitting depends on.
    public var randomStates: [(key: UInt64, counter: UInt64)] {
        get { [fitProgram.randomState, boundProgram.randomState] }
        set { (fitProgram.randomState, boundProgram.randomState) = (newValue[0], newValue[1]) }
    }

    /// The parameters, and the optimiser's state.
    public var variables: Parameters {
        Parameters(parameters.entries + (["optimizer": optimizer.state] as Parameters).entries)
    }

    /// A lower bound of the data's mean log-likelihood.
    public struct Bound: Hashable, Sendable {
        /// The bound, in nats a row.
        public var nats: Double
        /// E_q[log p(x|z)].
        public var reconstruction: Double
        /// KL(q(z|x) ‖ p(z)).
        public var divergence: Double
    }
}
