import Configuration
import Datasets
import Foundation
import NeuralNetworks
import Random
import TensorCore

/// A table for each conditional: p(xᵢ = 1 | x₁…xᵢ₋₁) for each of the 2^{i−1} prefixes, Σᵢ 2^{i−1} = 2ᴰ − 1 numbers in
/// all. They are relative frequencies, with α added to the count of each value.
public final class TabularDistribution: NumberByNumberModel, LikelihoodModel {
    public let data: Dataset.Description
    public let scoreKind = ScoreKind.exact
    private let settings: TabularDistributionSettings
    /// How often a bit was 0, and 1, after each prefix. The first bit's prefix is entry 1; those that follow a prefix c
    /// are 2c and 2c + 1.
    private let counts: Variable

    /// Makes a model without any counts.
    init(_ settings: TabularDistributionSettings, data: Dataset.Description) {
        (self.settings, self.data) = (settings, data)
        counts = Variable(zeros: [1 << data.width, 2], name: "counts")
    }

    public var parameters: Parameters { Parameters(named: ["counts": counts]) }
    public var variables: Parameters { parameters }
    public var randomStates: [RandomState] {
        get { [] }
        set {}
    }

    /// The number of conditionals, 2ᴰ − 1.
    public var parameterCount: Int { (1 << data.width) - 1 }

    /// Counts a minibatch. Counting the data twice changes nothing but the relative weight of the pseudocounts.
    public func fit(_ batch: DataRows, _ step: FitStep) throws -> [Metric] {
        counts.withMutableValues { counts in
            for row in 0..<batch.count {
                var entry = 1
                for bit in batch[row] {
                    counts[2 * entry + Int(bit)] += 1
                    entry = 2 * entry + Int(bit)
                }
            }
        }
        return [("training", -(try score(batch)))]
    }

    public func score(_ rows: DataRows) throws -> Double {
        let nats = logProbabilities(rows)
        return nats.reduce(0, +) / Double(nats.count)
    }

    /// log p of each row, exactly.
    public func logLikelihood(of rows: DataRows, seed: UInt64) throws -> LogLikelihood {
        LogLikelihood(.exact, logProbabilities(rows))
    }

    private func logProbabilities(_ rows: DataRows) -> [Double] {
        (0..<rows.count).map { row in
            var (entry, sum) = (1, 0.0)
            for bit in rows[row] {
                let one = probability(entry)
                sum += log(bit == 1 ? one : 1 - one)
                entry = 2 * entry + Int(bit)
            }
            return sum
        }
    }

    /// p(1) after a prefix.
    fileprivate func probability(_ entry: Int) -> Double {
        counts.withValues { counts in
            let (zeros, ones) = (Double(counts[2 * entry]), Double(counts[2 * entry + 1]))
            let smoothing = settings.smoothing
            let total = zeros + ones + 2 * smoothing
            return total > 0 ? (ones + smoothing) / total : 0.5
        }
    }

    /// Samples the unknown bits given the known bits before them.
    public func drawing(count: Int, from start: DataRows?, known: [Bool], seed: UInt64) throws -> NumberByNumber {
        NumberByNumber(
            Lookup(self), .bernoulli, orders: RowOrders(Array(0..<data.width)), count: count, from: start, known: known,
            seed: seed)
    }

    /// Looks conditionals up.
    private final class Lookup: ConditionalStepper {
        private let model: TabularDistribution
        init(_ model: TabularDistribution) { self.model = model }

        func find(_ index: Int, rows: [Float], outputs: UnsafeMutableBufferPointer<Float>) throws {
            let width = model.data.width
            for row in outputs.indices {
                let entry = rows[row * width..<row * width + index].reduce(1) { 2 * $0 + Int($1) }
                let one = model.probability(entry)
                outputs[row] = Float(log(one / (1 - one)))
            }
        }
    }
}

/// Settings of ``TabularDistribution``.
public struct TabularDistributionSettings: ModelSettings {
    /// α: ½ is Jeffreys' prior, 0 gives maximum likelihood.
    @Setting(0...1_000_000, "pseudocount added to each count") public var smoothing = 0.5

    public init() {}

    public var needs: DataNeeds { DataNeeds(.bits) }
    /// One pass through the data.
    public var fitting: FitSettings { FitSettings { $0.epochs = 1 } }

    public func makeModel(for data: Dataset.Description, seed: UInt64) throws -> any GenerativeModel {
        guard data.width <= 24 else {
            throw ModelError.data(
                model: "tabular", found: "rows of \(data.width), which would need 2^\(data.width) numbers",
                expected: "rows of at most 24 bits")
        }
        return TabularDistribution(self, data: data)
    }
}
