import Environments
import Experience
import Foundation
import Graphics
import Rollouts
import Storage
import Testing

@Suite struct ResultCommandTests {
    @Test func evaluateReportsReturns() throws {
        let runs = try MadeRuns.get()
        let words = ["evaluate", "table", "--episodes", "20", "--json"]
        let report = try Executable.run(words, in: runs.folder).json()
        #expect(
            report.names == [
                "episodes", "meanReturn", "standardDeviation", "interquartileMean", "interval", "minimum", "maximum",
                "meanLength", "cutEpisodes",
            ])
        let interval = report["interval"]!.array!.map { $0.double! }
        let mean = report["meanReturn"]!.double!
        #expect(report["episodes"]?.integer == 20 && interval.count == 2 && interval[0] <= mean && mean <= interval[1])
        let text = try Executable.run(["evaluate", "dqn", "--episodes", "3", "--stochastic"], in: runs.folder)
        #expect(text.status == 0 && text.output.hasPrefix("mean return "))
    }

    @Test func evaluateExitsWith1BelowARequiredReturn() throws {
        let folder = try MadeRuns.get().folder
        let words = ["evaluate", "dqn", "--episodes", "3", "--json", "--require-return"]
        #expect(try Executable.run(words + ["1"], in: folder).status == 0)
        let missed = try Executable.run(words + ["1000"], in: folder)
        #expect(missed.status == 1)
        #expect(missed.errors.contains("is below the required 1000.0"))
        #expect(try missed.json()["episodes"]?.integer == 3)
        #expect(
            try Executable.run(["evaluate", "dqn", "--require-return", "-5", "--episodes", "1"], in: folder).status == 0
        )
    }

    @Test func recordWritesRolloutsAndAPicture() throws {
        let runs = try MadeRuns.get()
        let rollout = try Rollout(contentsOf: runs.folder.file("rollouts.npz"))
        #expect(rollout.episodes.count == 4 && rollout.layout.environment == "CartPole-v1")
        #expect(rollout.layout.policy?.count == 2)
        #expect(runs.recorded["episodes"]?.integer == 4 && runs.recorded["steps"]?.integer == rollout.stepCount)
        #expect(runs.recorded["video"]?.string == "episode.gif" && runs.recorded["rollouts"]?.string == "rollouts.npz")
        let mean = rollout.episodes.map(\.totalReward).reduce(0, +) / 4
        #expect(runs.recorded["meanReturn"]?.double == mean)
        #expect(try runs.folder.bytes("episode.gif").starts(with: Array("GIF89a".utf8)))
        #expect(!runs.folder.content().contains { $0.hasSuffix(".spool") })
    }

    /// Records until a shell condition holds, then interrupts.
    private func interrupted(_ environment: [String], when condition: String, in folder: TemporaryFolder) throws
        -> Executable.Result
    {
        let interrupt = "(until [ \(condition) ]; do sleep 0.01; done; kill -INT $$) &"
        let words = ["record"] + environment + ["--episodes", "10000000", "--to", "r.npz"]
        let result = try Executable.run(words, in: folder, prefix: interrupt)
        #expect(result.status == 130 && result.output.isEmpty)
        return result
    }

    @Test func anInterruptedRecordingKeepsWhatHadEnded() throws {
        let folder = try TemporaryFolder()
        let size = "$(stat -c %s r.npz.spool 2>/dev/null || echo 0) -gt 65536"
        let result = try interrupted(["CartPole-v1"], when: size, in: folder)
        #expect(folder.content() == ["r.npz"])
        let count = try Rollout(contentsOf: folder.file("r.npz")).episodes.count
        #expect(result.errors.contains("stopped: r.npz holds the \(count) of 10000000 episodes that had finished"))
    }

    @Test func anInterruptedRecordingOfNothingLeavesNothing() throws {
        let folder = try TemporaryFolder()
        try writeAtomically("step_limit: none\n\nS.\n", to: folder.file("endless.txt"), overwrite: false)
        let result = try interrupted(
            ["GridWorld", "--option", "map=endless.txt", "--step-limit", "1000000000"], when: "-e r.npz.spool",
            in: folder)
        #expect(folder.content() == ["endless.txt"])
        #expect(result.errors.contains("stopped before an episode had finished; nothing was recorded"))
    }

    /// What a killed recording left is taken up on request, or replaced on request; a living one's is neither.
    @Test func aKilledRecordingIsTakenUpOrReplaced() throws {
        let folder = try TemporaryFolder()
        let size = "$(stat -c %s r.npz.spool 2>/dev/null || echo 0) -gt 65536"
        let kill = "(until [ \(size) ]; do sleep 0.01; done; kill -KILL $$) &"
        let endless = ["record", "CartPole-v1", "--episodes", "10000000", "--to", "r.npz"]
        _ = try Executable.run(endless, in: folder, prefix: kill, redirection: ">/dev/null 2>&1")
        #expect(folder.content() == ["r.npz.spool"])
        let words = ["record", "CartPole-v1", "--episodes", "1", "--to", "r.npz"]
        let refused = try Executable.run(words, in: folder)
        #expect(refused.status == 73 && refused.errors.contains("r.npz.spool was left by a recording that was killed"))
        #expect(refused.errors.contains("'reverie record r.npz.spool --to rescued.npz'"))
        #expect(folder.content() == ["r.npz.spool"])
        let spool = try folder.bytes("r.npz.spool")
        let rescued = try Executable.run(["record", "r.npz.spool", "--to", "rescued.npz", "--json"], in: folder)
        #expect(rescued.status == 0 && folder.content() == ["rescued.npz"], "\(rescued)")
        let rollout = try Rollout(contentsOf: folder.file("rescued.npz"))
        #expect(try rescued.json()["episodes"]?.integer == rollout.episodes.count && rollout.stepCount > 1000)
        try writeAtomically(spool, to: folder.file("r.npz.spool"), overwrite: false)
        #expect(try Executable.run(words + ["--force"], in: folder).status == 0)
        #expect(folder.content() == ["r.npz", "rescued.npz"])
    }

    /// Two recordings to one path: the second is refused while the first lives, with --force too, and the first's
    /// result is what is there.
    @Test func onePathHasOneRecording() throws {
        let folder = try TemporaryFolder()
        let second = "\(Executable.path) record CartPole-v1 --episodes 1 --to r.npz --force >out2 2>err2"
        let prefix = "(until [ -e r.npz.spool ]; do sleep 0.01; done; \(second); echo $? >status; kill -INT $$) &"
        let endless = ["record", "CartPole-v1", "--episodes", "10000000", "--to", "r.npz", "--force"]
        let first = try Executable.run(endless, in: folder, prefix: prefix)
        #expect(first.status == 130 && folder.text("status") == "75\n", "\(folder.text("err2"))")
        #expect(folder.text("err2").contains("another process is using it"))
        #expect(!folder.text("err2").contains("--force"))
        let rollout = try Rollout(contentsOf: folder.file("r.npz"))
        #expect(first.errors.contains("r.npz holds the \(rollout.episodes.count) of 10000000"))
    }

    @Test func filmsOfEpisodes() throws {
        let folder = try TemporaryFolder()
        func record(_ words: String) throws -> Executable.Result {
            try Executable.run(["record", "FrozenLake-v1"] + words.split(separator: " ").map(String.init), in: folder)
        }
        let alone = try record("--video a.gif --json")
        #expect(alone.status == 0 && folder.content() == ["a.gif"], "\(alone)")
        #expect(try alone.json()["episodes"]?.integer == 1 && alone.json()["rollouts"] == .null)
        #expect(try record("--video b.gif --video-episodes 0,2..3 --captions --json").json()["episodes"]?.integer == 4)
        #expect(try record("--video c.gif --video-episodes all --episodes 4 --json").json()["episodes"]?.integer == 4)
        #expect(try folder.bytes("c.gif").count > folder.bytes("a.gif").count)
        #expect(try record("--video a.gif").status == 73)
        for (words, sentence) in [
            ("", "Give --to x.npz for the rollouts, --video x.gif for a film, or both"),
            ("--to a.npz --captions", "give --video x.gif too"),
            ("--video d.gif --episodes 3 --video-episodes 3", "chooses episode 3, but the 3 episodes are 0 to 2"),
            ("--video d.gif --video-episodes 3..1", "The value '3..1' is invalid"),
        ] {
            let wrong = try record(words)
            #expect(wrong.status == 64 && wrong.errors.contains(sentence), "\(wrong)")
        }
        #expect(folder.content() == ["a.gif", "b.gif", "c.gif"])
    }

    @Test func recordPlaysARandomAgentWithOptions() throws {
        let folder = try TemporaryFolder()
        let words = "record FrozenLake-v1 --episodes 3 --to r.npz --seed 4 --option map_name=8x8"
        let result = try Executable.run(words.split(separator: " ").map(String.init), in: folder)
        #expect(result.status == 0 && result.output.hasPrefix("3 episodes, "))
        let rollout = try Rollout(contentsOf: folder.file("r.npz"))
        #expect(rollout.episodes.map(\.seed) == [4, 5, 6])
        #expect(try Executable.run(["watch", "r.npz", "--frames", "2"], in: folder).status == 0)
    }

    @Test func sampleDrawsPicturesAndArrays() throws {
        let folder = try MadeRuns.copy()
        let words = ["sample", "vae", "--count", "50", "--json", "--to"]
        let summary = try Executable.run(words + ["s.npz"], in: folder).json()
        #expect(summary["count"]?.integer == 50 && summary["samples"]?.string == "s.npz")
        #expect(summary["shape"]?.array == [4] && summary["model"]?.string == "vae")
        let samples = try NPZReader(path: folder.file("s.npz")).array("samples", limit: 1 << 20)
        #expect(samples?.shape == [50, 4])
        #expect(try Executable.run(words + ["s.png"], in: folder).status == 0)
        #expect(try PNG.decode(folder.bytes("s.png")).width == 4 * 192 + 12)
        try FittedRuns.moveData(of: folder.file("vae"))
        let alone = try Executable.run(words + ["t.png"], in: folder)
        #expect(alone.status == 0 && alone.errors.contains("the picture shows the samples alone"))
    }

    @Test(arguments: [("CartPole-v1", "7"), ("FrozenLake-v1", "11"), ("Pendulum-v1", "3"), ("Blackjack-v1", "5")])
    func tracesAreGymnasiums(environment: String, seed: String) throws {
        let expected = try String(contentsOfFile: fixturePath("\(environment).jsonl"), encoding: .utf8)
        let actions = fixturePath("\(environment).actions")
        let folder = try TemporaryFolder()
        let words = ["trace", environment, "--seed", seed, "--actions"]
        #expect(try Executable.run(words + [actions], in: folder).output == expected)
        let text = try String(contentsOfFile: actions, encoding: .utf8)
        let spaced = text.replacingOccurrences(of: "\n", with: " \r\n\n")
        #expect(try Executable.run(words + ["-"], in: folder, input: spaced).output == expected)
    }

    @Test func aTraceEndsInAPicture() throws {
        let folder = try TemporaryFolder()
        func draw(_ actions: String, _ words: String...) throws -> Int32 {
            let trace = ["trace", "grid:open", "--seed", "2", "--actions", "-", "--frame", "p.png"]
            return try Executable.run(trace + words, in: folder, input: actions).status
        }
        func picture(after actions: [Int]) throws -> Frame {
            let batch = try EnvironmentCatalog.make("grid:open", autoreset: .disabled)
            try batch.reset(seed: 2)
            for action in actions {
                batch.actionRows.integers[0] = action
                try batch.step()
            }
            var frame = Frame(batch.frameSize)
            try batch.draw(0, into: &frame)
            return frame
        }
        #expect(try draw("1\n2\n") == 0)
        #expect(try PNG.decode(folder.bytes("p.png")) == picture(after: [1, 2]))
        #expect(try draw("") == 73)
        #expect(try draw("", "--force") == 0)
        #expect(try PNG.decode(folder.bytes("p.png")) == picture(after: []))
    }

    @Test func benchTimesWhatIsAskedFor() throws {
        let folder = try TemporaryFolder()
        let words = ["bench", "infer MLP", "cartpole-v1 n=1", "--seconds", "0.01"]
        let results = try Executable.run(words + ["--json"], in: folder).json()["results"]!.array!
        #expect(
            results.map { $0["name"]?.string } == ["infer MLP 4-128-128-2 b1", "CartPole-v1 n=1024", "CartPole-v1 n=1"])
        #expect(results[0]["microseconds"]!.double! > 0 && results[0]["stepsPerSecond"] == nil)
        #expect(results[1]["stepsPerSecond"]!.double! > 1000 && results[1]["microseconds"] == nil)
        let text = try Executable.run(words, in: folder)
        #expect(text.output.contains(" µs\n") && text.output.contains(" steps/s\n"))
    }
}
