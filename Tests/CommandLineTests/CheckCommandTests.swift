import Rollouts
import Storage
import TestSupport
import Testing

@Suite struct CheckCommandTests {
    @Test(arguments: [["CartPole-v1"], ["FrozenLake-v1", "--wrap", "flatten", "--wrap", "frame-stack=2"]])
    func environmentsPass(words: [String]) throws {
        let folder = try TemporaryFolder()
        let table = try Executable.run(["check"] + words + ["--steps", "40"], in: folder)
        #expect(table.status == 0 && table.errors.isEmpty)
        let lines = table.output.split(separator: "\n")
        #expect(lines[0].hasPrefix("rule "))
        let result = try Executable.run(["check"] + words + ["--steps", "40", "--json"], in: folder).json()
        #expect(result["environment"]?.string == words[0] && result["passed"] == .boolean(true))
        let rules = result["rules"]!.array!
        #expect(rules.count == lines.count - 1)
        for (rule, line) in zip(rules, lines.dropFirst()) {
            #expect(line.hasPrefix(rule["rule"]!.string! + " ") && line.contains(rule["result"]!.string!))
            #expect(rule["result"]?.string != "failed" && rule["summary"]?.string?.isEmpty == false)
        }
        #expect(rules.first { $0["rule"]?.string == "deterministic" }?["result"]?.string == "passed")
    }

    @Test func anEpisodeCutAtOnceFails() throws {
        let words = ["check", "CartPole-v1", "--option", "max_episode_steps=1"]
        let result = try Executable.run(words, in: TemporaryFolder())
        #expect(result.status == 1 && result.output.contains("first-step"))
        let fault = "an episode is not truncated in its first step: expected truncated to be false, found true"
        #expect(result.errors == "reverie: CartPole-v1: \(fault)\n")
        let json = try Executable.run(words + ["--json"], in: TemporaryFolder())
        #expect(try json.status == 1 && json.json()["passed"] == .boolean(false))
    }
}

@Suite struct WrapperFlagTests {
    /// Runs a command that must succeed.
    private func succeed(_ words: String, in folder: TemporaryFolder) throws -> Executable.Result {
        let result = try Executable.run(words.split(separator: " ").map(String.init), in: folder)
        #expect(result.status == 0, "\(words): \(result.errors)")
        return result
    }

    /// A run with wrappers is resumed, evaluated and recorded with the same wrappers.
    @Test func aRunKeepsItsWrappers() throws {
        let folder = try TemporaryFolder()
        func run(_ words: String) throws -> Executable.Result { try succeed(words, in: folder) }
        _ = try run(
            "train dqn CartPole-v1 --run r --steps 300 --set learningStart=100 --wrap frame-stack=3 --wrap time-aware")
        #expect(folder.text("r/config.toml").contains(#"wrap = "frame-stack=3,time-aware""#))
        let evaluation = try run("evaluate r --episodes 2 --json").json()
        #expect(evaluation["meanReturn"] != nil || evaluation["mean"] != nil)
        _ = try run("record r --episodes 2 --to r.npz")
        _ = try run("resume r")
        _ = try run("watch r.npz --frames 2")
        _ = try run("watch r --frames 2")
        _ = try run("record CartPole-v1 --episodes 1 --wrap delay=1 --to random.npz")
    }

    /// Evaluations use the statistics of training, whatever their own episodes are.
    @Test func anEvaluationTakesOverStatistics() throws {
        let folder = try TemporaryFolder()
        func run(_ words: String) throws -> Executable.Result { try succeed(words, in: folder) }
        _ = try run(
            "train dqn CartPole-v1 --run r --steps 1200 --set learningStart=100 --wrap normalize-observation --json")
        let checkpoint = folder.content().first { $0.hasPrefix("r/checkpoints/step-1200") }!
        #expect(
            String(decoding: try folder.bytes(checkpoint).prefix(8000), as: UTF8.self).contains(
                "environment.statistics"))
        // With statistics of the evaluation's own, an episode would depend on those before it.
        func episode(_ number: Int, seed: Int) throws -> [ArraySlice<UInt8>] {
            _ = try run("record r --last --episodes \(number + 1) --seed \(seed) --to e.npz --force")
            let rollout = try Rollout(contentsOf: folder.file("e.npz"))
            return rollout.episodes[number].observations.map(rollout.observation)
        }
        #expect(try episode(1, seed: 10) == episode(0, seed: 11))
    }

    @Test func traceShowsWhatTheWrapperGives() throws {
        let folder = try TemporaryFolder()
        func trace(_ wrap: [String]) throws -> [Substring] {
            try Executable.run(
                ["trace", "CartPole-v1", "--seed", "3", "--actions", "-"] + wrap, in: folder, input: "0\n1\n1\n"
            ).output.split(separator: "\n")
        }
        let plain = try trace([])
        let late = try trace(["--wrap", "delay=1"])
        #expect(late[0] == #"{"reset": true, "observation": [0.0, 0.0, 0.0, 0.0]}"#)
        func observation(_ line: Substring) -> Substring { line[line.firstIndex(of: "[")!...line.firstIndex(of: "]")!] }
        for step in 1..<4 { #expect(observation(late[step]) == observation(plain[step - 1])) }
    }
}
