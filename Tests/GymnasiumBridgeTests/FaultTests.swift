import Environments
import Foundation
import Storage
import Testing

@testable import GymnasiumBridge

/// Whatever a child does, a typed error is thrown in time, and no process is left.
@Suite struct FaultTests {
    /// A batch of 3 environments on 2 children, the second of which misbehaves: environment 1 or 2.
    private func playing(_ fault: String, when: String = "step", at: Int = 3, timeout: String = "20") throws
        -> GymnasiumBatch
    {
        let options = ["fault": fault, "when": when, "at": "\(at)", "timeout": timeout, "children": "2"]
        return try gym("worlds:Faulty-v0", 3, .sameStep, options)
    }

    /// Plays until the fault, which all later calls must throw again, with every process gone.
    private func found(_ batch: GymnasiumBatch, calling call: String = "step") throws -> OutsideFault {
        let processes = batch.children.processes
        let first = try fault {
            try batch.reset(seed: 1)
            for _ in 0..<5 { try batch.step() }
        }
        #expect(areGone(processes))
        for _ in 0..<2 {
            #expect(throws: EnvironmentError.outside(first)) { try batch.reset(seed: 1) }
            #expect(throws: EnvironmentError.self) { try batch.step() }
        }
        return first
    }

    @Test func errorsOfTheEnvironmentAreToldWithTheirPlace() throws {
        let found = try found(playing("raises"))
        guard case .raised("gym:worlds:Faulty-v0", 0, "step", let error) = found else {
            Issue.record("\(found)")
            return
        }
        #expect(error.hasPrefix("RuntimeError: the moon is in the wrong house (") && error.contains("worlds.py, line "))
    }

    @Test func errorsOfResetAndMakingAreTold() throws {
        guard case .raised(_, 0, "reset", _) = try found(playing("raises", when: "reset")) else {
            Issue.record("expected an error of reset")
            return
        }
        let made = try fault { _ = try playing("raises", when: "init") }
        guard case .notMade(_, let reason) = made else {
            Issue.record("\(made)")
            return
        }
        #expect(reason.contains("the moon"))
    }

    @Test(arguments: [
        ("exits", "ended with exit code 3", "so long"), ("leaves", "ended with exit code 4", "thanks for the fish"),
        ("dies", "was killed by signal 9 (Killed)", ""), ("crashes", "was killed by signal 11", ""),
    ]) func endsAreReportedWithLastWords(what: String, how: String, words: String) throws {
        let found = try found(playing(what))
        guard case .died(_, 0...0, "step", let end, let last) = found else {
            Issue.record("\(found)")
            return
        }
        #expect(end.hasPrefix(how) && (words.isEmpty || last.contains(words)), "\(found)")
        #expect("\(found)".hasPrefix("gym:worlds:Faulty-v0, environment 0: its process \(how)"))
    }

    @Test func theOneThatDiesIsNamed() throws {
        let batch = try gym("worlds:Plain-v0", 5, .sameStep, ["children": "2"])
        try batch.reset(seed: 1)
        try batch.step()
        let processes = batch.children.processes
        kill(processes[1], SIGKILL)
        let found = try fault { for _ in 0..<10 { try batch.step() } }
        guard case .died(_, let indices, _, "was killed by signal 9 (Killed)", "") = found else {
            Issue.record("\(found)")
            return
        }
        #expect(2...4 ~= indices.lowerBound && indices.count == 1)
        #expect(areGone(processes))
    }

    @Test(arguments: ["hangs", "hangs_in_c"]) func whoeverHangsIsEndedInTime(what: String) throws {
        let batch = try playing(what, timeout: "1")
        let start = Date()
        let found = try found(batch)
        guard case .silent(_, 0...0, "step", 1, let words) = found else {
            Issue.record("\(found)")
            return
        }
        #expect(Date().timeIntervalSince(start) < 30 && (what != "hangs" || words == "only a moment"))
    }

    /// The start has a limit of its own, since importing large packages is slow.
    @Test func aStartThatHangsIsEndedInTime() throws {
        let options = ["kind": "make:stops", "start-timeout": "4", "children": "1"]
        let found = try fault { _ = try gym("hostile:Hostile-v0", 1, .sameStep, options) }
        guard case .silent(_, 0...0, _, 4, _) = found else {
            Issue.record("\(found)")
            return
        }
    }

    @Test func muchTalkIsNoFault() throws {
        let batch = try playing("babbles", timeout: "60")
        try batch.reset(seed: 1)
        for _ in 0..<4 { try batch.step() }
        kill(batch.children.processes[0], SIGKILL)
        let found = try fault { for _ in 0..<10 { try batch.step() } }
        guard case .died(_, _, _, _, let words) = found else {
            Issue.record("\(found)")
            return
        }
        #expect(words.hasSuffix("line 19999 of what nobody reads") && words.utf8.count < 5000)
    }

    @Test func nonsenseIsRefused() throws {
        let found = try found(playing("answers"))
        guard case .nonsense(_, 0...0, "step", let found, _) = found else {
            Issue.record("\(found)")
            return
        }
        #expect(found == "the byte 98")
    }

