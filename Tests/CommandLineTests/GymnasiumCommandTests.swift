import Foundation
import Graphics
import Storage
import Testing

/// Environments of Python's Gymnasium in every command that takes an environment.
@Suite struct GymnasiumCommandTests {
    /// The Python that `make python` installs.
    private static let python: String = {
        let repository = URL(filePath: #filePath).appending(path: "../../..").standardized
        return repository.appending(path: ".build/python/bin/python3").path
    }()

    private func run(
        _ words: String, in folder: TemporaryFolder, input: String = "", _ environment: [String: String?] = [:],
        prefix: String = ""
    ) throws -> Executable.Result {
        try #require(
            FileManager.default.isExecutableFile(atPath: Self.python), "\(Self.python) is not there; run 'make python'")
        let variables = environment.merging(["REVERIE_PYTHON": Self.python]) { given, _ in given }
        return try Executable.run(
            words.split(separator: " ").map(String.init), in: folder, input: input, environment: variables,
            prefix: prefix)
    }

    @Test func tracesAreOurOwns() throws {
        let folder = try TemporaryFolder()
        let actions = (0..<200).map { "\($0 * 7 % 3 % 2)" }.joined(separator: "\n")
        for id in ["CartPole-v1", "FrozenLake-v1"] {
            let bridged = try run("trace gym:\(id) --seed 7 --actions -", in: folder, input: actions)
            #expect(bridged.status == 0, "\(bridged.errors)")
            #expect(try run("trace \(id) --seed 7 --actions -", in: folder, input: actions).output == bridged.output)
        }
    }

    @Test func agentsTrainAndAreEvaluatedButDoNotResume() throws {
        let folder = try TemporaryFolder()
        let trained = try run(
            "train dqn gym:CartPole-v1 --steps 600 --environments 2 --option children=2 --run a --json", in: folder)
        #expect(trained.status == 0, "\(trained.errors)")
        #expect(try trained.json()["steps"]?.integer == 600)
        #expect(folder.text("a/config.toml").contains("children = \"2\""))
        #expect(!exists(folder.file("a/replay")), "experience is of no use where a run can't go on")
        let evaluated = try run("evaluate a --episodes 2 --trust --json", in: folder)
        #expect(evaluated.status == 0, "\(evaluated.errors)")
        let resumed = try run("resume a --trust", in: folder)
        #expect(resumed.status == 65 && resumed.errors.contains("can't save its state"), "\(resumed.errors)")
        let weights = "--weights a/checkpoints/step-600.safetensors --rename layers=network.layers --ignore-extra"
        #expect(resumed.errors.contains("--weights a/checkpoints/step-600.safetensors --ignore-extra"))
        #expect(try run("train dqn gym:CartPole-v1 --steps 100 --run b \(weights)", in: folder).status == 0)
        // The same training in our own world: the same numbers.
        _ = try run("train dqn CartPole-v1 --preset none --steps 600 --environments 2 --run own", in: folder)
        #expect(folder.text("own/episodes.csv") == folder.text("a/episodes.csv"))
    }

