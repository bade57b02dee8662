import Datasets
import Foundation
import NeuralNetworks
import Random
import TensorCore

/// The RNN-RBM (Boulanger-Lewandowski, Bengio & Vincent 2012), a model of sequences such as polyphonic music: each step
/// has a restricted Boltzmann machine, whose biases a recurrent network computes from the steps before,
///
///     b_v(t) = b_v + u_{t−1} W_uv,   b_h(t) = b_h + u_{t−1} W_uh,   u_t = tanh(b_u + u_{t−1} W_uu + v_t W_vu)
///
/// so that simultaneous notes are not independent given the past. Contrastive divergence at every step gives the
/// gradients of its biases, with the samples as constants, and backpropagation through time carries them to the
/// recurrent weights. Sequences are processed in pieces of `steps`, and the state is passed on.
///
/// Scores are pseudo-likelihoods per step. log Z of a step's machine is exact for at most ``exactUnits`` hidden units,
/// and otherwise estimated by annealed importance sampling from the machine without couplings.
public final class RecurrentBoltzmannMachine: SamplingModel, LikelihoodModel, PicturingModel {
    /// The maximum number of hidden units whose states are enumerated at every step.
    public static let exactUnits = 12

    /// The shape and kind of a step.
    public let data: Dataset.Description
    /// The pseudo-likelihood, in nats per step.
    public let scoreKind = ScoreKind.pseudoLikelihood
    private let settings: RecurrentBoltzmannSettings
    private let network: RecurrentBiases
    private let optimizer = Adam(learningRate: 0)
    private let fitProgram, biasProgram, pseudoProgram, energyProgram, annealingProgram, drawProgram: Program

    init(_ settings: RecurrentBoltzmannSettings, data: Dataset.Description, seed: UInt64) throws {
        (self.settings, self.data) = (settings, data)
        let root = RandomStream(seed: seed)
        var initial = root.split("parameters")
        let (width, hidden, units) = (data.width, settings.hiddenUnits, settings.recurrentUnits)
        let network = RecurrentBiases(width, hidden: hidden, units: units, random: &initial)
        self.network = network

        let piece: [Program.Input] = [
            .float32(nil, settings.steps, width), .float32(nil, settings.steps), .float32(nil, units),
        ]
        let steps: [Program.Input] = [.float32(nil, width), .float32(nil, width), .float32(nil, hidden)]
        fitProgram = Program("rnn-rbm fit", inputs: piece, seed: root.split("fit").key) { [optimizer] inputs in
            let (v, mask, biases) = (inputs[0], inputs[1], network.biases(inputs[0], inputs[1], from: inputs[2]))
            let data = v.reshaped(to: [v.shape[0] * v.shape[1], width])
            let constant = (biases.visible.withoutGradient(), biases.hidden.withoutGradient())
            let sample = network.swept(data, constant.0, constant.1, steps: settings.gibbsSteps)
            let gaps =
                network.negativeEnergy(data, biases.visible, biases.hidden)
                - network.negativeEnergy(sample, biases.visible, biases.hidden)
            let gap = maskedMean(gaps, mask: mask.reshaped(to: gaps.shape))
            try optimizer.minimize(-gap, network.parameters, clippingNorm: settings.clippingNorm)
            return [gap, biases.state]
        }
        biasProgram = Program("rnn-rbm biases", inputs: piece) { inputs in
            let biases = network.biases(inputs[0], inputs[1], from: inputs[2])
            return [biases.visible, biases.hidden, biases.state]
        }
        pseudoProgram = Program("rnn-rbm pseudo-likelihoods", inputs: steps) { inputs in
            let (v, change) = (inputs[0], 1 - 2 * inputs[0])
            let field = inputs[2] + v.matmul(network.weight.tensor)
            let shifts = change.expandingDimension(at: -1) * network.weight.tensor
            let other = (field.expandingDimension(at: 1) + shifts).softplus().sum([-1])
            let own = field.softplus().sum([-1], keepDimensions: true)
            return [(own - other - change * inputs[1]).logSigmoid().sum([-1])]
        }
        energyProgram = Program("rnn-rbm energies", inputs: steps) {
            [network.negativeEnergy($0[0], $0[1], $0[2])]
        }
        annealingProgram = Program(
            "rnn-rbm annealing", inputs: [.float32(nil, hidden)] + steps.dropFirst() + [.float32(2)]
        ) {
            inputs in
            let (h, visible, bias) = (inputs[0], inputs[1], inputs[2])
            let (from, to) = (inputs[3].selected(0, axis: 0), inputs[3].selected(1, axis: 0))
            let input = h.matmul(network.weight.tensor, transposeRight: true)
            let change = (visible + to * input).softplus() - (visible + from * input).softplus()
            let v = (visible + to * input).sigmoid().bernoulliSample()
            let next = (to * (bias + v.matmul(network.weight.tensor))).sigmoid().bernoulliSample()
            return [next, change.sum([-1]) + (to - from) * (h * bias).sum([-1])]
        }
        drawProgram = Program("rnn-rbm draw", inputs: [.float32(nil, width), .float32(nil, units)]) { inputs in
            let (visible, hidden) = network.biases(after: inputs[1])
            let v = network.swept(inputs[0], visible, hidden, steps: settings.gibbsSteps)
            return [v, network.next(inputs[1], v)]
        }
        optimizer.prepare(for: parameters)
    }

