import Random
import Testing

@testable import NeuralNetworks
@testable import TensorCore

/// Modes, buffers, composition, and weights from PyTorch's files.
@Suite struct LayerModuleTests {
    @Test func modesNestAndEnd() {
        struct Stopped: Error {}
        #expect(Mode.current == .evaluation)
        Mode.training {
            #expect(Mode.current == .training)
            Mode.monteCarlo { #expect(Mode.current == .monteCarlo) }
            #expect(Mode.current == .training)
        }
        #expect(throws: Stopped.self) { try Mode.training { throw Stopped() } }
        #expect(Mode.current == .evaluation)
    }

    /// One program holds both modes: a network in training and the same one in evaluation.
    @Test func aStepMayHoldTwoModes() throws {
        let layer = BatchNorm(1)
        let x = Tensor([1.0, 3.0], shape: [2, 1])
        let outputs = try runOnce { [Mode.training { layer(x) }, layer(x)] }
        #expect(Golden.difference(outputs[0], [-1, 1]) < 1e-5)
        // The averages before the step: 0 and 1.
        #expect(Golden.difference(outputs[1], [1, 3]) < 1e-4)
        #expect(Golden.difference(layer.state["running_mean"].values, [0.2]) < 1e-6)
        #expect(Golden.difference(layer.state["running_var"].values, [0.9 + 0.1 * 2]) < 1e-6)
    }

    @Test func statesHoldBuffersThatOptimisersDoNotSee() {
        var random = RandomStream(seed: 1)
        let network = Sequential([
            Linear(3, 4, random: &random), BatchNorm(4), Activation.relu, Dropout(0.5),
            Residual(Sequential([Linear(4, 4, bias: false, random: &random), BatchNorm(4)])),
        ])
        #expect(
            network.parameters.entries.map(\.path) == [
                "0.weight", "0.bias", "1.weight", "1.bias", "4.0.weight", "4.1.weight", "4.1.bias",
            ])
        let buffers = ["1.running_mean", "1.running_var", "4.1.running_mean", "4.1.running_var"]
        #expect(network.buffers.entries.map(\.path) == buffers)
        #expect(network.state.entries.map(\.path) == network.parameters.entries.map(\.path) + buffers)
        #expect(Linear(1, 1, random: &random).buffers.entries.isEmpty)
        let table = network.state.summary.split(separator: "\n")
        #expect(table.first == "0.weight          [4, 3]  12")
        #expect(table.last?.hasSuffix(" 64") == true)
    }