    @Test(arguments: [
        ("nan", "step", "a NaN as number 2 of the observation"), ("nan_reward", "step", "a NaN as the reward"),
        ("no_reward", "step", "None"), ("four", "step", "a tuple of 4"), ("nothing", "step", "None"),
        ("bare", "reset", "float64 of shape (2, 2)"), ("shape", "step", "float64 of shape (3, 2)"),
        ("shape", "reset", "float64 of shape (3, 2)"), ("text", "step", "'north'"), ("bad_mask", "step", "shape (4,)"),
    ]) func whatBreaksTheRulesIsRefused(what: String, call: String, text: String) throws {
        let found = try found(playing(what, when: call), calling: call)
        guard case .broken(_, 0, call, _, let given) = found else {
            Issue.record("\(found)")
            return
        }
        #expect(given.contains(text), "\(found)")
    }

    @Test func aNumberOutsideTheSpaceIsRefused() throws {
        let found = try fault {
            let batch = try gym("worlds:Strange-v0", 1, .disabled, ["beyond": "true"])
            try batch.reset(seed: 1)
            try batch.step()
        }
        #expect("\(found)".contains("expected step to return a number from 0 to 1 as the observation, found"))
    }

    // MARK: Programs that are no Python

    private func started(_ script: String) throws -> (fault: OutsideFault, seconds: Double) {
        var options = try GymnasiumOptions(
            EnvironmentOptions(["python": joinPath(Python.fixtures, "children/\(script).sh")]), count: 2)
        options.startTimeout = 2
        let start = Date()
        let fault = try fault {
            _ = try GymnasiumBatch("gym:X-v0", count: 2, autoreset: .sameStep, options: options)
        }
        return (fault, Date().timeIntervalSince(start))
    }

    @Test func aProgramThatEndsIsReported() throws {
        let found = try started("ends").fault
        guard case .died("gym:X-v0", _, "the start", "ended with exit code 7", "no time for this") = found else {
            Issue.record("\(found)")
            return
        }
    }

    @Test(arguments: [("babbles", "'good morning'"), ("describes", "observationSpace")])
    func aProgramThatSpeaksOtherwiseIsReported(script: String, text: String) throws {
        let found = try started(script).fault
        guard case .nonsense(_, _, "the start", let given, _) = found else {
            Issue.record("\(found)")
            return
        }
        #expect(given.contains(text))
    }

    @Test func aProgramThatNeverAnswersIsReportedInTime() throws {
        let found = try started("is_silent")
        #expect(found.seconds < 20)
        guard case .silent(_, _, "the start", 2, "hm") = found.fault else {
            Issue.record("\(found)")
            return
        }
    }

    @Test func aProgramThatHangsUpIsReported() throws {
        let found = try started("hangs_up").fault
        guard case .died(_, _, "the start", "closed its connection", _) = found else {
            Issue.record("\(found)")
            return
        }
    }

    // MARK: What is not there

    private func sentence(_ id: String, _ options: [String: String] = [:]) throws -> String {
        "\(try fault { _ = try gym(id, 1, .disabled, options) })"
    }

    @Test func whatIsMissingIsNamedWithTheNextThingToTry() throws {
        #expect(try sentence("CartPole-v1", ["python": "/nowhere/python"]).contains("install python3, or name another"))
        #expect(try sentence("CartPol-v1").contains("Did you mean: `CartPole`?"))
        #expect(try sentence("CartPole-v9").contains("can't be made: Environment version"))
        #expect(try sentence("LunarLander-v3").contains("gymnasium[box2d]"))
        #expect(try sentence("nowhere:X-v0").contains("No module named 'nowhere'"))
        #expect(try sentence("Nowhere/X-v0").contains("gym:MODULE:Nowhere/X-v0"))
        #expect(try sentence("").contains("can't be made"))
        #expect(try sentence("CartPole-v1", ["lenght": "3"]).contains("lenght"))
        #expect(try sentence("ALE/Nonsense-v5").contains("can't be made"))
    }

    @Test func aPythonWithoutGymnasiumIsTold() throws {
        // Python's own interpreter, not the virtual environment's: without its packages.
        let folder = NSTemporaryDirectory() + "reverie-bare-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let process = Process()
        process.executableURL = URL(filePath: try Python.path())
        process.arguments = ["-m", "venv", "--without-pip", folder]
        try process.run()
        process.waitUntilExit()
        let text = try sentence("CartPole-v1", ["python": folder + "/bin/python3"])
        #expect(text.contains("needs the Python package"))
        #expect(text.hasSuffix("install it with: \(folder)/bin/python3 -m pip install gymnasium"))
    }

    @Test(arguments: [
        ("timeout", "soon"), ("timeout", "0"), ("start-timeout", "0"), ("children", "0"), ("atari", "yes"),
        ("python", ""), ("max_episode_steps", "0"),
    ]) func badOptionsAreRefused(name: String, value: String) throws {
        let error = #expect(throws: EnvironmentError.self) { try gym("CartPole-v1", 1, .disabled, [name: value]) }
        guard case .badValue(name, value, _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func wrappersAreRefusedWithAnotherWay() throws {
        let error = #expect(throws: EnvironmentError.self) { try gym("CartPole-v1", 1, .disabled, ["wrap": "flatten"]) }
        #expect("\(error!)".contains("register a wrapped one there"))
    }
}
