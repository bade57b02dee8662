import Datasets
import NeuralNetworks
import Random
import TensorCore

/// All conditionals of rows at once.
protocol ConditionalNetwork: Module {
    /// The outputs for each number: x (B, D) → (B, D, P), P being the distribution's. Those for the number order[i] depend on
    /// order[0], …, order[i − 1] of the row alone.
    func callAsFunction(_ x: Tensor) -> Tensor
    /// The places of the numbers in the order of the chain rule.
    var order: [Int] { get }
    /// Rows that are asked for their likelihood at a time: few where the network keeps much for each.
    var rowLimit: Int { get }
    /// What finds the conditionals one after the other, for `count` rows; nil where running the whole network is all there is.
    func makeStepper(count: Int) throws -> (any ConditionalStepper)?
}

extension ConditionalNetwork {
    /// Enough to keep matrix products busy.
    var rowLimit: Int { 256 }
    /// None.
    func makeStepper(count: Int) throws -> (any ConditionalStepper)? { nil }
}

/// Finds the outputs of one number after another, of several rows side by side.
protocol ConditionalStepper: AnyObject {
    /// Whether it keeps something from number to number, so that it has to be asked for all, also those that are known.
    var remembers: Bool { get }
    /// Finds the outputs for the number `order[index]` of each row, given those before. Called with rising indices, with each
    /// of them where the stepper remembers.
    ///
    /// - Parameters:
    ///   - rows: (count, D), all numbers before `index` in place.
    ///   - outputs: (count, P), to be filled.
    func find(_ index: Int, rows: [Float], outputs: UnsafeMutableBufferPointer<Float>) throws
}

extension ConditionalStepper {
    /// Rows are all that most know.
    var remembers: Bool { false }
}

/// A model by the chain rule: p(x) = Πᵢ p(xᵢ | x before i), with one network for all conditionals. The likelihood
/// is exact, and rows are drawn number by number.
public final class AutoregressiveModel: NumberByNumberModel, LikelihoodModel {
    /// What a row is.
    public let data: Dataset.Description
    /// What the network learned.
    public let parameters: Parameters
    /// The log-likelihood.
    public let scoreName = ScoreName.logLikelihood
    let network: any ConditionalNetwork
    let distribution: ConditionalDistribution
    private let optimizer: Adam
    let fitProgram, rowProgram, outputProgram: Program

    /// Makes a model of a network.
    ///
    /// - Parameter clippingNorm: The greatest norm of the gradients; nil for none.
    init(
        _ network: any ConditionalNetwork, _ distribution: ConditionalDistribution, data: Dataset.Description,
        seed: UInt64, optimizer: Adam = Adam(learningRate: 0), clippingNorm: Double? = nil
    ) throws {
        precondition(
            network.order.count == data.width,
            "the network orders \(network.order.count) numbers, the rows have \(data.width)")
        (self.network, self.distribution, self.data, self.optimizer) = (network, distribution, data, optimizer)
        let parameters = network.parameters
        self.parameters = parameters
        func logProbabilities(_ x: Tensor) -> Tensor { distribution.logProbability(x, network(x)).sum([-1]) }
        let rows = Program.Input.float32(nil, data.width)
        let key = RandomStream(seed: seed).split("fit").key
        fitProgram = Program("autoregressive fit", inputs: [rows], seed: key) { inputs in
            let mean = Mode.training { logProbabilities(inputs[0]).mean() }
            try optimizer.minimize(-mean, parameters, clippingNorm: clippingNorm)
            return [mean]
        }
        rowProgram = Program("autoregressive rows", inputs: [rows]) { [logProbabilities($0[0])] }
        outputProgram = Program("autoregressive outputs", inputs: [rows]) { [network($0[0])] }
        optimizer.prepare(for: parameters)
    }

    /// The parameters and the optimiser's moments.
    public var variables: Parameters { parameters + ["optimizer": optimizer.state] }

    /// That of fitting, which dropout draws from.
    public var randomStates: [RandomState] {
        get { [fitProgram.randomState] }
        set { fitProgram.randomState = newValue[0] }
    }

    /// A step on the mean log-likelihood of the batch.
    public func fit(_ batch: DataRows, _ step: FitStep) throws -> [Metric] {
        optimizer.follow(step)
        let plan = try fitProgram.plan(length: batch.count)
        plan.setRows(0, batch)
        plan.run()
        return [("logLikelihood", Double(plan.output(0)[0]))]
    }

    /// The mean log-likelihood.
    public func score(_ rows: DataRows) throws -> Double {
        let nats = try logProbabilities(rows)
        return nats.reduce(0, +) / Double(nats.count)
    }

    /// log p of each row, exactly.
    public func logLikelihood(of rows: DataRows, seed: UInt64) throws -> LogLikelihood {
        LogLikelihood(.exact, try logProbabilities(rows))
    }

    private func logProbabilities(_ rows: DataRows) throws -> [Double] {
        try rowProgram.rows(rows, limit: network.rowLimit)
    }

    /// Draws what isn't known given the known numbers that come earlier in the order. Where unknown ones come last, as in the
    /// lower half of a picture, that is p(unknown | known); elsewhere later known numbers have no say.
    public func drawing(count: Int, from start: DataRows?, known: [Bool], seed: UInt64) throws -> NumberByNumber {
        NumberByNumber(
            try makeStepper(count: count), distribution, order: network.order, count: count, from: start,
            known: known, seed: seed)
    }

    /// The network's own stepper, or one that runs all of it.
    private func makeStepper(count: Int) throws -> any ConditionalStepper {
        if let stepper = try network.makeStepper(count: count) { return stepper }
        return WholeNetwork(try outputProgram.plan(length: count), order: network.order)
    }
}

/// Runs the whole network for each number.
final class WholeNetwork: ConditionalStepper {
    private let plan: Plan
    private let order: [Int]
    private let prepare: (Plan, Int) -> Void

    /// - Parameter prepare: Sets the inputs beside the rows, for the number of an index.
    init(_ plan: Plan, order: [Int], prepare: @escaping (Plan, Int) -> Void = { _, _ in }) {
        (self.plan, self.order, self.prepare) = (plan, order, prepare)
    }

    func find(_ index: Int, rows: [Float], outputs: UnsafeMutableBufferPointer<Float>) throws {
        _ = plan.input(0).update(fromContentsOf: rows)
        prepare(plan, index)
        plan.run()
        let (all, width) = (plan.output(0), order.count)
        let (count, size) = (rows.count / width, all.count / rows.count)
        for row in 0..<count {
            let start = (row * width + order[index]) * size
            for output in 0..<size { outputs[row * size + output] = all[start + output] }
        }
    }
}