    /// PyTorch's names of a transformer, so that its files load by name.
    @Test func pathsAreThoseOfPyTorch() {
        var random = RandomStream(seed: 1)
        let attention = ["in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias"]
        let rest = ["linear1", "linear2", "norm1", "norm2"].flatMap { ["\($0).weight", "\($0).bias"] }
        #expect(
            TransformerBlock(4, heads: 2, random: &random).parameters.entries.map(\.path)
                == attention.map { "self_attn.\($0)" } + rest)
        #expect(
            GRU(2, 3, layers: 2, random: &random).parameters.entries.map(\.path)
                == ["_l0", "_l1"].flatMap { layer in
                    ["weight_ih", "weight_hh", "bias_ih", "bias_hh"].map { $0 + layer }
                })
    }

    @Test func kernelsAreReadFromPyTorchsLayoutAndWrittenBack() throws {
        var random = RandomStream(seed: 1)
        // (O, I, KH, KW) = (2, 3, 2, 2): the number at each place encodes the place.
        var file = TensorFile()
        let places = (0..<24).map { place -> Float in
            let (o, i, a, c) = (place / 12, place / 4 % 3, place / 2 % 2, place % 2)
            return Float(1000 * o + 100 * i + 10 * a + c)
        }
        file.add("weight", places, shape: [2, 3, 2, 2])
        file.add("bias", [Float(1), 2], shape: [2])
        let layer = Conv2d(3, 2, kernel: (2, 2), random: &random)
        try layer.loadParameters(from: file)
        #expect(layer.weight.shape == [2, 2, 2, 3])
        for (place, value) in layer.weight.values.enumerated() {
            let (i, c, a, o) = (place % 3, place / 3 % 2, place / 6 % 2, place / 12)
            #expect(value == Float(1000 * o + 100 * i + 10 * a + c))
        }
        #expect(layer.parameters.file() == file)
        // A file in this layout, recognised by its shape.
        let own = layer.parameters.file(kernels: .channelsLast)
        #expect(own["weight"]?.entry.shape == [2, 2, 2, 3])
        try layer.loadParameters(from: own, kernels: .channelsLast)
        #expect(layer.parameters.file() == file)
        let shape = ParameterFileError.shape(
            parameter: "weight", expected: [2, 3, 2, 2], name: "weight", given: [2, 2, 2, 3])
        #expect(throws: shape) { try layer.loadParameters(from: own) }
    }

    /// If both layouts have the same shape, the elements are moved all the same.
    @Test func shapesThatCoincideAreReorderedToo() throws {
        var random = RandomStream(seed: 1)
        let layer = Conv2d(2, 1, kernel: (2, 2), bias: false, random: &random)
        var file = TensorFile()
        file.add("weight", (0..<8).map(Float.init), shape: [1, 2, 2, 2])
        try layer.loadParameters(from: file)
        #expect(layer.weight.values == [0, 4, 1, 5, 2, 6, 3, 7])
    }

    /// Kernels of sequences under a path, and tables of positions, which are not kernels.
    @Test func onlyKernelsArePermuted() throws {
        var random = RandomStream(seed: 1)
        let parameters: Parameters = [
            "body": Conv1d(3, 2, kernel: 4, random: &random).parameters,
            "positions": Parameters([("table", Variable(zeros: [2, 3, 4]))]),
        ]
        let file = parameters.file()
        #expect(file["body.weight"]?.entry.shape == [2, 3, 4])
        #expect(file["positions.table"]?.entry.shape == [2, 3, 4])
        let before = parameters.variables.map(\.values)
        parameters.variables[0].set([Float](repeating: 0, count: 24))
        try parameters.load(from: file)
        #expect(parameters.variables.map(\.values) == before)
    }

    /// Averages are loaded with the parameters, and PyTorch's counts of minibatches are ignored.
    @Test func buffersAreLoadedToo() throws {
        let layer = BatchNorm(2)
        var file = layer.parameters.file()
        #expect(throws: ParameterFileError.self) { try layer.loadParameters(from: file) }
        file.add("running_mean", [Float(3), 4], shape: [2])
        file.add("running_var", [Float(5), 6], shape: [2])
        file.add("num_batches_tracked", [Int64(7)], shape: [])
        try layer.loadParameters(from: file)
        #expect(layer.buffers.variables.map(\.values) == [[3, 4], [5, 6]])
    }

    /// PyTorch's defaults: uniform in ±1/√(inputs of an output).
    @Test func startingValuesFillTheirRange() {
        var random = RandomStream(seed: 5)
        let cases: [(Variable, Double)] = [
            (Conv2d(8, 16, kernel: (3, 3), groups: 2, random: &random).weight, 1 / 6),
            (Conv1d(4, 32, kernel: 4, random: &random).weight, 0.25),
            (ConvTranspose2d(16, 4, kernel: (2, 2), random: &random).weight, 0.25),
            (ConvTranspose1d(32, 8, kernel: 2, random: &random).weight, 0.25),
            (GRU(7, 16, random: &random).parameters["weight_ih_l0"], 0.25),
            (MultiHeadAttention(24, heads: 2, random: &random).parameters["in_proj_weight"], 0.25),
        ]
        for (variable, bound) in cases {
            let values = variable.values.map(Double.init)
            #expect(values.allSatisfy { abs($0) <= bound + 1e-7 })
            #expect(values.max()! > 0.97 * bound && values.min()! < -0.97 * bound)
        }
        let table = Embedding(100, 50, random: &random).weight.values.map(Double.init)
        let meanSquare: Double = table.map { $0 * $0 }.reduce(0, +) / 5000
        #expect(abs(meanSquare - 1) < 0.06)
    }

    @Test func mistakesNameBothSides() async {
        let heads = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var random = RandomStream(seed: 1)
            _ = MultiHeadAttention(6, heads: 4, random: &random)
        }
        expect(heads, says: "6 features can't be divided into 4 heads")
        let batch = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let layer = BatchNorm(3)
            _ = Mode.training { layer(Tensor([1, 2, 3], shape: [1, 3])) }
        }
        expect(batch, says: "[1, 3] has 1")
        let even = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var random = RandomStream(seed: 1)
            _ = MaskedConv2d(.a, 1, 1, kernel: (2, 3), random: &random)
        }
        expect(even, says: "the kernel size (2, 3) must be odd")
        let context = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var random = RandomStream(seed: 1)
            _ = TransformerBlock(2, heads: 1, context: 2, random: &random)(Tensor.zeros([1, 1, 2]))
        }
        expect(context, says: "needs a context, none was given")
    }

    /// Whether the error output of a stopped program contains the fragment.
    private func expect(_ result: ExitTest.Result?, says fragment: String) {
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains(fragment), "\(text)")
    }

    /// The README's network, as printed there.
    @Test func theReadmesStepLearns() throws {
        var random = RandomStream(seed: 1)
        let encoder = Sequential([
            Conv2d(1, 16, kernel: (3, 3), stride: (2, 2), padding: 1, random: &random), BatchNorm(16), Activation.relu,
            Function { $0.reshaped(to: [$0.shape[0], -1]) }, Linear(16 * 14 * 14, 10, random: &random),
        ])
        let optimizer = Adam(learningRate: 1e-3, weightDecay: .decoupled(0.1, where: WeightDecay.matrices))
        let step = Program("step", inputs: [.float32(64, 28, 28, 1), .int32(64)]) { inputs in
            let loss = Mode.training { crossEntropy(logits: encoder(inputs[0]), labels: inputs[1]).mean() }
            try optimizer.minimize(loss, encoder.parameters, clippingNorm: 1)
            return [loss]
        }
        let plan = try step.plan()
        for place in plan.input(0).indices { plan.input(0)[place] = random.uniformFloat() }
        for row in 0..<64 { plan.integerInput(1)[row] = Int32(row % 10) }
        plan.run()
        let first = plan.output(0)[0]
        for _ in 0..<10 { plan.run() }
        #expect(plan.output(0)[0] < 0.5 * first)
    }
}
