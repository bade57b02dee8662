import NeuralNetworks
import TensorCore

extension CheckedStep {
    /// The product of two square matrices; the results are ten elements of its diagonal.
    static func product(_ size: Int) -> CheckedStep {
        CheckedStep(name: "matrix product \(size)^3") { numbers in
            let matrix = Program.Input.float32(size, size)
            let plan = try Program("product", inputs: [matrix, matrix]) { [$0[0].matmul($0[1])] }.plan()
            numbers.fill(plan.input(0))
            numbers.fill(plan.input(1))
            return Made(parameters: [:]) {
                plan.run()
            } results: {
                plan.run()
                return (0..<10).map { plan.output(0)[$0 * (size + 1)] }
            }
        }
    }
}
