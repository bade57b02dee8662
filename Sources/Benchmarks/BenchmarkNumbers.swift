import NeuralNetworks
import Random

/// The weights and inputs that a step starts from: the same that `Benchmarks/peers/common.py` draws from NumPy's PCG64
/// with seed 0, in the same order, parameters first.
package struct BenchmarkNumbers {
    private var generator = PCG64(seed: 0)

    package init() {}

    /// A number in `low..<high`.
    mutating func uniform(_ low: Double, _ high: Double) -> Float { Float(generator.uniform(low, high)) }

    /// Numbers in `low..<high`.
    mutating func fill(
        _ buffer: UnsafeMutableBufferPointer<Float>, _ low: Double = -3.0.squareRoot(),
        _ high: Double = 3.0.squareRoot()
    ) {
        for index in buffer.indices { buffer[index] = uniform(low, high) }
    }

    /// Whole numbers in `0..<count`.
    mutating func fill(_ buffer: UnsafeMutableBufferPointer<Int32>, below count: Int) {
        for index in buffer.indices { buffer[index] = Int32(generator.uniform(0, Double(count))) }
    }

    /// Zeros and ones, a tenth of them ones.
    mutating func fillRarely(_ buffer: UnsafeMutableBufferPointer<Float>) {
        for index in buffer.indices { buffer[index] = generator.uniform(0, 1) < 0.1 ? 1 : 0 }
    }

    /// Zeros and ones with equal probability.
    mutating func fillBits(_ buffer: UnsafeMutableBufferPointer<Float>) {
        for index in buffer.indices { buffer[index] = generator.uniform(0, 1) < 0.5 ? 1 : 0 }
    }

    /// The numbers below `count` in a random order: that of as many numbers drawn, equal ones as they come.
    mutating func order(_ count: Int) -> [Int] {
        let drawn = (0..<count).map { _ in uniform(0, 1) }
        return drawn.indices.sorted { (drawn[$0], $0) < (drawn[$1], $1) }
    }

    /// New values for the weights and biases of layers, with outputs as the first axis: uniform in ±1/√inputs. The
    /// scales and shifts of normalisation layers stay as they are.
    mutating func fill(_ parameters: Parameters) {
        var bound: Double?
        for (path, variable) in parameters.entries {
            if variable.shape.count > 1 {
                bound = 1 / Double(variable.count / variable.shape[0]).squareRoot()
            } else if path.hasSuffix("weight") {
                bound = nil
            }
            if let bound { variable.withMutableValues { fill($0, -bound, bound) } }
        }
    }

    /// A module made by `make`, with its weights replaced by these numbers.
    mutating func filled<Network: Module>(_ make: (inout RandomStream) -> Network) -> Network {
        var replaced = RandomStream(seed: 0)
        let network = make(&replaced)
        fill(network.parameters)
        return network
    }

    /// A perceptron with its weights replaced by these numbers.
    mutating func perceptron(_ sizes: [Int], activation: Activation = .relu) -> MultilayerPerceptron {
        filled { MultilayerPerceptron(sizes, activation: activation, random: &$0) }
    }
}