    /// JSON has no number that is infinite.
    @Test(arguments: [
        ("reward", #""reward": null,"#), ("observation", #"{"observation": [null, null], "reward": 0.0,"#),
    ]) func infiniteNumbersAreTracedAsNull(place: String, text: String) throws {
        let fixtures = URL(filePath: #filePath).appending(path: "../../Fixtures/GymnasiumBridge").standardized.path
        let words = "trace gym:hostile:Hostile-v0 --option kind=\(place):infinite --actions -"
        let traced = try run(words, in: TemporaryFolder(), input: "0\n1\n", ["PYTHONPATH": fixtures])
        let lines = traced.output.split(separator: "\n")
        #expect(traced.status == 0 && lines.count == 3, "\(traced.errors)")
        for line in lines { _ = try JSON(parsing: Array(line.utf8)[...], file: "") }
        #expect(lines.dropFirst().allSatisfy { $0.contains(text) }, "\(traced.output)")
    }

    /// A discrete space that Gymnasium counts from another number than 0.
    @Test func actionsAreWrittenInGymnasiumsNumbers() throws {
        let folder = try TemporaryFolder()
        let worlds = URL(filePath: #filePath).appending(path: "../../Fixtures/GymnasiumBridge").standardized.path
        let path = ["PYTHONPATH": worlds]
        let subject = "gym:worlds:Strange-v0 --option actions=started --option observations=counts"
        let traced = try run("trace \(subject) --seed 1 --actions -", in: folder, input: "-1\n1\n0\n", path)
        let lines = traced.output.split(separator: "\n")
        #expect(traced.status == 0 && lines.count == 4, "\(traced.errors)")
        // The reward is the action.
        for (line, reward) in zip(lines.dropFirst(), ["-1.0", "1.0", "0.0"]) {
            #expect(line.contains("\"reward\": \(reward),"), "\(line)")
        }
        for line in lines {
            let observation = try JSON(parsing: Array(line.utf8)[...], file: "")["observation"]
            let numbers = observation?.array?.compactMap(\.integer) ?? []
            try #require(numbers.count == 2, "\(line)")
            #expect(1...3 ~= numbers[0] && 10...13 ~= numbers[1], "\(line)")
        }
        let refused = try run("trace \(subject) --actions -", in: folder, input: "2\n", path)
        #expect(refused.status == 65 && refused.errors.contains("expected an action from -1 to 1, found '2'"))

        let limit = "--option max_episode_steps=9"
        let recorded = try run("record \(subject) \(limit) --episodes 2 --to a.npz", in: folder, path)
        #expect(recorded.status == 0, "\(recorded.errors)")
        let script =
            "import numpy, sys; a = numpy.load(sys.argv[1]); print(sorted(set(a['actions'].tolist())), "
            + "(a['actions'] == a['rewards']).all(), a['observations'].min(0).tolist())"
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(filePath: Self.python)
        process.arguments = ["-c", script, folder.file("a.npz")]
        process.standardOutput = output
        try process.run()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        #expect(text == "[-1, 0, 1] True [1, 10]\n")
        // What is read back is played again.
        let watched = try run("watch a.npz --trust --frames 30", in: folder, path)
        #expect(watched.status == 0, "\(watched.errors)")
        let fitted = try run(
            "fit rbm a.npz --trust --option rollout=frames --option frameSide=8 --set epochs=1 --run b", in: folder,
            path)
        #expect(fitted.errors.contains("draws none") || fitted.status == 0, "\(fitted.errors)")
    }

    /// Several numbers, choices or bits per action, in every command that reads, plays or writes them.
    @Test(arguments: [
        ("pair", "-1 0.5\n2 7\n", ["0.0", "16.0"], "x 1", "2 numbers in Box([-2.0 0.0], [2.0 inf], (2,), float32)"),
        ("counted", "1 10 -2 0\n3 13 -1 4\n", ["15.0", "42.0"], "0 10 -2 0", "4 numbers in MultiDiscrete([[3 4]"),
        ("grid", "1 0 0 0 0 1\n1 1 1 1 1 1\n", ["7.0", "21.0"], "0 0 0 0 0 2", "6 numbers in MultiBinary((2, 3))"),
    ]) func actionsOfEveryKind(name: String, actions: String, rewards: [String], bad: String, expected: String) throws {
        let folder = try TemporaryFolder()
        let worlds = URL(filePath: #filePath).appending(path: "../../Fixtures/GymnasiumBridge").standardized.path
        let path = ["PYTHONPATH": worlds]
        let subject = "gym:worlds:Strange-v0 --option actions=\(name)"
        let traced = try run("trace \(subject) --actions -", in: folder, input: actions, path)
        let lines = traced.output.split(separator: "\n")
        #expect(traced.status == 0 && lines.count == 3, "\(traced.errors)")
        for (line, reward) in zip(lines.dropFirst(), rewards) { #expect(line.contains("\"reward\": \(reward),")) }
        let refused = try run("trace \(subject) --actions -", in: folder, input: bad, path)
        #expect(refused.status == 65 && refused.errors.contains("expected \(expected)"), "\(refused.errors)")

        let limit = "--option max_episode_steps=9"
        let recorded = try run("record \(subject) \(limit) --episodes 2 --to a.npz", in: folder, path)
        // An agent that samples actions can't sample numbers without bounds.
        if name == "pair" {
            #expect(recorded.errors.contains("a bounded box"), "\(recorded.errors)")
            return
        }
        #expect(recorded.status == 0, "\(recorded.errors)")
        let watched = try run("watch a.npz --trust --frames 30", in: folder, path)
        #expect(watched.status == 0, "\(watched.errors)")
        let played = try run("play \(subject) --frames 5", in: folder, path)
        #expect(played.status == 0, "\(played.errors)")
    }

    @Test func aStoppedTrainingSaysWhatIsLeft() throws {
        let folder = try TemporaryFolder()
        let begun = "[ -e a/metrics.jsonl -a -e a/checkpoints/step-0.safetensors ]"
        let interruption = "(until \(begun); do sleep 0.1; done; sleep 1; kill -INT $$) &"
        let stopped = try run(
            "train random gym:CartPole-v1 --steps 100000000 --run a", in: folder, prefix: interruption)
        #expect(stopped.status == 130)
        #expect(stopped.errors.contains("the agent was saved, but its environments can't be"), "\(stopped.errors)")
    }

    @Test func gamesAreRecordedAndWatched() throws {
        let folder = try TemporaryFolder()
        let recorded = try run(
            "record gym:ALE/Breakout-v5 --option max_episode_steps=30 --episodes 1 --to a.npz --video a.gif", in: folder
        )
        #expect(recorded.status == 0, "\(recorded.errors)")
        #expect(try folder.bytes("a.gif").count > 1000)
        for subject in ["gym:ALE/Breakout-v5", "a.npz --trust"] {
            let watched = try run("watch \(subject) --frames 12 --screenshot-after 10", in: folder)
            #expect(watched.status == 0 && watched.errors.isEmpty, "\(watched.errors)")
        }
        #expect(try PNG.decode(folder.bytes("random-in-gym-ale-breakout-v5-1.png")).width == 960)
        #expect(exists(folder.file("gym-ale-breakout-v5-recording-1.png")))
    }

    @Test func anEnvironmentIsListedAndChecked() throws {
        let folder = try TemporaryFolder()
        let listed = try run("list environments gym:Pendulum-v1 --json", in: folder).json()
        #expect(listed["stepLimit"]?.integer == 200)
        #expect(listed["actionSpace"]?.string == "Box(-2.0, 2.0, (1,), float32)")
        let checked = try run("check gym:ALE/Breakout-v5 --option obs_type=ram --steps 20", in: folder)
        #expect(checked.status == 0, "\(checked.errors)\(checked.output)")
        #expect(checked.output.contains("it can't be saved") && checked.output.contains("it can't be copied"))
    }

    @Test(arguments: [
        ("trace gym:CartPole-v1 --option python=/nowhere --actions -", Int32(69), "install python3, or name another"),
        ("watch gym:LunarLander-v3", 69, "gymnasium[box2d]"),
        ("list environments gym:CartPol-v1", 64, "Did you mean: `CartPole`?"),
        ("trace gym:CartPole-v1 --wrap flatten --actions -", 64, "register a wrapped one there"),
        ("trace gym:CartPole-v1 --option timeout=x --actions -", 64, "option timeout: expected a number"),
        ("trace gym:CartPole-v1 --option python=/bin/true --actions -", 74, "ended with exit code 0"),
        ("record gym:CartPole-v1 --to a.npz --video a.gif", 69, "gymnasium[classic-control]"),
    ]) func mistakesAreExplained(words: String, status: Int32, sentence: String) throws {
        let folder = try TemporaryFolder()
        let result = try run(words, in: folder)
        #expect(result.status == status && result.errors.contains(sentence), "\(words): \(result.errors)")
        #expect(result.output.isEmpty && folder.content().isEmpty)
    }

    @Test func noChildOutlivesAKilledParent() throws {
        let folder = try TemporaryFolder()
        let process = Process()
        process.executableURL = URL(filePath: Executable.path)
        process.arguments = ["train", "random", "gym:CartPole-v1", "--environments", "2", "--steps", "1000000000"]
        process.arguments! += ["--option", "children=2", "--run", "a"]
        process.currentDirectoryURL = URL(filePath: folder.path)
        process.environment = Executable.variables(["REVERIE_PYTHON": Self.python])
        process.standardError = FileHandle.nullDevice
        try process.run()
        func wait(until condition: () throws -> Bool) rethrows -> Bool {
            for _ in 0..<6000 {
                if try condition() { return true }
                usleep(10_000)
            }
            return false
        }
        #expect(wait { exists(folder.file("a/checkpoints/step-0.safetensors")) }, "the environments are playing")
        let children = Self.children(of: process.processIdentifier)
        #expect(children.count == 2)
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        #expect(wait { children.allSatisfy { !Self.isRunning($0) } })
    }

    private static func status(_ process: Int32) -> [Substring] {
        let text = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
        // The program's name, in parentheses, may hold anything.
        return text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
    }

    private static func children(of parent: Int32) -> [Int32] {
        let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc"))?.compactMap { Int32($0) } ?? []
        return processes.filter { status($0).dropFirst(2).first == "\(parent)" }
    }

    private static func isRunning(_ process: Int32) -> Bool {
        let status = status(process)
        return status.count > 1 && !["Z", "X"].contains(status[1])
    }
}
