import NeuralNetworks
import Random

/// The weights and inputs that a step starts from: the same that `Benchmarks/peers/common.py` draws from NumPy's PCG64 of
/// seed 0, in the same order, parameters first.
struct BenchmarkNumbers {
    private var generator = PCG64(seed: 0)

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

    /// Ones, a tenth of them, among zeros.
    mutating func fillRarely(_ buffer: UnsafeMutableBufferPointer<Float>) {
        for index in buffer.indices { buffer[index] = generator.uniform(0, 1) < 0.1 ? 1 : 0 }
    }

    /// New values of layers' weights, outputs first, and biases: in ±1/√inputs.
    mutating func fill(_ parameters: Parameters) {
        var bound = 0.0
        for variable in parameters.variables {
            if variable.shape.count > 1 { bound = 1 / Double(variable.count / variable.shape[0]).squareRoot() }
            variable.withMutableValues { fill($0, -bound, bound) }
        }
    }

    /// A perceptron with weights of these numbers.
    mutating func perceptron(_ sizes: [Int]) -> MultilayerPerceptron {
        var replaced = RandomStream(seed: 0)
        let network = MultilayerPerceptron(sizes, random: &replaced)
        fill(network.parameters)
        return network
    }
}
