import Foundation
import Glibc
import Rollouts
import Storage
import Testing

/// A closed terminal, Ctrl-C, `kill`, and streams that nobody reads any more.
@Suite struct SignalTests {
    /// A shell's command that sends signals to the process once a shell condition holds.
    private static func when(_ condition: String, send signals: [String]) -> String {
        let kills = signals.map { "kill -\($0) $$" }.joined(separator: "; ")
        return "(until \(condition); do kill -0 $$ || exit; sleep 0.01; done; \(kills)) 2>/dev/null &"
    }

    /// Whether a command shows its progress, in the file `err`: from then on it watches for signals.
    private static let isUnderWay = "grep -q '^0%' err"

    private func run(
        _ words: String, in folder: TemporaryFolder, prefix: String = "", redirection: String = ""
    ) throws -> Executable.Result {
        var result = try Executable.run(
            words.split(separator: " ").map(String.init), in: folder, prefix: prefix, redirection: redirection)
        if result.errors.isEmpty { result.errors = folder.text("err") }
        return result
    }

    /// All of them save and stop, with one exit code; a second SIGHUP, which a closed terminal may send, costs nothing.
    @Test(arguments: [["INT"], ["TERM"], ["HUP"], ["HUP", "HUP", "HUP"], ["HUP", "TERM"]])
    func trainingIsSaved(signals: [String]) throws {
        let folder = try TemporaryFolder()
        let prefix = Self.when(Self.isUnderWay, send: signals)
        let words = "train q-learning FrozenLake-v1 --steps 1000000000 --run r"
        let result = try run(words, in: folder, prefix: prefix, redirection: "2>err")
        #expect(result.status == 130 && result.errors.contains("stopped and saved"), "\(result)")
        let names = folder.content().filter { $0.hasPrefix("r/checkpoints/step-") }
        #expect(names.contains { $0 != "r/checkpoints/step-0.safetensors" }, "\(names)")
    }

    @Test(arguments: [
        "fit nade bars-and-stripes --set epochs=1000000 --run r",
        "train q-learning FrozenLake-v1 --steps 1000000000 --seeds 0..1 --jobs 2 --run r",
    ]) func fitsAndSeveralSeedsAreSaved(words: String) throws {
        let folder = try TemporaryFolder()
        let prefix = Self.when(Self.isUnderWay, send: ["HUP", "HUP"])
        let result = try run(words, in: folder, prefix: prefix, redirection: "2>err")
        #expect(result.status == 130 && result.errors.contains("stopped and saved"), "\(result)")
        #expect(!folder.content().contains { $0.hasSuffix("summary.json") })
    }

    @Test(arguments: ["TERM", "HUP"]) func aRecordingIsKept(signal: String) throws {
        let folder = try TemporaryFolder()
        let size = "[ $(stat -c %s r.npz.spool 2>/dev/null || echo 0) -gt 65536 ]"
        let words = "record CartPole-v1 --episodes 10000000 --to r.npz --video r.gif"
        let result = try run(words, in: folder, prefix: Self.when(size, send: [signal]))
        #expect(result.status == 130 && result.errors.contains("stopped: r.npz and r.gif holds the"), "\(result)")
        #expect(folder.content() == ["r.gif", "r.npz"])
        #expect(try !Rollout(contentsOf: folder.file("r.npz")).episodes.isEmpty)
    }

    /// What `nohup` protects goes on.
    @Test func anIgnoredHangUpStaysIgnored() throws {
        let folder = try TemporaryFolder()
        let prefix = "trap '' HUP;" + Self.when(Self.isUnderWay, send: ["HUP"])
        let words = "train q-learning FrozenLake-v1 --steps 200000 --run r"
        let result = try run(words, in: folder, prefix: prefix, redirection: "2>err")
        #expect(result.status == 0 && exists(folder.file("r/summary.json")), "\(result)")
    }

    /// A command without anything to save ends at once, with the same exit code.
    @Test(arguments: ["INT", "TERM", "HUP"]) func nothingToSave(signal: String) throws {
        let folder = try TemporaryFolder()
        // It waits for actions that never come. Bit 0 of the mask of handled signals is SIGHUP.
        let handles = "grep -q '^reverie' /proc/$$/comm && grep -q '^SigCgt:.*[13579bdf]$' /proc/$$/status"
        let prefix = "mkfifo p; exec 9<>p; " + Self.when(handles, send: [signal])
        let words = "trace FrozenLake-v1 --actions -"
        #expect(try run(words, in: folder, prefix: prefix, redirection: "<&9").status == 130)
    }

    /// Too few descriptors are called what they are, and change nothing that a raised limit doesn't mend.
    @Test(arguments: [5, 6, 7]) func tooFewDescriptors(limit: Int) throws {
        let folder = try TemporaryFolder()
        let words = "train q-learning FrozenLake-v1 --steps 300 --run r --resume"
        // The shell itself needs more of them than the command.
        let limited = "exec() { builtin exec prlimit --nofile=\(limit) \"$@\"; };"
        let result = try run(words, in: folder, prefix: limited)
        #expect(result.status == 74 && result.errors.contains("Too many open files; raise the limit"), "\(result)")
        #expect(try run(words, in: folder).status == 0)
    }

    /// A pipe whose reader has gone away.
    private func runWithoutReader(
        _ words: String, of stream: ReferenceWritableKeyPath<Process, Any?>, in folder: TemporaryFolder
    ) throws -> (reason: Process.TerminationReason, status: Int32) {
        let pipe = Pipe()
        try pipe.fileHandleForReading.close()
        let process = Process()
        process.executableURL = URL(filePath: Executable.path)
        process.arguments = words.split(separator: " ").map(String.init)
        process.currentDirectoryURL = URL(filePath: folder.path)
        process.environment = Executable.variables([:])
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        process[keyPath: stream] = pipe.fileHandleForWriting
        try process.run()
        process.waitUntilExit()
        return (process.terminationReason, process.terminationStatus)
    }

    /// Progress that nobody can read is no reason to stop.
    @Test(arguments: [
        "train q-learning FrozenLake-v1 --steps 3000 --run r", "fit nade bars-and-stripes --set epochs=3 --run r",
        "train q-learning FrozenLake-v1 --steps 3000 --seeds 0..1 --run r",
        "record FrozenLake-v1 --episodes 3 --to r.npz",
    ]) func progressThatNobodyReads(words: String) throws {
        let folder = try TemporaryFolder()
        let result = try runWithoutReader(words, of: \.standardError, in: folder)
        #expect(result.reason == .exit && result.status == 0, "\(result)")
        let results = ["r/summary.json", "r/seed-1/summary.json", "r.npz"]
        #expect(results.contains { exists(folder.file($0)) })
    }

    /// A result that nobody reads ends the command quietly, as `| head` expects, but only once all is saved; and it is
    /// no success.
    @Test func resultsThatNobodyReads() throws {
        let folder = try TemporaryFolder()
        let list = try runWithoutReader("list environments", of: \.standardOutput, in: folder)
        #expect(list.reason == .uncaughtSignal && list.status == SIGPIPE, "\(list)")
        let train = "train q-learning FrozenLake-v1 --steps 3000 --json --run r"
        let trained = try runWithoutReader(train, of: \.standardOutput, in: folder)
        #expect(trained.reason == .uncaughtSignal && trained.status == SIGPIPE, "\(trained)")
        #expect(exists(folder.file("r/summary.json")))
    }
}