    /// The recurrent network's and the machines' weights and biases.
    public var parameters: Parameters { network.parameters }

    public var variables: Parameters { parameters + ["optimizer": optimizer.state] }

    /// The stream of fitting; scores need no random numbers.
    public var randomStates: [RandomState] {
        get { [fitProgram.randomState] }
        set { fitProgram.randomState = newValue[0] }
    }

    /// One update for each piece of the minibatch's sequences.
    ///
    /// - Returns: the log-probability of the data minus that of the negative phase's samples, in nats per step.
    public func fit(_ batch: DataRows, _ step: FitStep) throws -> [Metric] {
        optimizer.follow(step)
        let pieces = SequencePieces(batch, steps: settings.steps)
        var (total, count) = (0.0, 0.0)
        try run(fitProgram, pieces, state: 1) { plan, piece in
            let inside = Double(pieces.count(piece))
            total += Double(plan.output(0)[0]) * inside
            count += inside
        }
        return [("gap", total / max(1, count))]
    }

    /// Runs a program on the pieces one after another, passing on the recurrent state.
    private func run(
        _ program: Program, _ pieces: SequencePieces, state output: Int, _ body: (Plan, Int) throws -> Void
    ) throws {
        let plan = try program.plan(length: pieces.rows)
        plan.input(2).update(repeating: 0)
        for piece in 0..<pieces.pieces {
            pieces.fill(plan.input(0), plan.input(1), piece)
            plan.run()
            try body(plan, piece)
            _ = plan.input(2).update(fromContentsOf: plan.output(output))
        }
    }

    /// The steps of the sequences as rows, sequence by sequence, with the biases of their machines.
    private func steps(_ rows: DataRows) throws -> (visible: [Float], hidden: [Float]) {
        let pieces = SequencePieces(rows, steps: settings.steps)
        var visible = [Float](repeating: 0, count: rows.numbers.count)
        var hidden = [Float](repeating: 0, count: rows.numbers.count / data.width * settings.hiddenUnits)
        try run(biasProgram, pieces, state: 2) { plan, piece in
            pieces.collect(plan.output(0), piece, width: data.width, into: &visible)
            pieces.collect(plan.output(1), piece, width: settings.hiddenUnits, into: &hidden)
        }
        return (visible, hidden)
    }

    /// The mean pseudo-likelihood per step, given the steps before it.
    public func score(_ rows: DataRows) throws -> Double {
        let biases = try steps(rows)
        let nats = try mapped(pseudoProgram, rows.numbers, biases.visible, biases.hidden, atOnce: 64)
        return nats.reduce(0) { $0 + Double($1) } / Double(max(1, nats.count))
    }

    /// Runs a program on steps and their machines' biases, a block at a time, and joins its first outputs.
    private func mapped(
        _ program: Program, _ first: DataNumbers, _ visible: [Float], _ hidden: [Float], atOnce: Int,
        _ body: (Plan) throws -> [Float] = { Array($0.output(0)) }
    ) throws -> [Float] {
        let count = visible.count / data.width
        var result: [Float] = []
        for start in stride(from: 0, to: count, by: atOnce) {
            let part = start..<min(start + atOnce, count)
            let plan = try program.plan(length: part.count)
            for (index, numbers) in [first, .floats(visible), .floats(hidden)].enumerated() {
                let width = numbers.count / count
                numbers.write(part.lowerBound * width..<part.upperBound * width, into: plan.input(index).baseAddress!)
            }
            plan.run()
            result += try body(plan)
        }
        return result
    }

