import Datasets
import NeuralNetworks
import Random
import TensorCore

/// A model of sequences by the chain rule over steps: symbols, or several bits per step that are independent of each
/// other given the earlier steps. Log-likelihoods and scores are in nats per step.
public final class SequenceModel: StepwiseSamplingModel, LikelihoodModel {
    /// How such a model learns.
    struct Learning {
        var clippingNorm = 1.0
        var beta2 = 0.99
        var weightDecay = 0.0

        /// An optimiser whose learning rate is set before each update.
        func optimizer() -> Adam {
            Adam(
                learningRate: 0, beta2: beta2,
                weightDecay: weightDecay > 0 ? .decoupled(weightDecay, where: WeightDecay.matrices) : .none)
        }
    }

    public let data: Dataset.Description
    public let parameters: Parameters
    /// Scores of short sequences are exact, those of long ones as ``scoreKind(of:)`` says.
    public let scoreKind = ScoreKind.exact
    /// The number of earlier steps that a step is predicted from.
    public let context: Int
    /// The length of the windows that long sequences are scored in, and their overlap.
    private let window: (length: Int, overlap: Int)
    /// Whether each step of a window's targets sees all steps that it is predicted from.
    private let seesAll: Bool
    private let sampleSteps: Int
    private let network: SequenceNetwork
    private let optimizer: Adam
    private let clippingNorm: Double
    private var random: RandomStream
    private var fitPrograms: [Int: Program] = [:], lossPrograms: [Int: Program] = [:]

    init(
        _ network: SequenceNetwork, _ learning: Learning, data: Dataset.Description, context: Int,
        scoredSteps: Int, sampleSteps: Int, seed: UInt64
    ) throws {
        if let field = network.receptiveField, field <= context {
            // The outputs at a step are the same in each window that holds its receptive field.
            (window, seesAll) = ((max(context, 2 * field), field - 1), true)
        } else {
            let step = min(scoredSteps == 0 ? max(1, context / 2) : scoredSteps, context)
            (window, seesAll) = ((context, context - step), step == 1)
        }
        (self.network, self.data, self.context, self.sampleSteps) = (network, data, context, sampleSteps)
        (optimizer, clippingNorm) = (learning.optimizer(), learning.clippingNorm)
        parameters = network.parameters
        random = RandomStream(seed: seed).split("fit")
        optimizer.prepare(for: parameters)
    }

    public var variables: Parameters { parameters + ["optimizer": optimizer.state] }

    /// The random stream of fitting, which dropout samples from.
    public var randomStates: [RandomState] {
        get { [(random.key, random.position)] }
        set { random = RandomStream(key: newValue[0].key, position: newValue[0].counter) }
    }

    /// The inputs (the previous steps), the targets, and the mask of steps that count, for windows padded to a length.
    private func inputs(_ length: Int) -> [Program.Input] {
        switch network.step {
        case .symbol: [.int32(nil, length), .int32(nil, length), .float32(nil, length)]
        case .bits(let width): [.float32(nil, length, width + 1), .float32(nil, length, width), .float32(nil, length)]
        }
    }

    private func fitProgram(_ length: Int) -> Program {
        if let program = fitPrograms[length] { return program }
        let (network, optimizer, parameters, norm) = (network, optimizer, parameters, clippingNorm)
        let program = Program("sequence fit", inputs: inputs(length)) { inputs in
            let loss = Mode.training {
                maskedMean(network.step.loss(network(inputs[0]), inputs[1]), mask: inputs[2])
            }
            try optimizer.minimize(loss, parameters, clippingNorm: norm)
            return [-loss]
        }
        fitPrograms[length] = program
        return program
    }

    private func lossProgram(_ length: Int) -> Program {
        if let program = lossPrograms[length] { return program }
        let network = network
        let program = Program("sequence losses", inputs: inputs(length)) { inputs in
            let outputs = network(inputs[0])
            return [(network.step.loss(outputs, inputs[1]) * inputs[2]).sum([-1]), outputs]
        }
        lossPrograms[length] = program
        return program
    }

    /// One update on the mean log-likelihood of the minibatch's steps.
    public func fit(_ batch: DataRows, _ step: FitStep) throws -> [Metric] {
        optimizer.follow(step)
        let windows = SequenceWindows(fitting: batch, context: context)
        let program = fitProgram(windows.paddedLength(windows.windows[...], limit: context))
        // Each update uses new random numbers, whichever program its length needs.
        program.randomState = (random.next(), 0)
        let plan = try program.plan(length: batch.count)
        fill(plan, windows, windows.windows[...])
        plan.run()
        return [("training", -Double(plan.output(0)[0]))]
    }

