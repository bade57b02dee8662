import Foundation
import Storage
import Testing

@testable import reverie

/// `train --seeds`: runs of several seeds side by side.
@Suite struct SeedTests {
    private func run(_ words: String, in folder: TemporaryFolder, prefix: String = "", redirection: String = "") throws
        -> Executable.Result
    {
        let arguments = words.split(separator: " ").map(String.init)
        return try Executable.run(arguments, in: folder, prefix: prefix, redirection: redirection)
    }

    @Test func seedsAreListsAndRanges() {
        #expect(SeedSet(argument: "0..9")?.seeds == Array(0...9))
        #expect(SeedSet(argument: "0,3,7")?.seeds == [0, 3, 7])
        #expect(SeedSet(argument: "4,0..2,9..9")?.seeds == [4, 0, 1, 2, 9])
        for text in [
            "", "3..1", "1,1", "0..2,1", "1..", "..3", "1..2..3", "-1", "-1..3", "a", "0...9", "0..100000", ",",
        ] {
            #expect(SeedSet(argument: text) == nil, "\(text)")
        }
    }

    @Test func argumentsOfTheWholeAreLeftOut() {
        let words = "dqn CartPole-v1 --seeds 0..3 --jobs=2 --set a=1 --json --run --x --threads 3 --steps 5 -- --json"
        let common = SeedRuns.common(words.split(separator: " ").map(String.init))
        #expect(common == ["dqn", "CartPole-v1", "--set", "a=1", "--steps", "5", "--", "--json"])
    }

    @Test func runsHaveTheBitsOfRunsAlone() throws {
        let folder = try TemporaryFolder()
        let words = "dqn CartPole-v1 --steps 1600 --set learningStart=300 --wrap time-aware --json"
        let all = try run("train \(words) --seeds 3,0..1 --run all", in: folder)
        #expect(all.status == 0, "\(all.errors)")
        let json = try all.json()
        #expect(json.names == ["agent", "environment", "runs", "failed", "meanReturn", "bestEvaluation"])
        let runs = json["runs"]!.array!
        #expect(runs.map { $0["seed"]?.integer } == [3, 0, 1] && runs[1]["run"]?.string == "all/seed-0")
        #expect(json["failed"]?.array == [])
        let returns = runs.map { $0["meanReturn"]!.double! }
        let mean = returns.reduce(0, +) / 3
        #expect(json["meanReturn"]?["runs"]?.integer == 3)
        #expect(abs(json["meanReturn"]!["mean"]!.double! - mean) < 1e-9)
        #expect(json["meanReturn"]!["standardDeviation"]!.double! > 0)
        #expect(try run("train \(words) --seed 1 --run one", in: folder).status == 0)
        for name in ["config.toml", "episodes.csv", "metrics.jsonl", "checkpoints/step-1600.safetensors"] {
            #expect(try folder.bytes("all/seed-1/" + name) == folder.bytes("one/" + name), "\(name)")
        }
        #expect(all.errors.contains("seed 3: 1600 steps, "))
    }

    @Test func usualFoldersAndATable() throws {
        let folder = try TemporaryFolder()
        let words = "train random CartPole-v1 --steps 200 --seeds 5..6 --jobs 1"
        let result = try run(words, in: folder)
        #expect(result.status == 0)
        let lines = result.output.split(separator: "\n")
        #expect(lines.count == 4 && lines[0].hasPrefix("seed  steps  episodes  "))
        #expect(lines[1].hasSuffix("runs/random-CartPole-v1-seed5") && lines[2].hasPrefix("6     200 "))
        #expect(lines[3].hasPrefix("mean return over 2 seeds "))
        let before = folder.content()
        for second in [words, "train random CartPole-v1 --steps 200 --seeds 0,6"] {
            let again = try run(second, in: folder)
            #expect(again.status == 73 && again.errors.contains("runs/random-CartPole-v1-seed"), "\(again.errors)")
        }
        #expect(folder.content() == before, "nothing starts where one folder is taken")
        #expect(try run(words + " --force", in: folder).status == 0)
    }

