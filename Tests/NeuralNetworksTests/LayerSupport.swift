import Random

@testable import NeuralNetworks
@testable import TensorCore

/// Reproducible numbers of the given shape.
func uniform(_ shape: Shape, seed: UInt64, in range: ClosedRange<Double> = -2...2) -> Tensor {
    Tensor(uniformValues(shape.elementCount, seed: seed, in: range).map(Float.init), shape: shape)
}

/// Reproducible numbers.
func uniformValues(_ count: Int, seed: UInt64, in range: ClosedRange<Double> = -2...2) -> [Double] {
    var random = RandomStream(seed: seed)
    return (0..<count).map { _ in range.lowerBound + (range.upperBound - range.lowerBound) * random.uniform() }
}

/// Sets all parameters to values away from special ones such as 0 and 1.
func shake(_ module: some Module, seed: UInt64 = 7) {
    for (index, variable) in module.parameters.variables.enumerated() {
        let values = uniformValues(variable.count, seed: seed + UInt64(index), in: -0.8...0.8)
        variable.set(values.map(Float.init))
    }
}

/// The outputs of a program without inputs, run once.
func runOnce(seed: UInt64 = 0, _ body: @escaping () throws -> [Tensor]) throws -> [[Float]] {
    let plan = try Program("test", seed: seed) { _ in try body() }.plan()
    plan.run()
    return plan.outputs.map { $0.type == .float32 ? Array($0.floats) : $0.integers.map(Float.init) }
}

/// The largest absolute difference of two tensors' elements; infinite if either isn't a number.
func distance(_ a: Tensor, _ b: Tensor) throws -> Double {
    let differences = try zip(a.floats(), b.floats()).map { Double(abs($0 - $1)) }
    precondition(a.shape == b.shape, "the shapes \(a.shape) and \(b.shape) differ")
    return differences.contains(where: \.isNaN) ? .infinity : differences.max() ?? 0
}

extension Parameters {
    subscript(path: String) -> Variable { entries.first { $0.path == path }!.variable }
}
