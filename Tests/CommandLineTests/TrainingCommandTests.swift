import Storage
import Testing

@Suite struct TrainingCommandTests {
    @Test func trainReportsTheRun() throws {
        let runs = try MadeRuns.get()
        let summary = runs.trained
        #expect(
            summary.names == [
                "run", "agent", "environment", "seed", "steps", "episodes", "updates", "seconds", "stepsPerSecond",
                "meanReturn", "meanReturnEpisodes", "bestEvaluation",
            ])
        #expect(summary["run"]?.string == "dqn" && summary["agent"]?.string == "dqn")
        #expect(summary["environment"]?.string == "CartPole-v1" && summary["seed"]?.integer == 3)
        #expect(summary["steps"]?.integer == 2000)
        #expect(summary["updates"]!.double! > 0 && summary["stepsPerSecond"]!.double! > 0)
        #expect(summary["meanReturn"]!.double! > 5)
        let content = runs.folder.content()
        for name in [
            "config.toml", "metrics.jsonl", "episodes.csv", "summary.json", "checkpoints/step-2000.safetensors",
        ] {
            #expect(content.contains("dqn/" + name), "\(name)")
        }
        #expect(try JSON(parsing: runs.folder.bytes("dqn/summary.json")[...], file: "summary.json") == summary)
    }

    @Test func trainGoesToTheUsualFolderAndSaysWhatIsNext() throws {
        let folder = try TemporaryFolder()
        let result = try Executable.run(
            ["train", "random", "grid:four-rooms", "--steps", "50", "--seed", "9"], in: folder)
        #expect(result.status == 0)
        #expect(result.output.hasPrefix("50 steps, ") && result.output.split(separator: "\n").count == 1)
        #expect(result.errors.contains("Next: reverie evaluate runs/random-grid-four-rooms-seed9 "))
        #expect(folder.content().contains("runs/random-grid-four-rooms-seed9/summary.json"))
    }

    /// Actions that are numbers: trained, recorded and evaluated like any others.
    @Test func numbersAreActionsToo() throws {
        let folder = try TemporaryFolder()
        for words in [
            "train random Pendulum-v1 --steps 450 --run r", "evaluate r --episodes 2 --stochastic",
            "record r --episodes 2 --stochastic --to r.npz",
        ] {
            let result = try Executable.run(words.split(separator: " ").map(String.init), in: folder)
            #expect(result.status == 0, "\(words): \(result.errors)")
        }
        #expect(folder.content().contains("r/summary.json") && folder.content().contains("r.npz"))
    }

    @Test func settingsComeFromPresetThenFileThenFlags() throws {
        let folder = try TemporaryFolder()
        let file = """
            agent = "dqn"
            environment = "CartPole-v1"
            steps = 300
            seed = 5
            [settings]
            batchSize = 16
            learningRate = 0.25
            """
        try writeAtomically(file, to: folder.file("mine.toml"), overwrite: false)
        let words = "train dqn CartPole-v1 --run r --config mine.toml --seed 6 --set learningRate=0.5"
        #expect(try Executable.run(words.split(separator: " ").map(String.init), in: folder).status == 0)
        let configuration = folder.text("r/config.toml").split(separator: "\n").map(String.init)
        let expected = [
            "steps = 300", "seed = 6", "batchSize = 16", "learningRate = 0.5", "environments = 8", "targetEvery = 500",
        ]
        for line in expected { #expect(configuration.contains(line), "\(line)") }
    }

    @Test func presetNoneNeedsNoAssets() throws {
        let folder = try TemporaryFolder()
        let without: [String: String?] = ["REVERIE_ASSETS": "/nowhere"]
        let words = ["train", "dqn", "CartPole-v1", "--steps", "50", "--json", "--run", "r"]
        let refused = try Executable.run(words, in: folder, environment: without)
        #expect(refused.status == 66)
        #expect(refused.errors.contains("set REVERIE_ASSETS") && refused.errors.contains("--preset none"))
        #expect(folder.content().isEmpty)
        let result = try Executable.run(words + ["--preset", "none"], in: folder, environment: without)
        #expect(result.status == 0)
        #expect(try result.json()["steps"]?.integer == 50)
    }

    @Test func forceReplacesAndEpisodesEndEarlier() throws {
        let folder = try TemporaryFolder()
        func train(_ words: String...) throws -> Executable.Result {
            try Executable.run(["train", "random", "CartPole-v1", "--run", "r", "--json"] + words, in: folder)
        }
        #expect(try train("--steps", "100").json()["steps"]?.integer == 100)
        #expect(try train("--steps", "200").status == 73)
        #expect(try train("--steps", "100000", "--episodes", "7", "--force").json()["episodes"]?.integer == 7)
        let checkpoints = folder.content().filter { $0.hasSuffix(".safetensors") }
        #expect(!checkpoints.contains("r/checkpoints/step-100.safetensors"))
    }

    @Test func sameSeedSameFiles() throws {
        let folder = try TemporaryFolder()
        for run in ["a", "b"] {
            let words = ["train", "q-learning", "FrozenLake-v1", "--steps", "3000", "--run", run]
            #expect(try Executable.run(words, in: folder).status == 0)
        }
        for name in ["episodes.csv", "metrics.jsonl", "checkpoints/step-3000.safetensors"] {
            #expect(try folder.bytes("a/" + name) == folder.bytes("b/" + name), "\(name)")
        }
    }

    @Test func fitReportsTheRun() throws {
        let fitted = try MadeRuns.get().fitted
        #expect(fitted["run"]?.string == "vae" && fitted["model"]?.string == "vae")
        #expect(fitted["dataset"]?.string?.hasSuffix("/rollouts.npz") == true && fitted["epochs"]?.integer == 3)
        let (first, last) = (fitted["firstValidation"]?.double, fitted["validation"]?.double)
        #expect(try #require(last) < #require(first) && fitted["score"]?.string == "bound")
        #expect(try #require(fitted["processorSeconds"]?.double) > 0)
        #expect(fitted["likelihood"]?.string == "bound" && fitted["testNats"]?.double != nil)
    }

    /// With a learning rate far too high the fit diverges, and the first operation to do so is named with its line.
    @Test func theFirstInfinityIsFound() throws {
        let folder = try TemporaryFolder()
        let data = ["record", "CartPole-v1", "--episodes", "20", "--to", "data.npz"]
        #expect(try Executable.run(data, in: folder).status == 0)
        let words = ["fit", "vae", "data.npz", "--set", "learningRate=1", "--run", "r", "--check-finite"]
        let result = try Executable.run(words, in: folder)
        #expect(result.status == 1)
        #expect(
            result.errors.contains(
                "of the shape [128, 4] in the program 'vae fit' was the first to produce an infinity"))
        #expect(result.errors.contains("recorded at VariationalAutoencoder"), "\(result.errors)")
    }

    /// Comparing with plain runs changes nothing but the speed.
    @Test func runsAreComparedWithPlainOnes() throws {
        let folder = try TemporaryFolder()
        let words = ["train", "dqn", "CartPole-v1", "--steps", "3000", "--run"]
        let compared = try Executable.run(words + ["a", "--shadow"], in: folder)
        #expect(compared.status == 0)
        #expect(compared.errors.contains(" plans agree with plain ones\n"), "\(compared.errors)")
        #expect(try Executable.run(words + ["b"], in: folder).status == 0)
        let checkpoint = "checkpoints/step-3000.safetensors"
        #expect(try folder.bytes("a/" + checkpoint) == folder.bytes("b/" + checkpoint))
    }

    @Test func plansOfARunAreShown() throws {
        let folder = try TemporaryFolder()
        let words = ["train", "dqn", "CartPole-v1", "--steps", "3000", "--run", "r", "--plan"]
        let result = try Executable.run(words, in: folder)
        #expect(result.status == 0)
        for part in ["limits: ", "\ndqn update: ", " runs in all, ", "\naction values: ", "gradient of Linear.swift:"] {
            #expect(result.output.contains(part), "\(part)")
        }
        for other in ["--json", "--shadow", "--check-finite", "--live"] {
            #expect(try Executable.run(words + ["--force", other], in: folder).status == 64, "\(other)")
        }
    }

    @Test func anInterruptedRunIsSavedAndGoesOn() throws {
        let folder = try TemporaryFolder()
        // The signal comes as soon as training reports its first step.
        let interrupt = "(until grep -q '^0%' err 2>/dev/null; do sleep 0.01; done; kill -INT $$) &"
        let long = ["train", "random", "CartPole-v1", "--steps", "1000000000", "--run", "long"]
        let stopped = try Executable.run(long, in: folder, prefix: interrupt, redirection: "2>err")
        #expect(stopped.status == 130 && stopped.output.isEmpty)
        #expect(folder.text("err").contains("reverie resume long"))
        let words = ["train", "dqn", "CartPole-v1", "--steps", "4000", "--run", "r", "--json"]
        #expect(try Executable.run(words, in: folder).status == 0)
        let resumed = try Executable.run(["resume", "r", "--json"], in: folder)
        #expect(resumed.status == 0)
        #expect(try resumed.json()["steps"]?.integer == 4000)
        let other = try Executable.run(["train", "random", "CartPole-v1", "--run", "r", "--resume"], in: folder)
        #expect(other.status == 64 && other.errors.contains("the agent of the run in r is 'dqn'"))
    }
}
