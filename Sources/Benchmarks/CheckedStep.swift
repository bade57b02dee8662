import NeuralNetworks
import TensorCore

/// A step that the peers do too, with the same name, shapes and initial numbers, so that the results must agree.
package struct CheckedStep {
    /// The name, also in the scripts of the peers and in the golden losses.
    package let name: String
    /// Makes the step, drawing its parameters first.
    package let make: (inout BenchmarkNumbers) throws -> Made

    /// A step that is ready to run.
    package struct Made {
        /// The parameters that its results depend on.
        var parameters: Parameters
        /// Does the step once.
        package var run: () throws -> Void
        /// The results to compare with PyTorch's.
        var results: () throws -> [Float]
    }

    /// All steps, in their order: each is a file in `Steps/` and a function in `Benchmarks/peers`.
    static var all: [CheckedStep] {
        [
            .inference, .deepQ(hidden: 128), .deepQ(hidden: 256), .deepQMinAtar, .deepQNature, .inferenceNature,
            .reinforce, .proximalPolicy, .softActorCritic,
            .variationalAutoencoder, .adversarial, .adversarialConvolutional, .pixelCNN, .transformer,
            .longShortTermMemory, .contrastiveDivergence, .diffusion, .product(256), .product(1024),
        ]
    }

    /// Its timing, which is refused if the results aren't PyTorch's.
    var benchmark: Benchmark {
        Benchmark(name: name, unit: .microseconds, step: self) {
            let golden = try GoldenLosses()
            var numbers = BenchmarkNumbers()
            let made = try make(&numbers)
            try golden.check(name, made.results())
            return made.run
        }
    }
}

extension CheckedStep.Made {
    /// A training step on a fixed batch, whose results are the losses of ten runs.
    init(learning parameters: Parameters, run: @escaping () throws -> Void, loss: @escaping () -> Float) {
        self.init(parameters: parameters, run: run) {
            try (0..<10).map { _ in
                try run()
                return loss()
            }
        }
    }

    /// A training step whose loss is the plan's first output.
    init(learning parameters: Parameters, _ plan: Plan) {
        self.init(learning: parameters, run: { plan.run() }, loss: { plan.output(0)[0] })
    }
}
