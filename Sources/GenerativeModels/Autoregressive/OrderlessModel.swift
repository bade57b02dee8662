import Datasets
import Foundation
import NeuralNetworks
import Random
import TensorCore

/// A network that predicts each number from any subset of the others.
protocol OrderlessNetwork: Module {
    /// Logits of all numbers given some of them: x (B, D) and the mask of known ones (B, D), 1 or 0 → (B, D).
    func callAsFunction(_ x: Tensor, known: Tensor) -> Tensor
}

/// An orderless network that computes all conditionals of an order in one pass; others are run once per number.
protocol OrderedSums: OrderlessNetwork {
    /// log p of each row by the chain rule in an order: x (B, D) in the data's order, the indices int32 (D) → (B).
    func logProbabilities(_ x: Tensor, order: Tensor) -> Tensor
}

/// An autoregressive model of every order at once (Uria, Murray & Larochelle 2014). The loss of a row is that of the
/// numbers outside a random subset, given the subset, weighted so that its mean over subsets is the mean over orders:
///
///     D / (D − d + 1) · Σ_{o ≥ d} −log p(x_o | x_{o < d})
///
/// Each order is a density of its own. The likelihood is that of the mixture of several, (1/M) Σ p(x | order). It
/// averages probabilities; averaging logits would not give a density.
public final class OrderlessModel: NumberByNumberModel, LikelihoodModel {
    public let data: Dataset.Description
    public let parameters: Parameters
    public let scoreKind = ScoreKind.exact
    private let network: any OrderlessNetwork
    private let orders: Int
    private let optimizer: Adam
    let fitProgram, outputProgram: Program
    private let orderProgram: Program?
    private var masks: RandomStream

    /// Makes a model from a network.
    ///
    /// - Parameter orders: M, the number of orders that a likelihood averages.
    init(_ network: any OrderlessNetwork, orders: Int, data: Dataset.Description, seed: UInt64) throws {
        (self.network, self.orders, self.data) = (network, orders, data)
        let (parameters, width) = (network.parameters, data.width)
        self.parameters = parameters
        masks = RandomStream(seed: seed).split("masks")
        let optimizer = Adam(learningRate: 0)
        self.optimizer = optimizer
        let rows = Program.Input.float32(nil, width)
        fitProgram = Program("orderless fit", inputs: [rows, rows]) { inputs in
            let (x, known) = (inputs[0], inputs[1])
            let losses = binaryCrossEntropy(logits: network(x, known: known), targets: x) * (1 - known)
            let unknown = (1 - known).sum([-1])
            let loss = (Double(width) / unknown * losses.sum([-1])).mean()
            try optimizer.minimize(loss, parameters)
            return [-loss]
        }
        outputProgram = Program("orderless outputs", inputs: [rows, rows]) { [network($0[0], known: $0[1])] }
        orderProgram = (network as? any OrderedSums).map { network in
            Program("orderless rows", inputs: [rows, .int32(width)]) { inputs in
                [network.logProbabilities(inputs[0], order: inputs[1])]
            }
        }
        optimizer.prepare(for: parameters)
    }

    public var variables: Parameters { parameters + ["optimizer": optimizer.state] }

    /// The random stream of the subsets.
    public var randomStates: [RandomState] {
        get { [(masks.key, masks.position)] }
        set { masks = RandomStream(key: newValue[0].key, position: newValue[0].counter) }
    }

    /// One update on the loss, with a random subset for each row.
    public func fit(_ batch: DataRows, _ step: FitStep) throws -> [Metric] {
        optimizer.follow(step)
        let plan = try fitProgram.plan(length: batch.count)
        plan.setRows(0, batch)
        drawSubsets(plan.input(1))
        plan.run()
        return [("training", -Double(plan.output(0)[0]))]
    }

    /// Marks 0 to D − 1 numbers of each row as known; every count, and every subset of a given count, is equally
    /// likely.
    private func drawSubsets(_ marks: UnsafeMutableBufferPointer<Float>) {
        let width = data.width
        for start in stride(from: 0, to: marks.count, by: width) {
            // Selection sampling (Knuth, TAOCP 3.4.2, algorithm S): one pass, no array.
            var wanted = masks.integers(below: width)
            for place in 0..<width {
                let isChosen = masks.integers(below: width - place) < wanted
                marks[start + place] = isChosen ? 1 : 0
                if isChosen { wanted -= 1 }
            }
        }
    }

    /// The mean log-likelihood under one order.
    public func score(_ rows: DataRows) throws -> Double {
        let nats = try logProbabilities(rows, order: order(0))
        return nats.reduce(0, +) / Double(nats.count)
    }

    /// A random order, the same in each process. Raster order would be a poor choice: the network learns from random
    /// subsets, which are hardly ever the upper part of an image.
    private func order(_ index: Int) -> [Int] {
        RandomStream(seed: 0).split(index).order(data.width, shuffled: true)
    }

    /// log p of each row under the mixture of the orders, exactly.
    public func logLikelihood(of rows: DataRows, seed: UInt64) throws -> LogLikelihood {
        let lists = try (0..<orders).map { try logProbabilities(rows, order: order($0)) }
        return LogLikelihood(.exact, logMeanExp(lists), details: [("orders", Double(orders))])
    }

    private func logProbabilities(_ rows: DataRows, order: [Int]) throws -> [Double] {
        guard let orderProgram else { return try byNumber(rows, order: order) }
        return try orderProgram.rows(rows, limit: 100) { $0.setIntegers(1, order) }
    }

    /// Runs the network once for each number of the order.
    private func byNumber(_ rows: DataRows, order: [Int]) throws -> [Double] {
        let (limit, width) = (500, data.width)
        var nats: [Double] = []
        for start in stride(from: 0, to: rows.count, by: limit) {
            let part = start..<min(start + limit, rows.count)
            let plan = try outputProgram.plan(length: part.count)
            plan.setRows(0, rows, part)
            plan.input(1).update(repeating: 0)
            var sums = [Double](repeating: 0, count: part.count)
            for place in order {
                plan.run()
                for row in sums.indices {
                    let index = row * width + place
                    let logit = Double(plan.output(0)[index])
                    sums[row] += logBernoulli(logit, plan.input(0)[index])
                    plan.input(1)[index] = 1
                }
            }
            nats += sums
        }
        return nats
    }

    /// Samples rows of the mixture over the orders of the likelihood: each row in one of them, which depends on the
    /// seed. If some numbers are known, every order begins with them, so that the others are sampled given all of them.
    public func drawing(count: Int, from start: DataRows?, known: [Bool], seed: UInt64) throws -> NumberByNumber {
        let all = (0..<orders).map { index in
            let order = order(index)
            return start == nil ? order : order.filter { known[$0] } + order.filter { !known[$0] }
        }
        let rowOrders = RowOrders(
            all, choices: RowOrders.choices(count, of: orders, RandomStream(seed: seed).split("orders")))
        let width = data.width
        let stepper = WholeNetwork(try outputProgram.plan(length: count), orders: rowOrders) { plan, index in
            let marks = plan.input(1)
            marks.update(repeating: 0)
            for row in 0..<count { for place in rowOrders[row][..<index] { marks[row * width + place] = 1 } }
        }
        return NumberByNumber(
            stepper, .bernoulli, orders: rowOrders, count: count, from: start, known: known, seed: seed)
    }
}

/// log p of a bit, given the logit of 1.
func logBernoulli(_ logit: Double, _ bit: Float) -> Double {
    let z = bit == 1 ? -logit : logit
    // −softplus(z).
    return -(max(z, 0) + log1p(exp(-abs(z))))
}
