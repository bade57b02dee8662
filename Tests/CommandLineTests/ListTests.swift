import Foundation
import Storage
import Testing

@Suite struct ListTests {
    private func list(_ words: String..., in folder: TemporaryFolder? = nil) throws -> JSON {
        let result = try Executable.run(["list"] + words + ["--json"], in: folder ?? TemporaryFolder())
        #expect(result.status == 0, "\(words): \(result.errors)")
        return try result.json()
    }

    @Test func environmentsAreComplete() throws {
        let rows = try list("environments")["environments"]!.array!
        let cartPole = rows.first { $0["id"]?.string == "CartPole-v1" }!
        #expect(cartPole["observationSpace"]!.string!.hasPrefix("Box([-4.8 "))
        #expect(cartPole["actionSpace"]?.string == "Discrete(2)")
        #expect(cartPole["observationShape"]?.array == [4] && cartPole["elementType"]?.string == "float32")
        #expect(cartPole["stepLimit"]?.integer == 500 && cartPole["rewardThreshold"]?.double == 475)
        #expect(cartPole["actionNames"]?.array == ["left", "right"])
        #expect(cartPole["rewards"]?.string?.hasPrefix("1 per step") == true)
        let options = cartPole["options"]!.array!
        #expect(
            options.map { $0["name"]?.string } == ["low", "high", "sutton_barto_reward", "max_episode_steps", "wrap"])
        #expect(options[3]["default"]?.string == "500")
        let map = rows.first { $0["id"]?.string == "GridWorld" }!
        #expect(map["observationSpace"] == .null && map["options"]!.array![0]["name"]?.string == "map")
        #expect(rows.contains { $0["id"]?.string == "grid:four-rooms" })
        #expect(try list("environments", "CartPole-v1") == cartPole)
    }

    @Test func agentsAndModelsShowTheirSettings() throws {
        let agents = try list("agents")["agents"]!.array!
        let names = agents.compactMap { $0["name"]?.string }
        for name in ["random", "q-learning", "dqn", "reinforce"] { #expect(names.contains(name)) }
        let dqn = try list("agents", "dqn")
        #expect(agents.contains(dqn))
        #expect(dqn["learns"]?.array == ["value"] && dqn["experience"]?.string == "off-policy")
        #expect(dqn["actions"]?.array == ["choices"])
        #expect(try list("agents", "sac")["learns"]?.array == ["value", "policy"])
        #expect(try list("agents", "random")["experience"]?.string == "none")
        let rate = dqn["settings"]!.array!.first { $0["name"]?.string == "learningRate" }!
        #expect(rate["default"]?.double == 1e-4 && rate["values"]?.string == "a number from 0.0 to 1.0")
        #expect(rate["help"]?.string?.isEmpty == false)
        let model = try list("models", "vae")
        #expect(model["settings"]!.array!.contains { $0["name"]?.string == "latentSize" })
        #expect(model["fitting"]!.array!.contains { $0["name"]?.string == "epochs" })
        #expect(model["can"]?.array == ["sample", "likelihood", "encode"] && model["data"]?.array == ["reals"])
        let listed = try list("models")["models"]!.array!.first { $0["name"]?.string == "vae" }
        #expect(listed?["settings"] == model["settings"])
    }

    @Test func dataSetsAreListedAndDescribed() throws {
        let folder = try TemporaryFolder()
        try writeAtomically("hello world", to: folder.file("words.txt"), overwrite: false)
        let all = try list("datasets", "--data", ".", in: folder)["datasets"]!.array!
        #expect(all.contains { $0["name"]?.string == "moons" } && all.contains { $0["name"]?.string == "words" })
        let words = try list("datasets", "words", "--data", ".", in: folder)
        #expect(words["kind"]?.string == "symbols" && words["sequences"] == .boolean(true))
        #expect(words["options"]!.array!.contains { $0["name"]?.string == "binarize" })
    }

    @Test func presetsShowTheirSettings() throws {
        let presets = try list("presets")["presets"]!.array!
        let preset = try list("presets", "dqn/CartPole-v1")
        #expect(presets.contains(preset))
        #expect(preset["agent"]?.string == "dqn" && preset["environment"]?.string == "CartPole-v1")
        #expect(preset["settings"]?["targetEvery"]?.integer == 500 && preset["run"]?["steps"] != nil)
    }

    @Test func presetsShowWhatTheyReached() throws {
        let folder = try TemporaryFolder()
        try createFolder(folder.file("presets/dqn"))
        let preset = "agent = \"dqn\"\nenvironment = \"CartPole-v1\"\ndescription = \"words\"\n"
        let scores = """
            [scores]
            protocol = "greedy"
            seeds = [0, 1]
            returns = [500.0, 498.0]
            episodes = 100
            steps = 50_000
            seconds = 8.74
            settings = "5f1d"
            """
        try writeAtomically(preset + scores, to: folder.file("presets/dqn/a.toml"), overwrite: false)
        try writeAtomically(preset, to: folder.file("presets/dqn/b.toml"), overwrite: false)
        let assets: [String: String?] = ["REVERIE_ASSETS": folder.path]
        let lines = try Executable.run(["list", "presets"], in: folder, environment: assets).output.split(
            separator: "\n")
        #expect(
            lines.map { $0.split(separator: " ").joined(separator: " ") } == [
                "name score seconds description", "dqn/a 499 ± 1.41 (2 seeds) 8.7 words", "dqn/b - - words",
            ])
        let json = try Executable.run(["list", "presets", "--json"], in: folder, environment: assets).json()
        let rows = json["presets"]!.array!
        #expect(rows[0]["scores"]?["meanReturn"]?.double == 499 && rows[1]["scores"] == .null)
        #expect(
            rows[0]["scores"]?["returns"]?.array == [500.0, 498.0] && rows[0]["scores"]?["episodes"]?.integer == 100)
        // The scores of a preset are not settings of a run made from it.
        let words = ["train", "dqn", "CartPole-v1", "--preset", "dqn/a", "--steps", "50", "--run", "r"]
        #expect(try Executable.run(words, in: folder, environment: assets).status == 0)
        #expect(!folder.text("r/config.toml").contains("scores"))
    }

    @Test func runsShowTheirResults() throws {
        let folder = try MadeRuns.copy()
        try createFolder(folder.file("bad"))
        try writeAtomically("agent = \n", to: folder.file("bad/config.toml"), overwrite: false)
        let runs = try list("runs", "--folder", ".", in: folder)["runs"]!.array!
        #expect(runs.map { $0["run"]?.string } == ["./bad", "./dqn", "./table", "./vae"])
        #expect(runs.map { $0["state"]?.string } == ["damaged", "finished", "finished", "finished"])
        #expect(runs[1]["agent"]?.string == "dqn" && runs[1]["steps"]?.integer == 2000 && runs[1]["seed"]?.integer == 3)
        #expect(runs[3]["model"]?.string == "vae" && runs[3]["validation"]?.double != nil)
        #expect(try list("runs", "dqn", "--folder", ".", in: folder) == runs[1])
        #expect(try list("runs", in: folder)["runs"]?.array == [])
    }

    @Test func runsAreFoundAtAnyDepth() throws {
        let folder = try TemporaryFolder()
        for path in ["runs/a", "runs/deep/er/seed-0", "runs/deep/er/seed-1"] {
            try createFolder(folder.file(path))
            try writeAtomically("agent = \"dqn\"\n", to: folder.file(path + "/config.toml"), overwrite: false)
        }
        for path in ["runs/empty", "runs/deep/notes/more", "runs/a/checkpoints"] {
            try createFolder(folder.file(path))
        }
        try FileManager.default.createSymbolicLink(
            atPath: folder.file("runs/deep/loop"), withDestinationPath: folder.file("runs"))
        let result = try Executable.run(["list", "runs", "--json"], in: folder)
        let runs = try result.json()["runs"]!.array!.compactMap { $0["run"]?.string }
        #expect(runs == ["runs/a", "runs/deep/er/seed-0", "runs/deep/er/seed-1"])
        #expect(result.errors == "no run, since there is no config.toml: 'runs/deep/notes', 'runs/empty'\n")
        let none = try Executable.run(["list", "runs", "--folder", "none"], in: folder)
        #expect(none.status == 0 && none.errors.hasPrefix("there is no folder 'none'"))
    }

    @Test(arguments: [
        ["agents", "DQN"], ["environments", "cartpole-V1"], ["Models", "VAE"], ["presets", "DQN/cartpole-v1"],
    ])
    func namesHaveNoCase(words: [String]) throws {
        #expect(try Executable.run(["list"] + words, in: TemporaryFolder()).status == 0)
    }

    @Test(arguments: ["environments", "wrappers", "agents", "models", "presets"]) func tablesHaveARowEach(kind: String)
        throws
    {
        let folder = try TemporaryFolder()
        let lines = try Executable.run(["list", kind], in: folder).output.split(separator: "\n")
        let rows = try list(kind)[kind]!.array!
        #expect(lines.count == rows.count + 1)
        for (line, row) in zip(lines.dropFirst(), rows) {
            let name = (row["id"] ?? row["name"])!.string!
            #expect(line.hasPrefix(name + " "))
            let sheet = try Executable.run(["list", kind, name], in: folder)
            #expect(sheet.status == 0 && sheet.output.contains(name))
        }
    }

    @Test func withoutAssetsTheRestIsListed() throws {
        let folder = try TemporaryFolder()
        let without: [String: String?] = ["REVERIE_ASSETS": "/nowhere"]
        let result = try Executable.run(["list", "environments"], in: folder, environment: without)
        #expect(result.status == 0 && result.output.contains("CartPole-v1") && !result.output.contains("grid:"))
        #expect(result.errors.contains("REVERIE_ASSETS"))
        #expect(try Executable.run(["list", "presets"], in: folder, environment: without).status == 66)
    }
}
