import GenerativeModels
import NeuralNetworks
import Random
import TensorCore

extension Benchmark {
    /// The training steps of the peers' scripts: same names, same shapes.
    static var trainingSteps: [Benchmark] {
        [
            Benchmark(name: "infer MLP 4-128-128-2 b1", unit: .microseconds) {
                var random = RandomStream(seed: 0)
                let network = MultilayerPerceptron([4, 128, 128, 2], random: &random)
                let plan = try Program("infer", inputs: [.float32(1, 4)]) { [network($0[0]).argmax()] }.plan()
                fill(plan.input(0), &random)
                return { plan.run() }
            },
            dqnStep(hidden: 128), dqnStep(hidden: 256),
            Benchmark(name: "REINFORCE step MLP 4-128-2 T500", unit: .microseconds) {
                var random = RandomStream(seed: 0)
                let network = MultilayerPerceptron([4, 128, 2], random: &random)
                let optimizer = Adam(learningRate: 1e-2)
                let program = Program("reinforce", inputs: [.float32(500, 4), .int32(500), .float32(500)]) { inputs in
                    let chosen = network(inputs[0]).logSoftmax().gathered(inputs[1])
                    let loss = -(chosen * inputs[2]).mean()
                    try optimizer.minimize(loss, network.parameters)
                    return [loss]
                }
                let plan = try program.plan()
                fill(plan.input(0), &random)
                fill(plan.input(2), &random)
                for row in 0..<500 { plan.integerInput(1)[row] = Int32(random.integers(below: 2)) }
                return checked(plan)
            },
            Benchmark(name: "VAE step 784-400-20 b128 Adam", unit: .microseconds) {
                var random = RandomStream(seed: 0)
                var settings = VariationalAutoencoderSettings()
                (settings.hiddenSize, settings.latentSize, settings.likelihood) = (400, 20, .bernoulli)
                let model = try VariationalAutoencoder(settings, width: 784, seed: 0)
                let rows = (0..<128 * 784).map { _ in random.uniformFloat() }
                let before = try model.fit(rows).nats
                for _ in 0..<20 { try model.fit(rows) }
                let after = try model.fit(rows).nats
                precondition(after > before, "the bound must rise: \(before) then \(after)")
                return { _ = try? model.fit(rows) }
            },
        ]
    }

    private static func dqnStep(hidden: Int) -> Benchmark {
        Benchmark(name: "DQN step MLP 4-\(hidden)-\(hidden)-2 b64 Adam", unit: .microseconds) {
            var random = RandomStream(seed: 0)
            let network = MultilayerPerceptron([4, hidden, hidden, 2], random: &random)
            let target = MultilayerPerceptron([4, hidden, hidden, 2], random: &random)
            target.parameters.copy(from: network.parameters)
            let optimizer = Adam(learningRate: 1e-3)
            let rows = Program.Input.float32(64, 4)
            let program = Program("dqn", inputs: [rows, .int32(64), .float32(64), rows, .float32(64)]) { inputs in
                let y = inputs[2] + 0.99 * inputs[4] * target(inputs[3]).max([-1])
                let loss = huberLoss(network(inputs[0]).gathered(inputs[1]), y.withoutGradient()).mean()
                try optimizer.minimize(loss, network.parameters)
                return [loss]
            }
            let plan = try program.plan()
            for input in [0, 2, 3] { fill(plan.input(input), &random) }
            for row in 0..<64 {
                plan.integerInput(1)[row] = Int32(random.integers(below: 2))
                plan.input(4)[row] = random.uniform() < 0.1 ? 0 : 1
            }
            return checked(plan)
        }
    }

    private static func fill(_ buffer: UnsafeMutableBufferPointer<Float>, _ random: inout RandomStream) {
        for index in buffer.indices { buffer[index] = Float(random.normal()) }
    }

    /// The step as work, once it has been seen to lower its loss on a fixed batch.
    private static func checked(_ plan: Plan) -> () -> Void {
        plan.run()
        let before = plan.output(0)[0]
        for _ in 0..<50 { plan.run() }
        precondition(plan.output(0)[0] < before, "the loss must fall: \(before) then \(plan.output(0)[0])")
        return { plan.run() }
    }
}
