import Foundation
import Rollouts
import Storage
import Testing

/// What is counted as a return, and which episodes and runs are evaluated.
@Suite struct EvaluationCommandTests {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private func run(_ words: String) throws -> Executable.Result {
        try Executable.run(words.split(separator: " ").map(String.init), in: folder)
    }

    /// After so few steps the greedy policy walks against a wall for ever.
    @Test func episodesWithoutEndAreLeftAndCounted() throws {
        #expect(try run("train q-learning CliffWalking-v1 --steps 300 --preset none --run cliff").status == 0)
        let report = try run("evaluate cliff --episodes 3 --step-limit 60 --json").json()
        #expect(report["cutEpisodes"]?.integer == 3 && report["meanLength"]?.double == 60)
        let text = try run("evaluate cliff --episodes 3 --step-limit 60")
        #expect(text.output.hasSuffix("\n3 episodes were left at the step limit, without an end\n"))
        let recorded = try run("record cliff --episodes 2 --step-limit 30 --to r.npz --json").json()
        #expect(recorded["cutEpisodes"]?.integer == 2 && recorded["steps"]?.integer == 60)
        let rollout = try Rollout(contentsOf: folder.file("r.npz"))
        #expect(rollout.episodes.map(\.steps.count) == [30, 30])
        let refused = try run("compare cliff --step-limit 40")
        #expect(refused.status == 64 && refused.errors.contains("--step-limit needs --evaluate or --normalize"))
    }

    @Test func returnsAreTheWorldsOwn() throws {
        let words = "record CartPole-v1 --episodes 3 --wrap clip-reward=-1:0.5 --to r.npz --json"
        let recorded = try run(words).json()
        let steps = try #require(recorded["steps"]?.double)
        #expect(recorded["meanReturn"]?.double == steps / 3 && recorded["meanWrappedReturn"]?.double == steps / 6)
        #expect(try run("train random CartPole-v1 --steps 300 --wrap normalize-reward --run r").status == 0)
        let report = try run("evaluate r --episodes 4 --json").json()
        #expect(report["meanReturn"] == report["meanLength"] && report["meanWrappedReturn"] != report["meanReturn"])
    }

    @Test func aFolderOfSeedsIsEvaluatedWhole() throws {
        #expect(try run("train random CartPole-v1 --steps 50 --seeds 2,10,3 --run all").status == 0)
        let text = try run("evaluate all --episodes 2")
        let heads = text.output.split(separator: "\n").filter { $0.hasPrefix("all/") }
        #expect(heads == ["all/seed-2", "all/seed-3", "all/seed-10"], "\(text.errors)")
        #expect(text.output.contains("mean return over 3 runs "))
        let json = try run("evaluate all --episodes 2 --json").json()
        #expect(json["runs"]?.array?.map { $0["run"]?.string } == ["all/seed-2", "all/seed-3", "all/seed-10"])
        #expect(json["meanReturn"]?["runs"]?.integer == 3)
        #expect(try run("evaluate all --episodes 2 --require-return 1000").status == 1)
        let watched = try run("watch all --frames 2")
        #expect(watched.status == 64)
        #expect(
            watched.errors.contains("all holds 3 runs: choose all/seed-2, all/seed-3 or all/seed-10"),
            "\(watched.errors)")
    }

    /// The greatest seed there is, 2⁶³ − 1, stays what it is.
    @Test func seedsNearTheEndOfTheRange() throws {
        let seed = "9223372036854775807"
        let trained = try run("train random CartPole-v1 --steps 50 --seeds \(seed) --run all")
        #expect(trained.status == 0 && trained.output.contains("\n\(seed)  50 "), "\(trained.errors)")
        let run = "all/seed-\(seed)"
        #expect(try self.run("list runs \(run) --json").output.contains("\"seed\":\(seed)"))
        #expect(try self.run("compare \(run) --json").output.contains("\"seed\":\(seed)"))
        #expect(try self.run("evaluate \(run) --episodes 2").status == 0)
        #expect(try self.run("evaluate \(run) --episodes 2 --seed \(seed)").status == 0)
        let recorded = try self.run("record \(run) --episodes 2 --seed \(seed) --to r.npz")
        #expect(recorded.status == 0, "\(recorded.errors)")
        let seeds = try Rollout(contentsOf: folder.file("r.npz")).episodes.map(\.seed)
        #expect(seeds == [9_223_372_036_854_775_807, 9_223_372_036_854_775_808])
        #expect(try self.run("watch \(run) --frames 2").status == 0)
        #expect(try self.run("fit nade bars-and-stripes --seed \(seed) --set epochs=1 --run fit").status == 0)
        let watched = try self.run("watch fit --frames 2")
        #expect(watched.status == 0, "\(watched.errors)")
    }

    /// Weights from elsewhere, with a number that isn't one.
    @Test func weightsWithNaNAreRefused() throws {
        #expect(try run("train q-learning FrozenLake-v1 --steps 50 --preset none --run lake").status == 0)
        var values = [Float](repeating: 0.25, count: 64)
        values[9] = .nan
        let header = #"{"values":{"dtype":"F32","shape":[16,4],"data_offsets":[0,256]}}"#
        let file = UInt64(header.utf8.count).bytes + Array(header.utf8) + values.flatMap(\.bitPattern.bytes)
        try writeAtomically(file, to: folder.file("bad.safetensors"), overwrite: false)
        for command in ["evaluate lake --episodes 2", "record lake --to r.npz", "watch lake --frames 2"] {
            let result = try run(command + " --weights bad.safetensors")
            #expect(result.status == 65, "\(command): \(result.errors)")
            #expect(result.errors.contains("bad.safetensors: element 9 of 'values' is nan"), "\(result.errors)")
        }
        #expect(!folder.content().contains { $0.hasPrefix("r.npz") })
    }
}

extension FixedWidthInteger {
    fileprivate var bytes: [UInt8] { withUnsafeBytes(of: littleEndian) { Array($0) } }
}
