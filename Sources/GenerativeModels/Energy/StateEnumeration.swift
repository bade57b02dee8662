import Foundation

/// The odd and the even layers of ``BoltzmannLayers`` as one restricted Boltzmann machine in float64: the states of
/// `few` are enumerated, and `many` are summed out.
///
///     log Z = log Σ_a e^{cᵀa} Πⱼ (1 + e^{bⱼ + (aᵀW)ⱼ})
struct StateEnumeration {
    /// The maximum number of units whose states are enumerated: a million states.
    static let limit = 20

    /// Biases of the enumerated units.
    let fewBiases: [Double]
    /// Biases of the units that are summed out.
    let manyBiases: [Double]
    /// The weights, one row per unit of `few`.
    let weights: [Double]
    /// β of the first units that are summed out, if they are Gaussian.
    let precision: [Double]

    /// A machine of bits.
    init(fewBiases: [Double], manyBiases: [Double], weights: [Double]) {
        (self.fewBiases, self.manyBiases, self.weights, precision) = (fewBiases, manyBiases, weights, [])
    }

    /// Reads the machine's current parameters; nil if both kinds have more than ``limit`` units.
    init?(_ layers: BoltzmannLayers) {
        let count = { (chosen: [Int]) in chosen.reduce(0) { $0 + layers.sizes[$1] } }
        let evenIsFew = layers.visible == .bits && count(layers.even) < count(layers.odd)
        let (few, many) = evenIsFew ? (layers.even, layers.odd) : (layers.odd, layers.even)
        guard count(few) <= Self.limit else { return nil }
        func biases(_ chosen: [Int]) -> [Double] { chosen.flatMap { layers.biases[$0].values.map(Double.init) } }
        (fewBiases, manyBiases) = (biases(few), biases(many))
        precision = layers.logPrecision?.values.map { exp(Double($0)) } ?? []
        let columns = manyBiases.count
        var weights = [Double](repeating: 0, count: fewBiases.count * columns)
        for (level, weight) in layers.weights.enumerated() {
            let lowerIsFew = few.contains(level)
            let (row, column) = lowerIsFew ? (level, level + 1) : (level + 1, level)
            let firstRow = count(few.filter { $0 < row })
            let firstColumn = count(many.filter { $0 < column })
            let values = weight.values
            for i in 0..<layers.sizes[level] {
                for j in 0..<layers.sizes[level + 1] {
                    let (a, b) = lowerIsFew ? (i, j) : (j, i)
                    let place = (firstRow + a) * columns + firstColumn + b
                    weights[place] = Double(values[i * layers.sizes[level + 1] + j])
                }
            }
        }
        self.weights = weights
    }

    /// The number of terms that ``logPartition()`` adds up.
    var cost: Int { manyBiases.count << fewBiases.count }

    /// log Z. Consecutive states differ in one unit (Gray code), so that the inputs of `many` change by one row of the
    /// weights.
    func logPartition() -> Double {
        var inputs = manyBiases
        var linear = 0.0
        var total = StreamedLogSum()
        total.add(linear + logSum(inputs))
        for state in 1..<max(1, 1 << fewBiases.count) {
            let unit = state.trailingZeroBitCount
            let sign = (state ^ state >> 1) >> unit & 1 == 1 ? 1.0 : -1
            linear += sign * fewBiases[unit]
            weights.withUnsafeBufferPointer { weights in
                let row = UnsafeBufferPointer(rebasing: weights[unit * inputs.count..<(unit + 1) * inputs.count])
                for index in inputs.indices { inputs[index] += sign * row[index] }
            }
            total.add(linear + logSum(inputs))
        }
        return total.value
    }

    /// log Σ e^{−E} over `many` with the given inputs, without the part that involves only `few`.
    func logSum(_ inputs: [Double]) -> Double {
        let gaussian = precision.indices.reduce(0.0) { sum, i in
            let squares = inputs[i] * inputs[i] - manyBiases[i] * manyBiases[i]
            return sum + 0.5 * (log(2 * Double.pi / precision[i]) + precision[i] * squares)
        }
        return gaussian + softplusSum(inputs[precision.count...])
    }
}

/// Σ log(1 + e^x). Factors up to 2 are multiplied first, many at a time, and then their logarithm is taken.
func softplusSum(_ values: some Collection<Double>) -> Double {
    var (sum, product, factors) = (0.0, 1.0, 0)
    for value in values {
        sum += max(value, 0)
        product *= 1 + exp(-abs(value))
        factors += 1
        if factors & 511 == 0 { (sum, product) = (sum + log(product), 1) }
    }
    return sum + log(product)
}

/// log Σ eˣ of numbers that arrive one after another.
struct StreamedLogSum {
    private var largest = -Double.infinity
    private var sum = 0.0

    /// Adds eˣ.
    mutating func add(_ x: Double) {
        if x <= largest {
            sum += x == -.infinity ? 0 : exp(x - largest)
        } else {
            sum = sum * exp(largest - x) + 1
            largest = x
        }
    }

    /// The logarithm of the sum; −∞ if it is empty.
    var value: Double { largest + log(sum) }
}