    /// log p of each sequence, the sum over its steps.
    public func logLikelihood(of rows: DataRows, seed: UInt64) throws -> LogLikelihood {
        let biases = try steps(rows)
        let energies = try mapped(energyProgram, rows.numbers, biases.visible, biases.hidden, atOnce: 1000)
        let isExact = settings.hiddenUnits <= Self.exactUnits
        let partitions = try isExact ? exactPartitions(biases) : estimatedPartitions(biases, seed: seed)
        var (nats, step) = ([Double](), 0)
        for length in rows.lengths {
            nats.append((step..<step + length).reduce(0.0) { $0 + Double(energies[$1]) - partitions[$1] })
            step += length
        }
        return LogLikelihood(isExact ? .exact : .estimate, nats)
    }

    private func exactPartitions(_ biases: (visible: [Float], hidden: [Float])) throws -> [Double] {
        let (width, units) = (data.width, settings.hiddenUnits)
        let weights = network.weight.values
        let rows = (0..<units * width).map { Double(weights[$0 % width * units + $0 / width]) }
        return (0..<biases.visible.count / width).map { step in
            StateEnumeration(
                fewBiases: biases.hidden[step * units..<(step + 1) * units].map(Double.init),
                manyBiases: biases.visible[step * width..<(step + 1) * width].map(Double.init), weights: rows
            ).logPartition()
        }
    }

    /// log Z of every step's machine, by annealed importance sampling from the machine without couplings, whose visible
    /// units have the biases already.
    func estimatedPartitions(_ biases: (visible: [Float], hidden: [Float]), seed: UInt64) throws -> [Double] {
        let stream = RandomStream(seed: seed)
        var start = stream.split("start")
        annealingProgram.randomState = (stream.split("annealing").key, 0)
        let count = biases.visible.count / data.width
        var sums = [StreamedLogSum](repeating: StreamedLogSum(), count: count)
        let last = Float(settings.aisBetas - 1)
        for _ in 0..<settings.aisChains {
            let states = biases.hidden.map { _ in start.uniformFloat() < 0.5 ? Float(1) : 0 }
            let weights = try mapped(annealingProgram, .floats(states), biases.visible, biases.hidden, atOnce: 1000) {
                plan in
                var weights = [Float](repeating: 0, count: plan.output(1).count)
                for beta in 1..<settings.aisBetas {
                    (plan.input(3)[0], plan.input(3)[1]) = (Float(beta - 1) / last, Float(beta) / last)
                    plan.run()
                    for index in weights.indices { weights[index] += plan.output(1)[index] }
                    _ = plan.input(0).update(fromContentsOf: plan.output(0))
                }
                return weights
            }
            for (step, weight) in weights.enumerated() { sums[step].add(Double(weight)) }
        }
        let uniform = Double(settings.hiddenUnits) * log(2) - log(Double(settings.aisChains))
        return (0..<count).map { step in
            let visible = biases.visible[step * data.width..<(step + 1) * data.width].map(Double.init)
            return sums[step].value + uniform + softplusSum(visible)
        }
    }

    /// New sequences, (count, steps, width): at each step a Gibbs chain that starts from the previous step.
    public func sample(_ count: Int, seed: UInt64) throws -> [Float] {
        drawProgram.randomState = (RandomStream(seed: seed).split("draw").key, 0)
        let plan = try drawProgram.plan(length: count)
        plan.input(0).update(repeating: 0)
        plan.input(1).update(repeating: 0)
        let (width, steps) = (data.width, settings.sampleSteps)
        var result = [Float](repeating: 0, count: count * steps * width)
        for step in 0..<steps {
            plan.run()
            for row in 0..<count {
                for index in 0..<width {
                    result[(row * steps + step) * width + index] = plan.output(0)[row * width + index]
                }
            }
            for index in 0..<2 { _ = plan.input(index).update(fromContentsOf: plan.output(index)) }
        }
        return result
    }

    /// The weights between visible and hidden units, one row per hidden unit.
    public var weightRows: [Float] {
        let (width, units) = (data.width, settings.hiddenUnits)
        let weights = network.weight.values
        return (0..<units * width).map { weights[$0 % width * units + $0 / width] }
    }
}
