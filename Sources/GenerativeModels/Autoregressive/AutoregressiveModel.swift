import Datasets
import NeuralNetworks
import Random
import TensorCore

/// A network that computes all conditionals of the rows in one pass.
protocol ConditionalNetwork: Module {
    /// The outputs for each number: x (B, D) → (B, D, P), where P is the output count of the distribution. The outputs
    /// for the number order[i] depend only on the row's numbers order[0], …, order[i − 1].
    func callAsFunction(_ x: Tensor) -> Tensor
    /// The indices of the numbers in the order of the chain rule.
    var order: [Int] { get }
    /// The number of rows per likelihood evaluation; small for networks that keep many values per row.
    var rowLimit: Int { get }
    /// A stepper that computes the conditionals one after the other for `count` rows; nil if the network can only be
    /// run as a whole.
    func makeStepper(count: Int) throws -> (any ConditionalStepper)?
}

extension ConditionalNetwork {
    /// Large enough to keep matrix products busy.
    var rowLimit: Int { 256 }
    func makeStepper(count: Int) throws -> (any ConditionalStepper)? { nil }
}

/// Computes the outputs of one number after another, for several rows side by side.
protocol ConditionalStepper: AnyObject {
    /// Whether the stepper keeps state from number to number, and therefore must be called for every number, known ones
    /// included.
    var remembers: Bool { get }
    /// Computes the outputs for the number `order[index]` of each row, in the row's order, given the numbers before it.
    /// Called with increasing indices; a stepper that remembers is called with each of them.
    ///
    /// - Parameters:
    ///   - rows: (count, D), with all numbers before `index` in place.
    ///   - outputs: (count, P), filled by the call.
    func find(_ index: Int, rows: [Float], outputs: UnsafeMutableBufferPointer<Float>) throws
}

extension ConditionalStepper {
    /// Most steppers need nothing but the rows.
    var remembers: Bool { false }
}

/// A model by the chain rule, p(x) = Πᵢ p(xᵢ | x before i), with one network for all conditionals. The likelihood is
/// exact, and rows are sampled number by number.
public final class AutoregressiveModel: NumberByNumberModel, LikelihoodModel {
    public let data: Dataset.Description
    public let parameters: Parameters
    public let scoreKind = ScoreKind.exact
    let network: any ConditionalNetwork
    let distribution: ConditionalDistribution
    private let optimizer: Adam
    let fitProgram, rowProgram, outputProgram: Program

    /// Makes a model from a network.
    ///
    /// - Parameter clippingNorm: The maximum norm of the gradients; nil for no clipping.
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

    public var variables: Parameters { parameters + ["optimizer": optimizer.state] }

    /// The random stream of fitting, which dropout samples from.
    public var randomStates: [RandomState] {
        get { [fitProgram.randomState] }
        set { fitProgram.randomState = newValue[0] }
    }

    /// One update on the mean log-likelihood of the minibatch.
    public func fit(_ batch: DataRows, _ step: FitStep) throws -> [Metric] {
        optimizer.follow(step)
        let plan = try fitProgram.plan(length: batch.count)
        plan.setRows(0, batch)
        plan.run()
        return [("training", -Double(plan.output(0)[0]))]
    }

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

    /// Samples the unknown numbers given the known numbers that come earlier in the order. If the unknown ones come
    /// last, such as the lower half of an image, this is p(unknown | known); known numbers that come later have no
    /// influence.
    public func drawing(count: Int, from start: DataRows?, known: [Bool], seed: UInt64) throws -> NumberByNumber {
        NumberByNumber(
            try makeStepper(count: count), distribution, orders: RowOrders(network.order), count: count, from: start,
            known: known, seed: seed)
    }

    /// The network's own stepper, or one that runs the whole network.
    private func makeStepper(count: Int) throws -> any ConditionalStepper {
        if let stepper = try network.makeStepper(count: count) { return stepper }
        return WholeNetwork(try outputProgram.plan(length: count), orders: RowOrders(network.order))
    }
}

/// Runs the whole network for each number.
final class WholeNetwork: ConditionalStepper {
    private let plan: Plan
    private let orders: RowOrders
    private let prepare: (Plan, Int) -> Void

    /// - Parameters:
    ///   - plan: A plan of at least as many rows as are asked for.
    ///   - prepare: Sets the inputs other than the rows, for the number of an index.
    init(_ plan: Plan, orders: RowOrders, prepare: @escaping (Plan, Int) -> Void = { _, _ in }) {
        (self.plan, self.orders, self.prepare) = (plan, orders, prepare)
    }

    func find(_ index: Int, rows: [Float], outputs: UnsafeMutableBufferPointer<Float>) throws {
        _ = plan.input(0).update(fromContentsOf: rows)
        prepare(plan, index)
        plan.run()
        let (all, width) = (plan.output(0), orders.width)
        let (count, size) = (rows.count / width, all.count / plan.input(0).count)
        for row in 0..<count {
            let start = (row * width + orders[row][index]) * size
            for output in 0..<size { outputs[row * size + output] = all[start + output] }
        }
    }
}

/// Runs a stepper for each group of rows.
final class GroupedRows: ConditionalStepper {
    private let groups: [(rows: [Int], stepper: any ConditionalStepper)]

    /// - Parameter groups: The indices of the rows of each group, and its stepper, which remembers nothing.
    init(_ groups: [(rows: [Int], stepper: any ConditionalStepper)]) { self.groups = groups }

    func find(_ index: Int, rows: [Float], outputs: UnsafeMutableBufferPointer<Float>) throws {
        let count = groups.reduce(0) { $0 + $1.rows.count }
        let (width, size) = (rows.count / count, outputs.count / count)
        for (own, stepper) in groups {
            let gathered = own.flatMap { rows[$0 * width..<($0 + 1) * width] }
            try withUnsafeTemporaryAllocation(of: Float.self, capacity: own.count * size) { found in
                found.initialize(repeating: 0)
                try stepper.find(index, rows: gathered, outputs: found)
                for (place, row) in own.enumerated() {
                    for output in 0..<size { outputs[row * size + output] = found[place * size + output] }
                }
            }
        }
    }
}
