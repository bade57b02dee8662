import Foundation
import Random

/// Bits that are all coupled with each other, E(x) = −½ xᵀWx − bᵀx with W symmetric and 0 on its diagonal: chains of them, each with
/// the input b + Wx of every unit, which a changed unit changes by a row of W.
struct PairwiseBits {
    let width: Int
    let weights: [Float]
    let biases: [Float]
    /// The chains' states, (chains, width).
    private(set) var states: [Float]
    private var inputs: [Float] = []

    init(weights: [Float], biases: [Float], states: [Float]) {
        (self.weights, self.biases, self.states, width) = (weights, biases, states, biases.count)
        inputs = [Float](repeating: 0, count: states.count)
        for chain in 0..<count {
            for unit in 0..<width { inputs[chain * width + unit] = biases[unit] }
            for unit in 0..<width where states[chain * width + unit] == 1 { add(unit, 1, in: chain) }
        }
    }

    /// The number of chains.
    var count: Int { states.count / width }

    /// Adds a unit's share to all inputs of a chain.
    private mutating func add(_ unit: Int, _ sign: Float, in chain: Int) {
        weights.withUnsafeBufferPointer { weights in
            inputs.withUnsafeMutableBufferPointer { inputs in
                let (row, start) = (unit * width, chain * width)
                for index in 0..<width { inputs[start + index] += sign * weights[row + index] }
            }
        }
    }

    /// Draws each unit given all others, one after another: P(xᵢ = 1 | the rest) = σ(β (b + Wx)ᵢ + (1 − β) baseᵢ).
    ///
    /// - Parameters:
    ///   - known: Units that stay as they are.
    ///   - beta: 1, or less on the way to the independent units with the inputs `base`.
    mutating func sweep(
        _ random: inout RandomStream, known: [Bool] = [], beta: Float = 1, base: [Float] = []
    ) {
        for chain in 0..<count {
            for unit in 0..<width where known.isEmpty || !known[unit] {
                let place = chain * width + unit
                let input = beta == 1 ? inputs[place] : beta * inputs[place] + (1 - beta) * base[unit]
                let value: Float = random.uniformFloat() < 1 / (1 + exp(-input)) ? 1 : 0
                guard value != states[place] else { continue }
                states[place] = value
                add(unit, value == 1 ? 1 : -1, in: chain)
            }
        }
    }

    /// P(xᵢ = 1 | the rest) of every unit of every chain.
    var expectations: [Float] { inputs.map { 1 / (1 + exp(-$0)) } }

    /// −E of a chain: ½ xᵀ(b + Wx) + ½ bᵀx.
    func negativeEnergy(of chain: Int) -> Double {
        (0..<width).reduce(0.0) { sum, unit in
            let place = chain * width + unit
            return states[place] == 0 ? sum : sum + 0.5 * Double(inputs[place] + biases[unit])
        }
    }

    /// log Σ e^{−E} over all states, in float64, each state one unit from the last (Gray code).
    static func logPartition(weights: [Float], biases: [Float]) -> Double {
        let width = biases.count
        let weights = weights.map(Double.init)
        var inputs = biases.map(Double.init)
        var (exponent, total) = (0.0, StreamedLogSum())
        total.add(0)
        for state in 1..<max(1, 1 << width) {
            let unit = state.trailingZeroBitCount
            let sign = (state ^ state >> 1) >> unit & 1 == 1 ? 1.0 : -1
            exponent += sign * inputs[unit]
            for index in 0..<width { inputs[index] += sign * weights[unit * width + index] }
            total.add(exponent)
        }
        return total.value
    }
}