    /// Writes windows into the inputs of a plan.
    private func fill(_ plan: Plan, _ cut: SequenceWindows, _ windows: ArraySlice<SequenceWindows.Window>) {
        let mask = plan.input(2)
        let length = mask.count / windows.count
        for (row, window) in windows.enumerated() {
            for offset in 0..<length {
                let (place, step) = (row * length + offset, window.steps.lowerBound + offset)
                let isInside = window.steps.contains(step)
                mask[place] = window.targets.contains(step) ? 1 : 0
                fill(plan, place, before: isInside && step > 0 ? step - 1 : nil, isInside ? step : nil, cut, window)
            }
        }
    }

    /// Writes one step into the inputs of a plan: the previous step (nil for the start mark), and the step itself (nil
    /// beyond the end).
    private func fill(
        _ plan: Plan, _ place: Int, before: Int?, _ target: Int?, _ cut: SequenceWindows,
        _ window: SequenceWindows.Window
    ) {
        switch network.step {
        case .symbol(let count):
            plan.integerInput(0)[place] = before.map { Int32(cut.value(window, $0, 0)) } ?? Int32(count)
            plan.integerInput(1)[place] = target.map { Int32(cut.value(window, $0, 0)) } ?? 0
        case .bits(let width):
            for number in 0..<width {
                plan.input(0)[place * (width + 1) + number] = before.map { cut.value(window, $0, number) } ?? 0
                plan.input(1)[place * width + number] = target.map { cut.value(window, $0, number) } ?? 0
            }
            plan.input(0)[place * (width + 1) + width] = before == nil ? 1 : 0
        }
    }

    /// The mean log-likelihood per step.
    public func score(_ rows: DataRows) throws -> Double {
        try nats(rows).reduce(0, +) / Double(max(1, rows.lengths.reduce(0, +)))
    }

    /// Exact if no sequence is longer than the context, or each step sees all steps that it is predicted from.
    public func scoreKind(of rows: DataRows) -> ScoreKind {
        seesAll || (rows.lengths.max() ?? 0) <= context ? .exact : .windowed
    }

    /// log p of each sequence, each step predicted from up to ``context`` earlier steps, as in sampling. Sequences that
    /// are longer than the context are scored in windows that overlap: by the receptive field if it fits into the
    /// context, which costs less than twice the steps, and otherwise as `scoredSteps` says, which costs
    /// context / scoredSteps times the steps.
    public func logLikelihood(of rows: DataRows, seed: UInt64) throws -> LogLikelihood {
        LogLikelihood(scoreKind(of: rows), try nats(rows))
    }

    private func nats(_ rows: DataRows) throws -> [Double] {
        var nats = [Double](repeating: 0, count: rows.count)
        let cut = SequenceWindows(rows, length: window.length, overlap: window.overlap)
        for start in stride(from: 0, to: cut.windows.count, by: 32) {
            let part = cut.windows[start..<min(start + 32, cut.windows.count)]
            let plan = try lossProgram(cut.paddedLength(part, limit: window.length)).plan(length: part.count)
            fill(plan, cut, part)
            plan.run()
            for (index, window) in part.enumerated() { nats[window.row] -= Double(plan.output(0)[index]) }
        }
        return nats
    }

    /// New sequences, (count, steps, width), as long as the settings say. A sequence that has reached its end symbol
    /// stays there.
    public func sample(_ count: Int, seed: UInt64) throws -> [Float] {
        let process = try process(count: count, from: nil, known: [], seed: seed)
        while try process.advance() {}
        return process.rows
    }

    /// One step of the sequences at a time, given the known numbers that come before it.
    public func process(
        count: Int, from start: DataRows?, known: [Bool], seed: UInt64
    ) throws -> any GenerationProcess {
        let (width, outputs) = (max(1, data.width), network.step.outputCount)
        let length = start.map { $0.numbers.count / max(1, count * width) } ?? sampleSteps
        let plan = try lossProgram(context).plan(length: count)
        return StepByStep(
            network.step, data: data, count: count, length: length, from: start, known: known, seed: seed
        ) { [self] rows, step in
            let soFar = DataRows(sequences: rows, width: width, lengths: [Int](repeating: length, count: count))
            let windows = SequenceWindows(soFar, upTo: step, context: context)
            fill(plan, windows, windows.windows[...])
            plan.run()
            return (0..<count).flatMap { row in
                let place = (row * context + min(step, context - 1)) * outputs
                return plan.output(1)[place..<place + outputs]
            }
        }
    }
}
