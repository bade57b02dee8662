import Foundation
import Random

/// The couplings of bits: E(x) = −bᵀx − ½ Σᵢⱼ Wᵢⱼxᵢxⱼ − ⅙ Σᵢⱼₖ Tᵢⱼₖxᵢxⱼxₖ, where W and T are symmetric, and 0 if two
/// indices are equal.
struct Couplings {
    /// b.
    let biases: [Float]
    /// W, (width, width).
    let pairs: [Float]
    /// T, (width, width, width); empty if there are only pairs.
    let triples: [Float]

    /// The number of bits.
    var width: Int { biases.count }
    var hasTriples: Bool { !triples.isEmpty }

    /// Σₖ Tᵢⱼₖxₖ, which unit i adds to the input of j besides Wᵢⱼ.
    func tripled(_ i: Int, _ j: Int, _ x: some Collection<Float>) -> Float {
        let start = (i * width + j) * width
        var sum: Float = 0
        for (k, value) in x.enumerated() where value != 0 { sum += triples[start + k] }
        return sum
    }

    /// log Σ e^{−E} over all states, in float64; consecutive states differ in one unit (Gray code).
    func logPartition() -> Double {
        var x = [Float](repeating: 0, count: width)
        var inputs = biases.map(Double.init)
        var (exponent, total) = (0.0, StreamedLogSum())
        total.add(0)
        for state in 1..<max(1, 1 << width) {
            let unit = state.trailingZeroBitCount
            let isOn = (state ^ state >> 1) >> unit & 1 == 1
            let sign = isOn ? 1.0 : -1
            exponent += sign * inputs[unit]
            x[unit] = isOn ? 1 : 0
            for j in 0..<width {
                inputs[j] += sign * Double(pairs[unit * width + j])
                if hasTriples { inputs[j] += sign * Double(tripled(unit, j, x)) }
            }
            total.add(exponent)
        }
        return total.value
    }
}

/// Chains of bits with ``Couplings``. Each keeps the input −∂E/∂xᵢ of every unit; a change of one unit changes the
/// inputs by a row of W.
struct CoupledBits {
    private let couplings: Couplings
    /// The chains' states, (chains, width).
    private(set) var states: [Float]
    private var inputs: [Float] = []
    /// The contribution of triples to the inputs; empty without triples.
    private var tripleInputs: [Float] = []

    init(_ couplings: Couplings, states: [Float]) {
        (self.couplings, self.states) = (couplings, [Float](repeating: 0, count: states.count))
        inputs = states.indices.map { couplings.biases[$0 % couplings.width] }
        if couplings.hasTriples { tripleInputs = [Float](repeating: 0, count: states.count) }
        for place in states.indices where states[place] == 1 { flip(place) }
    }

    /// The number of chains.
    var count: Int { states.count / width }
    private var width: Int { couplings.width }

    /// Flips a unit of a chain.
    private mutating func flip(_ place: Int) {
        let sign: Float = states[place] == 0 ? 1 : -1
        states[place] += sign
        let width = width
        let (unit, start) = (place % width, place - place % width)
        couplings.pairs.withUnsafeBufferPointer { pairs in
            inputs.withUnsafeMutableBufferPointer { inputs in
                for index in 0..<width { inputs[start + index] += sign * pairs[unit * width + index] }
            }
        }
        guard couplings.hasTriples else { return }
        for index in 0..<width {
            let share = sign * couplings.tripled(unit, index, states[start..<start + width])
            inputs[start + index] += share
            tripleInputs[start + index] += share
        }
    }

    /// Samples the units one after another given all others: P(xᵢ = 1 | the rest) = σ(β inputᵢ + (1 − β) baseᵢ).
    ///
    /// - Parameters:
    ///   - known: Units that keep their values.
    ///   - beta: 1, or less on the way to the independent units with the inputs `base`.
    mutating func sweep(
        _ random: inout RandomStream, known: [Bool] = [], beta: Float = 1, base: [Float] = []
    ) {
        for place in states.indices {
            let unit = place % width
            guard known.isEmpty || !known[unit] else { continue }
            let input = beta == 1 ? inputs[place] : beta * inputs[place] + (1 - beta) * base[unit]
            let value: Float = random.uniformFloat() < 1 / (1 + exp(-input)) ? 1 : 0
            if value != states[place] { flip(place) }
        }
    }

    /// P(xᵢ = 1 | the rest) of every unit of every chain.
    var expectations: [Float] { inputs.map { 1 / (1 + exp(-$0)) } }

    /// −E of a chain. Σᵢ xᵢ inputᵢ counts each pair twice and each triple three times.
    func negativeEnergy(of chain: Int) -> Double {
        (0..<width).reduce(0.0) { sum, unit in
            let place = chain * width + unit
            guard states[place] == 1 else { return sum }
            let triples = couplings.hasTriples ? Double(tripleInputs[place]) : 0
            return sum + 0.5 * Double(inputs[place] + couplings.biases[unit]) - triples / 6
        }
    }
}

/// Gibbs chains of ``CoupledBits``.
final class CoupledBitsProcess: GenerationProcess {
    private var bits: CoupledBits
    private let known: [Bool]
    private var stream: RandomStream
    private(set) var steps = 0

    init(_ bits: CoupledBits, known: [Bool], _ stream: RandomStream) {
        (self.bits, self.known, self.stream) = (bits, known, stream)
    }

    /// The current bits.
    var draws: [Float] { bits.states }

    /// The expectation of each bit given the others; held bits keep their values.
    var rows: [Float] {
        if steps == 0 { return draws }
        let expectations = bits.expectations
        guard !known.isEmpty else { return expectations }
        return draws.indices.map { known[$0 % known.count] ? draws[$0] : expectations[$0] }
    }

    func advance() -> Bool {
        bits.sweep(&stream, known: known)
        steps += 1
        return true
    }
}

extension RandomStream {
    /// Rows of independent bits, (count, width), each bit with its own probability of being 1: the start of Gibbs
    /// chains.
    mutating func bits(_ count: Int, rates: [Float]) -> [Float] {
        (0..<count * rates.count).map { uniformFloat() < rates[$0 % rates.count] ? 1 : 0 }
    }
}
