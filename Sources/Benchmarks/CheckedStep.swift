import NeuralNetworks
import TensorCore

/// A step that the peers do too: same name, same shapes, from the same numbers, so that its results must be theirs.
package struct CheckedStep {
    /// The name, also in the peers' scripts and among the golden losses.
    package let name: String
    /// Makes the step; draws its parameters first.
    package let make: (inout BenchmarkNumbers) throws -> Made

    /// A step that is ready to run.
    package struct Made {
        /// What decides its results.
        var parameters: Parameters
        /// Does it once.
        package var run: () throws -> Void
        /// The results that PyTorch's are known of.
        var results: () throws -> [Float]
    }

    /// Every one, in the order of lists: each is a file in `Steps/` and a function in `Benchmarks/peers`.
    static var all: [CheckedStep] {
        [
            .inference, .deepQ(hidden: 128), .deepQ(hidden: 256), .deepQMinAtar, .deepQNature, .inferenceNature,
            .reinforce,
            .variationalAutoencoder, .adversarial, .adversarialConvolutional, .pixelCNN, .transformer,
            .longShortTermMemory, .contrastiveDivergence, .diffusion, .product(256), .product(1024),
        ]
    }

    /// The timing of it, refused where its results aren't right.
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
