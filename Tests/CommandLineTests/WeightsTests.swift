import Storage
import Testing

/// Agents that act by a network from PyTorch; Fixtures/NeuralNetworks/make_weights.py made it and played it in
/// Gymnasium.
@Suite struct WeightsTests {
    private let folder: TemporaryFolder
    private let file: String
    init() throws {
        folder = try TemporaryFolder()
        let fixtures = joinPath(splitPath(splitPath(#filePath).folder).folder, "Fixtures/NeuralNetworks")
        file = joinPath(fixtures, "sequential.safetensors")
        golden = try JSON(
            parsing: InputFile.bytes(of: joinPath(fixtures, "weights.json"), limit: 1 << 20)[...], file: "weights.json")
    }
    private let golden: JSON

    private static let train = [
        "train", "dqn", "CartPole-v1", "--preset", "none", "--set", "hiddenSizes=[16,16]", "--steps", "50", "--run",
        "r",
    ]
    private var weights: [String] {
        ["--weights", file, "--rename", "layers.0=0", "--rename", "layers.1=2", "--rename", "layers.2=4"]
    }

    private func expectPyTorchsReturns(_ words: [String]) throws {
        let result = try Executable.run(
            ["evaluate", "r", "--seed", "0", "--episodes", "20", "--json"] + words, in: folder)
        #expect(result.status == 0, "\(result.errors)")
        let report = try result.json()
        let returns = golden["returns"]?.array?.compactMap(\.double) ?? []
        #expect(returns.count == 20 && report["meanReturn"]?.double == returns.reduce(0, +) / 20)
        #expect(report["minimum"]?.double == returns.min() && report["maximum"]?.double == returns.max())
    }

    /// Fifty steps end before the first update.
    @Test func trainingStartsFromPyTorchsNetwork() throws {
        #expect(try Executable.run(Self.train + weights, in: folder).status == 0)
        try expectPyTorchsReturns(["--last"])
    }

    @Test func aRunsAgentActsByPyTorchsNetwork() throws {
        #expect(try Executable.run(Self.train, in: folder).status == 0)
        try expectPyTorchsReturns(weights)
        let words = ["record", "r", "--episodes", "1", "--seed", "0", "--to", "x.npz", "--json"]
        let recorded = try Executable.run(words + weights, in: folder)
        #expect(try recorded.json()["meanReturn"]?.double == golden["returns"]?.array?.first?.double)
        #expect(try Executable.run(["watch", "r", "--frames", "2"] + weights, in: folder).status == 0)
    }

    @Test func whatDoesNotFitIsSaid() throws {
        func check(_ words: [String], _ status: Int32, _ sentence: String) throws {
            let result = try Executable.run(Self.train + words, in: folder)
            #expect(result.status == status && result.errors.contains(sentence), "\(words): \(result.errors)")
            #expect(folder.content().isEmpty)
        }
        try check(["--weights", file], 65, "sequential.safetensors: there is no tensor 'layers.0.weight'")
        try check(["--weights", file], 65, "if you mean '0.weight', use layers.0=0")
        try check(weights + ["--set", "hiddenSizes=[16,8]"], 65, "has the shape [16, 16] and the parameter")
        try check(weights + ["--rename", "layer.0=0"], 64, "there is no parameter 'layer.0'")
        try check(["--weights", "none.safetensors"], 66, "none.safetensors")
        try check(["--rename", "layers.0=0"], 64, "--rename and --ignore-extra need --weights FILE")
        try check(["--weights", file, "--rename", "layers.0"], 64, "--rename takes name=value")
        let random = try Executable.run(["watch", "CartPole-v1", "--weights", file], in: folder)
        #expect(random.status == 64 && random.errors.contains("--weights needs the agent of a run"))
    }
}
