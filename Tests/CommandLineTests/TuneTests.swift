import Foundation
import Storage
import Testing

@testable import reverie

/// `reverie tune`: searches for good settings.
@Suite struct TuneTests {
    private func run(_ words: [String], in folder: TemporaryFolder, prefix: String = "") throws -> Executable.Result {
        try Executable.run(["tune"] + words, in: folder, prefix: prefix)
    }

    private func words(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }

    /// 600 steps of a table: a few hundredths of a second.
    private let short = [
        "q-learning", "FrozenLake-v1", "--preset", "none", "--steps", "600", "--trials", "9", "--seeds", "1000..1001",
        "--range", "learningRate=0.01..1 log", "--range", "discount=0.9 | 0.99", "--run", "r",
    ]

    @Test func aSearchHasATableAPictureAndAPreset() throws {
        let folder = try TemporaryFolder()
        let result = try run(short + ["--to", "mine.toml"], in: folder)
        #expect(result.status == 0, "\(result.errors)")
        let lines = result.output.split(separator: "\n")
        #expect(words(String(lines[0])) == ["trial", "steps", "mean", "return", "±", "learningRate", "discount"])
        #expect(lines.count == 11 && lines[10].hasPrefix("best: "))
        #expect(result.errors.contains("Next: reverie train q-learning FrozenLake-v1 --config mine.toml"))
        let json = try JSON(parsing: folder.bytes("r/result.json")[...], file: "result.json")
        let trials = json["trials"]!.array!
        #expect(trials.count == 9 && json["lengths"]?.array == [67, 200, 600])
        #expect(trials.map { $0["length"]!.integer! } == [600, 200, 200] + Array(repeating: 67, count: 6))
        #expect(try folder.bytes("r/scores.png").starts(with: [0x89, 0x50, 0x4E, 0x47]))
        #expect(folder.text("mine.toml") == folder.text("r/best.toml"))
        // The best trial's score is what its run evaluates to.
        let best = json["best"]!.integer!
        let evaluated = try Executable.run(
            words("evaluate r/trials/\(best)/seed-1001 --episodes 20 --json"), in: folder)
        #expect(try evaluated.json()["meanReturn"] == trials[0]["scores"]!.array![1])
        // The preset gives the same agent.
        let trained = try Executable.run(
            words("train q-learning FrozenLake-v1 --config mine.toml --seed 1001 --run again"), in: folder)
        #expect(trained.status == 0, "\(trained.errors)")
        let checkpoint = "checkpoints/step-600.safetensors"
        #expect(try folder.bytes("again/episodes.csv") == folder.bytes("r/trials/\(best)/seed-1001/episodes.csv"))
        #expect(exists(folder.file("again/" + checkpoint)))
    }

    @Test func aFinishedSearchIsNotDoneAgain() throws {
        let folder = try TemporaryFolder()
        let first = try run(short + ["--json"], in: folder)
        let before = folder.content()
        let taken = try run(short, in: folder)
        #expect(taken.status == 73 && taken.errors.contains("--resume"), "\(taken.errors)")
        let again = try run(short + ["--json", "--resume", "--jobs", "1"], in: folder)
        #expect(again.status == 0 && again.output == first.output && folder.content() == before)
        let other = try run(short + ["--resume", "--trials", "10"], in: folder)
        #expect(other.status == 64 && other.errors.contains("'trials = 9', not 'trials = 10'"), "\(other.errors)")
    }

    /// Killed ten times, at moments that differ: the same table.
    @Test func aKilledSearchEndsWithTheSameTable() throws {
        let folder = try TemporaryFolder()
        var longer = short
        longer[longer.firstIndex(of: "600")!] = "60000"
        let whole = try run(longer + ["--json"], in: folder)
        #expect(whole.status == 0, "\(whole.errors)")
        longer[longer.count - 1] = "s"
        for kill in 0..<10 {
            let prefix = "(sleep \(0.1 + 0.07 * Double(kill)); kill -KILL $$) &"
            _ = try run(longer + ["--resume"], in: folder, prefix: prefix)
        }
        let last = try run(longer + ["--json", "--resume"], in: folder)
        #expect(last.status == 0, "\(last.errors)")
        #expect(last.output == whole.output)
        #expect(try folder.bytes("s/scores.png") == folder.bytes("r/scores.png"))
    }

