import Environments
import Experience
import Foundation
import Random
import TensorCore
import Testing

@testable import Agents

/// Policies' distributions: PyTorch's numbers, sums and integrals of probabilities, samples, and the edges.
@Suite struct PolicyDistributionTests {
    struct Case: Decodable, CustomTestStringConvertible {
        var name: String
        var rows: Int
        var parameters, others, actions, logProbabilities, entropies, divergences: [Double]
        var valid: [Double]?
        var counts: [Int]?
        var low, high: [Double]?

        var distribution: PolicyDistribution {
            switch name {
            case "categorical": .categorical(counts!)
            case "bernoulli": .bernoulli(parameters.count / rows)
            case "gaussian": .gaussian(parameters.count / rows / 2)
            default: .squashedGaussian(low: low!, high: high!)
            }
        }

        var testDescription: String { "\(name)\(valid == nil ? "" : " with masks"), \(parameters[0])" }
    }

    private static let cases: [Case] = Golden.load("policies.json")

    private static func tensor(_ numbers: [Double], rows: Int) -> Tensor {
        Tensor(numbers.map { Float($0) }, shape: [rows, numbers.count / rows])
    }

    @Test(arguments: cases)
    func tensorsAreAsPyTorchs(_ file: Case) throws {
        let distribution = file.distribution
        #expect(distribution.parameterCount == file.parameters.count / file.rows)
        #expect(distribution.actionCount == file.actions.count / file.rows)
        let (p, q) = (Self.tensor(file.parameters, rows: file.rows), Self.tensor(file.others, rows: file.rows))
        let valid = file.valid.map { Self.tensor($0, rows: file.rows) }
        let numbers = Self.tensor(file.actions, rows: file.rows)
        let actions = file.name == "categorical" ? numbers.asInteger() : numbers
        let logs = try distribution.logProbability(of: actions, p, valid: valid).floats()
        #expect(Golden.difference(logs, file.logProbabilities) < 3e-6)
        #expect(try Golden.difference(distribution.entropy(p, valid: valid).floats(), file.entropies) < 2e-6)
        #expect(
            Golden.difference(try distribution.divergence(from: p, to: q, valid: valid).floats(), file.divergences)
                < 4e-6)
        let own = try distribution.divergence(from: p, to: p, valid: valid).floats()
        #expect(own.allSatisfy { abs($0) < 1e-6 })
    }

    /// What acting computes from a row of memory is what learning computes from tensors.
    @Test(arguments: cases)
    func rowsAreAsPyTorchs(_ file: Case) {
        let distribution = file.distribution
        let (parameters, actions) = (file.parameters.map { Float($0) }, file.actions.map { Float($0) })
        let logs = (0..<file.rows).map { row in
            let valid = file.valid.map { flags in ActionMask { $0 < 5 && flags[row * 5 + $0] > 0 } }
            return parameters.row(row, of: file.rows) { own in
                actions.row(row, of: file.rows) { distribution.logProbability(of: $0, own, among: valid) }
            }
        }
        #expect(Golden.difference(logs, file.logProbabilities) < 3e-6)
    }

    /// Gradients at the edges are finite: one valid action, deviations of 10⁻⁴ and 10⁴, certain bits.
    @Test(arguments: cases)
    func gradientsAreFinite(_ file: Case) throws {
        let distribution = file.distribution
        let variable = Variable(
            file.parameters.map { Float($0) }, shape: [file.rows, distribution.parameterCount], name: "p")
        let valid = file.valid.map { Self.tensor($0, rows: file.rows) }
        let numbers = Self.tensor(file.actions, rows: file.rows)
        let actions = file.name == "categorical" ? numbers.asInteger() : numbers
        let logs = distribution.logProbability(of: actions, variable.tensor, valid: valid)
        let total = (logs + distribution.entropy(variable.tensor, valid: valid)).sum()
        let gradient = try gradients(of: total, withRespectTo: [variable])[0].floats()
        #expect(gradient.allSatisfy { $0.isFinite })
        if let flags = file.valid {
            #expect(zip(gradient, flags).allSatisfy { $1 > 0 || $0 == 0 }, "actions that aren't valid learn nothing")
        }
    }

    private static func logProbability(
        _ distribution: PolicyDistribution, _ action: [Float], _ parameters: [Float], valid: ActionMask? = nil
    ) -> Double {
        parameters.withUnsafeBufferPointer { own in
            action.withUnsafeBufferPointer { Double(distribution.logProbability(of: $0, own, among: valid)) }
        }
    }

    @Test func probabilitiesSumToOne() {
        let choices: [[Float]] = (0..<24).map { index in
            let places = [index / 12, index / 4 % 3, index % 4]
            return places.map { Float($0) }
        }
        let several: [Float] = [0.3, -1, 2, 0.1, -3, 30, -30, 1, 0.5]
        let sum = choices.reduce(0) { $0 + exp(Self.logProbability(.categorical([2, 3, 4]), $1, several)) }
        #expect(abs(sum - 1) < 1e-5)
        let bits: [[Float]] = (0..<8).map { index in
            let places = [index & 1, index >> 1 & 1, index >> 2]
            return places.map { Float($0) }
        }
        #expect(abs(bits.reduce(0) { $0 + exp(Self.logProbability(.bernoulli(3), $1, [0.4, -12, 3])) } - 1) < 1e-5)
        let valid = ActionMask(bits: 0b10110)
        let masked = (0..<5).map {
            exp(Self.logProbability(.categorical([5]), [Float($0)], [9, 1, -2, 4, 0], valid: valid))
        }
        #expect(abs(masked.reduce(0, +) - 1) < 1e-5 && masked[0] == 0 && masked[3] == 0)
        let only = ActionMask(bits: 0b1000)
        #expect(Self.logProbability(.categorical([5]), [3], [90, 1, -2, -40, 0], valid: only) == 0)
    }

    /// Integrals over a fine grid: of the density in the environment's own numbers, and of −π log π.
    @Test(arguments: [(0.3, -0.5), (-1.4, 0.7), (0, -4.0)])
    func densitiesIntegrateToOne(mean: Double, logDeviation: Double) throws {
        let parameters = [Float(mean), Float(logDeviation)]
        let squashed = PolicyDistribution.squashedGaussian(low: [-1], high: [3])
        var (gaussian, inBounds, entropy) = (0.0, 0.0, 0.0)
        let (steps, deviation) = (40_000, exp(logDeviation))
        let (start, width) = (mean - 12 * deviation, 24 * deviation / Double(steps))
        var previous = -1.0
        for step in 0..<steps {
            let u = start + (Double(step) + 0.5) * width
            let density = exp(Self.logProbability(.gaussian(1), [Float(u)], parameters))
            gaussian += density * width
            entropy -= density * log(max(density, 1e-300)) * width
            // The same steps in the squashed numbers.
            let next = 1 + 2 * tanh(u + width / 2)
            if step > 0 { inBounds += exp(Self.logProbability(squashed, [Float(u)], parameters)) * (next - previous) }
            previous = next
        }
        #expect(abs(gaussian - 1) < 1e-4)
        #expect(abs(inBounds - 1) < 1e-3)
        let own = try PolicyDistribution.gaussian(1).entropy(Tensor(parameters, shape: [1, 2])).floats()[0]
        #expect(abs(Double(own) - entropy) < 1e-3)
    }

    /// tanh is 1 in single precision for u ≥ 9; the density stays finite and right: 4 h⁻¹ e^(−2u) N(u) there.
    @Test func squashedGaussiansAreRightAtTheirBounds() throws {
        let squashed = PolicyDistribution.squashedGaussian(low: [-1], high: [1])
        for u in [Float(-30), -12, 12, 30] {
            let normal = Self.logProbability(.gaussian(1), [u], [u, 0])
            let own = Self.logProbability(squashed, [u], [u, 0])
            #expect(abs(own - (normal - log(4) + 2 * Double(abs(u)))) < 1e-4)
            let tensor = squashed.logProbability(of: Tensor([u], shape: [1, 1]), Tensor([u, 0], shape: [1, 2]))
            let value = try Double(tensor.floats()[0])
            #expect(abs(value - own) < 1e-4)
        }
        var rows = [Float](repeating: 0, count: 2)
        rows.withUnsafeMutableBufferPointer { memory in
            let actions = MutableRows(memory.baseAddress!, type: .float32, count: 1, width: 2)
            let two = PolicyDistribution.squashedGaussian(low: [-1, 0], high: [1, 5])
            [Float(-40), 40].withUnsafeBufferPointer { two.write($0, to: 0, of: actions, bounds: ([-1, 0], [1, 5])) }
        }
        #expect(rows == [-1, 5])
    }

    /// A policy that has diverged doesn't act as if it had not.
    @Test func numbersThatAreNoneStayNone() {
        var row = [Float](repeating: 0, count: 1)
        row.withUnsafeMutableBufferPointer { memory in
            let actions = MutableRows(memory.baseAddress!, type: .float32, count: 1, width: 1)
            [Float.nan].withUnsafeBufferPointer {
                PolicyDistribution.gaussian(1).write($0, to: 0, of: actions, bounds: ([-1], [1]))
            }
        }
        #expect(row[0].isNaN)
    }

    /// Samples follow the probabilities, and their log probability is that of the action.
    @Test func samplesAreDistributedAsTheySay() {
        var (stream, count) = (RandomStream(seed: 4), 40_000)
        let logits: [Float] = [0.5, -1, 0.2, 3, -2, 1, 0]
        let kinds: [(PolicyDistribution, ActionMask?)] = [
            (.categorical([7]), nil), (.categorical([7]), ActionMask(bits: 0b0110101)), (.categorical([3, 4]), nil),
            (.bernoulli(7), nil),
        ]
        for (distribution, valid) in kinds {
            var seen: [[Float]: (count: Int, log: Float)] = [:]
            for _ in 0..<count {
                let (action, log) = Self.sample(distribution, logits, valid, &stream)
                seen[action, default: (0, log)].count += 1
                #expect(abs(Double(log) - Self.logProbability(distribution, action, logits, valid: valid)) < 1e-5)
            }
            for (action, found) in seen {
                let expected = exp(Double(found.log)) * Double(count)
                #expect(abs(Double(found.count) - expected) < 5 * expected.squareRoot() + 5, "\(action)")
            }
        }
        count = 20_000
        let gaussian = (0..<count).map { _ in Self.sample(.gaussian(1), [2, -1], nil, &stream).0[0] }
        let mean = gaussian.map(Double.init).reduce(0, +) / Double(count)
        let variance = gaussian.map { pow(Double($0) - mean, 2) }.reduce(0, +) / Double(count)
        #expect(abs(mean - 2) < 0.015 && abs(variance - exp(-2)) < 0.01)
    }

    private static func sample(
        _ distribution: PolicyDistribution, _ parameters: [Float], _ valid: ActionMask?, _ stream: inout RandomStream
    ) -> ([Float], Float) {
        var action = [Float](repeating: 0, count: distribution.actionCount)
        let log = parameters.withUnsafeBufferPointer { own in
            action.withUnsafeMutableBufferPointer { distribution.sample(own, among: valid, into: $0, &stream) }
        }
        return (action, log)
    }

    @Test func modesAreTheMostProbableActions() {
        func mode(_ distribution: PolicyDistribution, _ parameters: [Float], _ valid: ActionMask? = nil) -> [Float] {
            var action = [Float](repeating: -1, count: distribution.actionCount)
            parameters.withUnsafeBufferPointer { own in
                action.withUnsafeMutableBufferPointer { distribution.mode(own, among: valid, into: $0) }
            }
            return action
        }
        #expect(mode(.categorical([3]), [1, 5, 2]) == [1])
        #expect(mode(.categorical([3]), [1, 5, 2], ActionMask(bits: 0b101)) == [2])
        #expect(mode(.categorical([2, 3]), [3, 1, 0, 2, 4]) == [0, 2])
        #expect(mode(.bernoulli(3), [-1, 2, 0.1]) == [0, 1, 1])
        #expect(mode(.gaussian(2), [4, -5, 0, 0]) == [4, -5])
    }

    @Test func spacesHaveTheirDistributions() {
        #expect(PolicyDistribution(.discrete(3)) == .categorical([3]))
        #expect(PolicyDistribution(.multiDiscrete([2, 4])) == .categorical([2, 4]))
        #expect(PolicyDistribution(.multiBinary([2, 2])) == .bernoulli(4))
        let box = Space.box(-2...2, shape: [3])
        #expect(PolicyDistribution(box) == .gaussian(3))
        #expect(PolicyDistribution(box, squashed: true) == .squashedGaussian(low: [-2, -2, -2], high: [2, 2, 2]))
        #expect(PolicyDistribution(.box(-.infinity ... .infinity, shape: [1]), squashed: true) == nil)
        #expect(PolicyDistribution(.box(0...255, shape: [2], element: .uint8)) == nil)
        #expect(PolicyDistribution(.tuple([.discrete(2)])) == nil)
    }
}

extension [Float] {
    fileprivate func row<Result>(_ row: Int, of rows: Int, _ body: (UnsafeBufferPointer<Float>) -> Result) -> Result {
        let width = count / rows
        return withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[row * width..<(row + 1) * width])) }
    }
}
