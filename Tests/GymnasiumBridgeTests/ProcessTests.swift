import Environments
import Experience
import Foundation
import Testing

@testable import GymnasiumBridge

/// Processes start and end with their batch.
@Suite struct ProcessTests {
    @Test func childrenEndWithTheirBatch() throws {
        var batch: GymnasiumBatch? = try gym("worlds:Plain-v0", 5, .sameStep, ["children": "3"])
        let processes = batch!.children.processes
        #expect(processes.count == 3 && processes.allSatisfy { kill($0, 0) == 0 })
        try batch!.reset(seed: 1)
        try batch!.step()
        batch = nil
        #expect(areGone(processes))
    }

    @Test func thereAreNoMoreChildrenThanEnvironments() throws {
        #expect(try gym("worlds:Plain-v0", 2, .sameStep, ["children": "9"]).children.processes.count == 2)
    }

    /// A batch's files must not be kept open by the children of another batch.
    @Test func batchesPlaySideBySide() throws {
        var first: GymnasiumBatch? = try gym("worlds:Plain-v0", 2, .sameStep, ["children": "2"])
        let second = try gym("CartPole-v1", 3, .sameStep, ["children": "2"])
        try first!.reset(seed: 1)
        try second.reset(seed: 1)
        for _ in 0..<20 {
            for index in 0..<3 { second.actionRows.integers[index] = index % 2 }
            try first!.step()
            try second.step()
        }
        let processes = first!.children.processes
        first = nil
        #expect(areGone(processes))
        try second.step()
        kill(second.children.processes[0], SIGKILL)
        guard case .died = try fault({ for _ in 0..<5 { try second.step() } }) else {
            Issue.record("expected the end to be noticed")
            return
        }
    }

    @Test func noFilesAreLeftOpen() async {
        await #expect(processExitsWith: .success) {
            func openFiles() throws -> Int {
                try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
            }
            _ = try gym("worlds:Plain-v0", 2)
            let before = try openFiles()
            for _ in 0..<3 {
                _ = try gym("worlds:Plain-v0", 2)
                _ = try? gym("worlds:Plain-v0", 2, .sameStep, ["python": "/nowhere"])
                _ = try? gym("worlds:Nowhere-v0", 2)
            }
            #expect(try openFiles() == before)
        }
    }

    /// Whatever lies in the current folder is not run in place of Python's modules.
    @Test func theCurrentFolderIsNotOnPythonsPath() async {
        await #expect(processExitsWith: .success) {
            let folder = NSTemporaryDirectory() + "reverie-hostile-\(UUID().uuidString)"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let mark = "open('\(folder)/mark', 'a').write(__name__ + '\\n')"
            let names = [
                "json", "fcntl", "mmap", "os", "select", "signal", "socket", "traceback", "random", "copy", "typing",
                "enum", "re", "gymnasium", "numpy", "sitecustomize", "usercustomize", "encodings", "codecs", "worlds",
            ]
            for name in names { try mark.write(toFile: folder + "/\(name).py", atomically: false, encoding: .utf8) }
            #expect(FileManager.default.changeCurrentDirectoryPath(folder))
            for id in ["CartPole-v1", "worlds:Plain-v0"] {
                let batch = try gym(id, 2)
                try batch.reset(seed: 1)
                try batch.step()
            }
            #expect((try? String(contentsOfFile: folder + "/mark", encoding: .utf8)) == nil)
        }
    }

    /// Too few descriptors are not a missing Python.
    @Test func tooFewDescriptorsAreSaid() async {
        await #expect(processExitsWith: .success) {
            _ = try gym("worlds:Plain-v0", 1)
            var refusals = 0
            // Descriptors of the bridge begin at 16; one is too few.
            for more in 1...6 {
                var limits = rlimit(rlim_cur: rlim_t(16 + more), rlim_max: 1024)
                setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits)
                do {
                    _ = try gym("worlds:Plain-v0", 1)
                } catch EnvironmentError.outside(.system(_, _, let reason)) {
                    refusals += 1
                    #expect(reason.contains("Too many open files; raise the limit with 'ulimit -n'"), "\(reason)")
                } catch EnvironmentError.outside(let fault) {
                    // What is enough here may be too few for Python, which then says so itself.
                    if case .missing = fault { Issue.record("with \(more) more: \(fault)") }
                }
            }
            #expect(refusals > 0)
        }
    }

    @Test func stepsAreRefusedAsElsewhere() throws {
        let batch = try gym("worlds:Plain-v0", 2, .disabled, ["length": "2"])
        #expect(throws: EnvironmentError.notReset(environment: batch.id, index: 0)) { try batch.step() }
        #expect(throws: EnvironmentError.notReset(environment: batch.id, index: 0)) { try batch.checkStep() }
        try batch.reset(seed: 1)
        batch.actionRows.integers[1] = 3
        let refusal = EnvironmentError.badAction(
            environment: batch.id, index: 1, action: "3", space: "Discrete(3)")
        #expect(throws: refusal) { try batch.checkStep() }
        #expect(throws: refusal) { try batch.step() }
        batch.actionRows.integers[1] = 2
        for _ in 0..<2 { try batch.step() }
        #expect(throws: EnvironmentError.hasEnded(environment: batch.id, index: 0)) { try batch.step() }
        try batch.reset()
        try batch.step()
    }

    @Test func numbersBeyondABoxAreTheEnvironmentsAffair() throws {
        let batch = try gym("Pendulum-v1")
        try batch.reset(seed: 1)
        batch.actionRows.floats[0] = 3
        try batch.checkStep()
        try batch.step()
        batch.actionRows.floats[0] = .nan
        #expect(throws: EnvironmentError.self) { try batch.step() }
    }
}