    @Test func interruptedSearchesAreSaved() throws {
        let folder = try TemporaryFolder()
        var endless = short
        endless[endless.firstIndex(of: "600")!] = "1000000000"
        let stopped = try run(endless, in: folder, prefix: "(sleep 1; kill -INT $$) &")
        #expect(
            stopped.status == 130 && stopped.errors.contains("repeat the command with --resume"), "\(stopped.errors)")
        #expect(folder.text("r/trials.jsonl").isEmpty && !exists(folder.file("r/best.toml")))
    }

    /// A learning rate that diverges is a row, not the end.
    @Test func failuresAreRows() throws {
        let folder = try TemporaryFolder()
        let words =
            words("dqn CartPole-v1 --preset none --steps 400 --trials 4 --method random --seeds 1000 --run r --set")
            + ["learningStart=50", "--range", "learningRate=1e-3 | 1", "--range", "batchSize=32 | 64", "--set"]
            + ["rewardScale=1e30"]
        let result = try run(words + ["--json"], in: folder)
        #expect(result.status == 64 && result.errors.contains("rewardScale is a number from"), "\(result.errors)")
        let crash = try run(
            self.words(
                "ppo CartPole-v1 --preset none --steps 300 --trials 8 --method random --seeds 1000 --run c --set")
                + ["windowSteps=64", "--range", "minibatchSize=32 | 7", "--json"], in: folder)
        let trials = try crash.json()["trials"]!.array!
        #expect(crash.status == 0 && trials.count == 8, "\(crash.errors)")
        let failed = trials.filter { $0["error"] != .null }
        #expect(!failed.isEmpty && failed.count < 8 && failed.allSatisfy { $0["score"] == .null })
        #expect(failed.allSatisfy { $0["settings"]?["minibatchSize"] == 7 })
        #expect(crash.errors.contains("seed 1000: "))
    }

    @Test func modelsAreTunedByTheirLoss() throws {
        let folder = try TemporaryFolder()
        let result = try run(
            words("made bars-and-stripes --set hiddenUnits=16 --set learningRate=1e-6 --epochs 4")
                + words("--trials 4 --reduction 2 --seeds 1000 --run m --json")
                + ["--range", "learningRate=1e-3 | 1e-2"], in: folder)
        #expect(result.status == 0, "\(result.errors)")
        let json = try result.json()
        let trials = json["trials"]!.array!
        #expect(json["score"] == "validation" && json["unit"] == "epochs" && json["lengths"]?.array == [1, 2, 4])
        let scores = trials.filter { $0["length"] == 1 }.map { $0["score"]!.double! }
        #expect(scores == scores.sorted(), "the lowest loss comes first")
        #expect(trials[0]["settings"]!["learningRate"]!.double! > 1e-6, "what was given learns nothing")
        let fitted = try Executable.run(
            words("fit made bars-and-stripes --config m/best.toml --seed 1000 --run f --json"), in: folder)
        #expect(fitted.status == 0, "\(fitted.errors)")
        #expect(try fitted.json()["validation"] == trials[0]["score"])
        #expect(try fitted.json()["testNats"] != .null)
    }

    @Test(arguments: [
        ("ppo CartPole-v1 --range learningRate=1..0.1", "from a smaller to a larger number"),
        ("ppo CartPole-v1 --range learningRate=0..2", "learningRate is a number from 0.0 to 1.0, not 2.0"),
        ("ppo CartPole-v1 --range learningRat=0..1", "did you mean 'learningRate'?"),
        ("ppo CartPole-v1 --range learningRate", "--range takes key=range"),
        ("ppo CartPole-v1 --set learningRat=1", "did you mean 'learningRate'?"),
        ("ppo CartPole-v1 --seeds 0..2", "seeds is a list of whole numbers from 1000"),
        ("ppo CartPole-v1 --trials 0", "--trials takes a number from 1"),
        ("ppo CartPole-v1 --reduction 1", "reduction is a whole number from 2"),
        ("ppo CartPole-v1 --method grid", "method is one of halving, random, not \"grid\""),
        ("ppo CartPole-v1 --epochs 3", "try --steps"), ("ppo CartPole-v1 --data d", "--data is for models"),
        ("made bars-and-stripes --steps 3", "try --epochs"),
        ("made bars-and-stripes --wrap time-aware", "--wrap is for"),
        ("made bars-and-stripes --preset x", "models have no presets"),
        ("pppo CartPole-v1", "did you mean 'ppo'?"), ("ppo CartPole-v2", "CartPole-v1"),
        ("ddpg CartPole-v1", "ddpg"), ("random CartPole-v1", "give some with --range"),
    ]) func usage(text: String, sentence: String) throws {
        let folder = try TemporaryFolder()
        let result = try run(words(text), in: folder)
        #expect(result.status == 64 && result.errors.contains(sentence), "\(result.errors)")
        #expect(folder.content().isEmpty)
    }

    @Test func rangesComeFromAFile() throws {
        let folder = try TemporaryFolder()
        try writeAtomically(
            "learningRate = \"0.1 | 0.5\"\ndiscount = \"1..2\"\n", to: folder.file("ranges.toml"), overwrite: false)
        let words = words("q-learning FrozenLake-v1 --steps 90 --trials 3 --seeds 1000 --run r --ranges ranges.toml")
        let wrong = try run(words, in: folder)
        #expect(wrong.status == 65 && wrong.errors.contains("ranges.toml:2: discount is a number"), "\(wrong.errors)")
        let result = try run(words + ["--range", "discount=0.5 | 0.9", "--json"], in: folder)
        #expect(result.status == 65, "a file's wrong line is told even where a flag replaces it")
        try writeAtomically("learningRate = \"0.1 | 0.5\"\n", to: folder.file("ranges.toml"), overwrite: true)
        let right = try run(words + ["--range", "discount=0.5 | 0.9", "--json"], in: folder)
        #expect(right.status == 0, "\(right.errors)")
        #expect(try right.json()["trials"]!.array![0]["settings"]!.names == ["learningRate", "discount"])
    }
}
