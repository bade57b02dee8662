import Datasets
import NeuralNetworks
import Random
import TensorCore

/// A variational autoencoder (Kingma & Welling, "Auto-Encoding Variational Bayes", 2014): x is explained by a latent
/// z ~ N(0, I) through p(x|z), and q(z|x) = N(μ(x), diag σ²(x)) approximates the posterior. Training maximises
///
///     ELBO(x) = E_q[log p(x|z)] − KL(q(z|x) ‖ N(0, I)),   z = μ + σ ⊙ ε
///
/// a lower bound on log p(x) in nats.
public final class VariationalAutoencoder: SamplingModel, LikelihoodModel, EncodingModel {
    private let settings: VariationalAutoencoderSettings
    private let encoder, decoder: MultilayerPerceptron
    private let means, logVariances: Linear
    /// log σ² of the Gaussian likelihood, one per data dimension.
    private let noise: Variable
    private let optimizer: Adam
    let fitProgram, boundProgram, rowProgram, sampleProgram: Program
    private let codeProgram: Program
    public let data: Dataset.Description
    /// The number of data dimensions.
    public var width: Int { data.width }
    /// A bound; no density if greys are taken for bits, whose Bernoulli "density" doesn't integrate to 1.
    public var scoreKind: ScoreKind {
        settings.likelihood == .bernoulli && data.kind != .bits ? .unnormalized : .bound
    }

    /// Makes a model for the data.
    ///
    /// - Throws: ``TensorCore/TensorError`` on a processor that the kernels can't run on.
    public init(
        _ settings: VariationalAutoencoderSettings = .init(), data: Dataset.Description, seed: UInt64
    ) throws {
        (self.settings, self.data) = (settings, data)
        let width = data.width
        let root = RandomStream(seed: seed)
        var initial = root.split("parameters")
        let hidden = settings.hiddenSize
        let encoder = MultilayerPerceptron([width, hidden], random: &initial)
        let means = Linear(hidden, settings.latentSize, random: &initial)
        let logVariances = Linear(hidden, settings.latentSize, random: &initial)
        let decoder = MultilayerPerceptron([settings.latentSize, hidden, width], random: &initial)
        let noise = Variable(zeros: [width], name: "logVariance")
        let optimizer = Adam(learningRate: 0)
        (self.encoder, self.means, self.logVariances, self.decoder) = (encoder, means, logVariances, decoder)
        (self.noise, self.optimizer) = (noise, optimizer)

        /// The two terms of each row's bound: (B, width) → (B), (B).
        func parts(_ x: Tensor) -> (reconstruction: Tensor, divergence: Tensor) {
            let h = encoder(x).relu()
            let (mean, logVariance) = (means(h), logVariances(h))
            let z = mean + (0.5 * logVariance).exp() * .randomNormal(mean.shape)
            let reconstruction = settings.likelihood.logDensity(x, decoder(z), noise.tensor).sum([-1])
            let divergence = standardNormalDivergence(mean: mean, logVariance: logVariance).sum([-1])
            return (reconstruction, divergence)
        }
        /// The mean bound and its two terms: (B, width) → [], [], [].
        func bound(_ x: Tensor) -> [Tensor] {
            let rows = parts(x)
            let (reconstruction, divergence) = (rows.reconstruction.mean(), rows.divergence.mean())
            return [reconstruction - divergence, reconstruction, divergence]
        }

        let parameters =
            [
                "encoder": encoder.parameters, "means": means.parameters, "logVariances": logVariances.parameters,
                "decoder": decoder.parameters,
            ] + Parameters(named: ["noise": settings.likelihood == .gaussian ? noise : nil])
        self.parameters = parameters
        let rows = Program.Input.float32(nil, width)
        fitProgram = Program("vae fit", inputs: [rows], seed: root.split("fit").key) { inputs in
            let parts = bound(inputs[0])
            try optimizer.minimize(-parts[0], parameters)
            return parts
        }
        boundProgram = Program("vae bound", inputs: [rows], seed: root.split("bound").key) { bound($0[0]) }
        rowProgram = Program("vae rows", inputs: [rows]) { inputs in
            let rows = parts(inputs[0])
            return [rows.reconstruction - rows.divergence]
        }
        sampleProgram = Program("vae sample", inputs: [.float32(nil, settings.latentSize)]) {
            [settings.likelihood.sample(decoder($0[0]), noise.tensor)]
        }
        codeProgram = Program("vae code", inputs: [rows]) { [means(encoder($0[0]).relu())] }
        optimizer.prepare(for: parameters)
    }

    /// Both networks, and the noise of the likelihood.
    public let parameters: Parameters

    /// One update on a minibatch.
    ///
    /// - Returns: the minibatch's mean bound on −log p(x) and its two terms, in nats per row, before the update.
    public func fit(_ batch: DataRows, _ step: FitStep) throws -> [Metric] {
        optimizer.follow(step)
        let bound = try run(fitProgram, batch)
        return [("training", -bound.nats), ("reconstruction", -bound.reconstruction), ("divergence", bound.divergence)]
    }

    public func score(_ rows: DataRows) throws -> Double {
        var total = 0.0
        for start in stride(from: 0, to: rows.count, by: 1024) {
            let part = start..<min(start + 1024, rows.count)
            total += try run(boundProgram, rows, part).nats * Double(part.count)
        }
        return total / Double(rows.count)
    }

    /// The bound of each row, estimated with one latent sample. For greys it is no density (``scoreKind``).
    public func logLikelihood(of rows: DataRows, seed: UInt64) throws -> LogLikelihood {
        rowProgram.randomState = (RandomStream(seed: seed).split("likelihood").key, 0)
        return LogLikelihood(scoreKind, try rowProgram.rows(rows, limit: 1024))
    }

    /// The mean bound of a minibatch, estimated with one latent sample per row.
    public func bound(_ rows: [Float]) throws -> Bound { try run(boundProgram, DataRows(rows, width: width)) }

    private func run(_ program: Program, _ rows: DataRows, _ part: Range<Int>? = nil) throws -> Bound {
        let part = part ?? 0..<rows.count
        precondition(
            !part.isEmpty && rows.width == width,
            "vae: at least one row of \(width) numbers is needed, given \(part.count) of \(rows.width)")
        let plan = try program.plan(length: part.count)
        plan.setRows(0, rows, part)
        plan.run()
        return Bound(
            nats: Double(plan.output(0)[0]), reconstruction: Double(plan.output(1)[0]),
            divergence: Double(plan.output(2)[0]))
    }

    /// The number of latents.
    public var codeWidth: Int { settings.latentSize }

    /// μ(x) of each row.
    public func encode(_ rows: DataRows) throws -> [Float] {
        try codeProgram.mapped(rows)
    }

    /// New rows: z from the prior, then x from p(x|z). Row-major, (count, width); the same seed gives the same rows.
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

    /// The random streams of fitting and of the bound. Together with ``variables`` they are everything that fitting
    /// depends on.
    public var randomStates: [RandomState] {
        get { [fitProgram.randomState, boundProgram.randomState] }
        set { (fitProgram.randomState, boundProgram.randomState) = (newValue[0], newValue[1]) }
    }

    public var variables: Parameters { parameters + ["optimizer": optimizer.state] }

    /// A lower bound on the data's mean log-likelihood.
    public struct Bound: Hashable, Sendable {
        /// The bound, in nats per row.
        public var nats: Double
        /// E_q[log p(x|z)].
        public var reconstruction: Double
        /// KL(q(z|x) ‖ p(z)).
        public var divergence: Double
    }
}