    @Test(arguments: [
        ("--seeds 3..1", "The value '3..1' is invalid"), ("--seeds 0..1 --seed 3", "for several; give only one"),
        ("--seeds 0..1 --live", "leave out --seeds"), ("--seeds 0..1 --plan", "leave out --seeds"),
        ("--seeds 0..1 --shadow", "leave out --seeds"), ("--jobs 2", "--jobs needs --seeds"),
        ("--seeds 0..1 --jobs 0", "--jobs takes a whole number from 1"),
        ("--seeds 0..1 --set batchSize=0", "batchSize is a whole number from 1"),
    ]) func usage(words: String, sentence: String) throws {
        let folder = try TemporaryFolder()
        let result = try run("train dqn CartPole-v1 \(words)", in: folder)
        #expect(result.status == 64 && result.errors.contains(sentence), "\(result.errors)")
        #expect(folder.content().isEmpty)
    }

    /// A run that fails doesn't stop the others.
    @Test func aFailureIsToldAndTheOthersEnd() throws {
        let folder = try TemporaryFolder()
        let words = "train q-learning FrozenLake-v1 --steps 1000 --seeds 0..2 --run r"
        #expect(try run(words + " --json", in: folder).status == 0)
        let checkpoint = folder.file("r/seed-1/checkpoints/step-1000.safetensors")
        try writeAtomically(
            Array(try folder.bytes("r/seed-1/checkpoints/step-1000.safetensors").dropLast(9)), to: checkpoint,
            overwrite: true)
        for seed in [1, 2] { try removeFile(folder.file("r/seed-\(seed)/summary.json")) }
        let result = try run(words + " --resume --json", in: folder)
        #expect(result.status == 65, "\(result.errors)")
        #expect(
            result.errors.contains("reverie: seed 1: r/seed-1/checkpoints/step-1000.safetensors"), "\(result.errors)")
        let json = try result.json()
        #expect(json["runs"]?.array?.map { $0["seed"]?.integer } == [0, 2])
        #expect(json["failed"]?.array?.map { $0["seed"]?.integer } == [1])
        #expect(json["failed"]?.array?.first?["status"]?.integer == 65)
    }

    /// A background shell command that sends a signal soon after runs have made checkpoints. It gives up after a while:
    /// a checkpoint may be removed before the next one appears.
    private static func when(_ words: String...) -> String {
        let made = words.dropLast().map { "compgen -G '\($0)/checkpoints/step-*' >/dev/null" }
        let wait = "for ((i = 0; i < 1500; i++)); do \(made.joined(separator: " && ")) && break; sleep 0.02; done"
        return "(\(wait); sleep 0.3; kill -\(words.last!) $$) &"
    }

    @Test func interruptedRunsAreSavedAndGoOn() throws {
        let folder = try TemporaryFolder()
        let interrupt = Self.when("r/seed-0", "r/seed-1", "INT")
        let words = "train q-learning FrozenLake-v1 --seeds 0..2 --jobs 2 --run r"
        let stopped = try run(words + " --steps 1000000000", in: folder, prefix: interrupt)
        #expect(stopped.status == 130 && stopped.output.isEmpty, "\(stopped.errors)")
        #expect(stopped.errors.contains("to continue, repeat the command with --resume"))
        #expect(!exists(folder.file("r/seed-2")))
        #expect(!exists(folder.file("r/seed-0/summary.json")))
        // Shorter runs, stopped early: the resumed ones end like those that were never stopped.
        let short = "train dqn CartPole-v1 --seeds 0..1 --steps 6000 --set learningStart=500 --run"
        _ = try run(short + " s", in: folder, prefix: interrupt.replacing("r/seed", with: "s/seed"))
        #expect(try run(short + " s --resume", in: folder).status == 0)
        #expect(try run(short + " t", in: folder).status == 0)
        for name in ["episodes.csv", "checkpoints/step-6000.safetensors"] {
            #expect(try folder.bytes("s/seed-0/" + name) == folder.bytes("t/seed-0/" + name), "\(name)")
        }
    }

    /// If the parent is killed, its children save and end.
    @Test func nothingOutlivesAKilledParent() throws {
        let folder = try TemporaryFolder()
        let kill = Self.when("r/seed-0", "KILL")
        let words = "train q-learning FrozenLake-v1 --steps 1000000000 --seeds 0..1 --run r"
        #expect(try run(words, in: folder, prefix: kill, redirection: ">/dev/null 2>&1").status == 128 + 9)
        func remains() throws -> Bool {
            for process in try FileManager.default.contentsOfDirectory(atPath: "/proc") where Int(process) != nil {
                let place = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/cwd")
                if place == folder.path { return true }
            }
            return false
        }
        var waits = 0
        while try remains(), waits < 600 {
            usleep(50_000)
            waits += 1
        }
        #expect(try !remains())
        #expect(folder.content().contains { $0.hasPrefix("r/seed-0/checkpoints/step-") })
    }
}
