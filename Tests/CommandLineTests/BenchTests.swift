import Foundation
import Storage
import Testing

@testable import Benchmarks
@testable import reverie

/// `bench` times a step only if its results are PyTorch's.
@Suite struct BenchTests {
    private typealias Fault = GoldenLosses.Fault

    static let names = CheckedStep.all.map(\.name)

    /// The step's results from the numbers that the peers start from, with one of its arrays changed if `changed` names
    /// one.
    private func results(of step: CheckedStep, changed parameter: Int? = nil) throws -> [Float] {
        var numbers = BenchmarkNumbers()
        let made = try step.make(&numbers)
        if let parameter {
            made.parameters.variables[parameter].withMutableValues { values in
                for index in values.indices { values[index] = 1.25 * values[index] + 0.05 }
            }
        }
        return try made.results()
    }

    private func step(_ name: String) -> CheckedStep {
        (CheckedStep.all + CheckedStep.scaling).first { $0.name == name }!
    }

    @Test(arguments: names + CheckedStep.scaling.map(\.name))
    func resultsArePyTorchs(name: String) throws {
        try GoldenLosses().check(name, results(of: step(name)))
    }

    /// A change in any of a step's arrays is noticed; for steps with many arrays, in any of five.
    @Test(arguments: names) func aChangedArrayIsFound(name: String) throws {
        var numbers = BenchmarkNumbers()
        let entries = try step(name).make(&numbers).parameters.entries
        // Batch normalisation removes what is constant in a channel.
        let constant = ["generator.0.bias", "generator.4.bias", "discriminator.2.bias"]
        let isConvolutional = name.hasPrefix("DCGAN")
        let chosen = entries.indices.filter { !isConvolutional || !constant.contains(entries[$0].path) }
        for index in chosen where index % max(1, chosen.count / 5) == 0 {
            let changed = try results(of: step(name), changed: index)
            #expect(throws: Fault.self, "\(entries[index].path)") { try GoldenLosses().check(name, changed) }
        }
    }

    @Test func resultsThatAreNoNumbersAreFound() throws {
        var wrong = try results(of: .reinforce)
        wrong[9] = .nan
        #expect(throws: Fault.self) { try GoldenLosses().check(CheckedStep.reinforce.name, wrong) }
        #expect(throws: Fault.self) { try GoldenLosses().check(CheckedStep.reinforce.name, wrong.dropLast()) }
    }

    /// Runs one checked benchmark with a modified file of losses; nil removes the file.
    private func bench(_ change: (String) throws -> String?) throws -> Executable.Result {
        let assets = try TemporaryFolder()
        try createFolder(assets.file("benchmarks"))
        let repository = splitPath(splitPath(splitPath(#filePath).folder).folder).folder
        let real = try String(contentsOfFile: repository + "/assets/benchmarks/losses.json", encoding: .utf8)
        try change(real)?.write(toFile: assets.file("benchmarks/losses.json"), atomically: false, encoding: .utf8)
        let words = ["bench", CheckedStep.reinforce.name, "--seconds", "0.001"]
        return try Executable.run(words, in: TemporaryFolder(), environment: ["REVERIE_ASSETS": assets.path])
    }

    @Test func theRealLossesAreTimed() throws {
        let result = try bench { $0 }
        #expect(result.status == 0 && result.output.contains(" µs\n"), "\(result.errors)")
    }

    @Test(arguments: [
        // The third loss, larger by 6e-6 of it.
        ("0.3387161", "0.3387181", "not timed, since its results are not PyTorch's: result 3 of 10"),
        ("\"REINFORCE step", "\"REINFORCE stop", "there are no losses of 'REINFORCE step MLP 4-128-2 T500'"),
        ("\"losses\"", "\"lost\"", "and 'losses'"),
        ("1e-06", "0", "expected a 'tolerance' above 0"),
        ("\"losses\"", "losses", "expected '\"'"),
    ]) func otherContentIsRefused(part: String, replacement: String, sentence: String) throws {
        let result = try bench { real in
            #expect(real.contains(part))
            return real.replacingOccurrences(of: part, with: replacement)
        }
        #expect(result.status == 65 && result.output.isEmpty)
        #expect(result.errors.contains(sentence), "\(result.errors)")
    }

    @Test func aMissingFileIsNoInput() throws {
        let result = try bench { _ in nil }
        #expect(result.status == 66 && result.output.isEmpty)
        #expect(result.errors.contains("benchmarks/losses.json: there is no such file"), "\(result.errors)")
        let nowhere = ["REVERIE_ASSETS": "/nowhere"]
        #expect(try Executable.run(["bench", "infer"], in: TemporaryFolder(), environment: nowhere).status == 66)
    }

    @Test func environmentsNeedNoFile() throws {
        let words = ["bench", "FrozenLake", "--seconds", "0.001"]
        let result = try Executable.run(words, in: TemporaryFolder(), environment: ["REVERIE_ASSETS": "/nowhere"])
        #expect(result.status == 0, "\(result.errors)")
    }

    /// The text after the timing: limits, what the plan needs, a line per unit.
    @Test func plansAreShown() throws {
        let words = ["bench", "REINFORCE", "--seconds", "0.001", "--plan"]
        let result = try Executable.run(words, in: TemporaryFolder())
        #expect(result.status == 0, "\(result.errors)")
        let units = try CheckedStep.reinforce.firstCall().units
        let lines = result.output.split(separator: "\n").map(String.init)
        #expect(lines[1].hasPrefix("first call ") && lines[2].hasPrefix("limits: "))
        #expect(lines[3].hasPrefix("REINFORCE step: 1 run per step, "))
        #expect(lines[4].contains(" nodes recorded, \(units) units; ") && lines[5].contains("variables "))
        #expect(lines[7].hasSuffix("limit %  step") && lines.count == 9 + units)
        #expect(lines[8].contains(".swift:") && lines.last!.hasSuffix("all \(units) steps"))
    }

    @Test func plansAreDrawn() throws {
        let folder = try TemporaryFolder()
        let words = ["bench", "infer MLP", "--seconds", "0.001", "--dot", "plan.dot"]
        #expect(try Executable.run(words, in: folder).status == 0)
        #expect(folder.text("plan.dot").contains("label=\"infer, "))
        let again = try Executable.run(words, in: folder)
        #expect(again.status == 73 && again.output.isEmpty)
        #expect(try Executable.run(words + ["--force"], in: folder).status == 0)
        #expect(try Executable.run(["bench", "infer", "--dot", "plan.png"], in: folder).status == 64)
        #expect(try Executable.run(["bench", "infer", "--force"], in: folder).status == 64)
        #expect(try Executable.run(["bench", "infer", "--plan", "--json"], in: folder).status == 64)
    }

    @Test func jsonSaysWhatAStepNeeds() throws {
        let words = ["bench", "infer MLP", "FrozenLake-v1 n=1024", "--seconds", "0.001", "--json"]
        let results = try Executable.run(words, in: TemporaryFolder()).json()["results"]?.array
        let step = try #require(results?.first)
        #expect(
            step.names == [
                "name", "microseconds", "units", "peakBytes", "firstCallSeconds", "captureSeconds", "planSeconds",
            ])
        let call = try CheckedStep.inference.firstCall()
        #expect(step["units"]?.integer == call.units && step["peakBytes"]?.integer == call.peakBytes)
        let parts = step["captureSeconds"]!.double! + step["planSeconds"]!.double!
        #expect(parts > 0 && step["firstCallSeconds"]!.double! > parts)
        #expect(results?[1].names == ["name", "stepsPerSecond"])
    }

    @Test func stepsAreComparedWithPlainRuns() throws {
        let result = try Executable.run(["bench", "infer MLP", "--shadow"], in: TemporaryFolder())
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.hasPrefix("infer MLP 4-128-128-2 b1\n  infer: 3 runs, "))
        #expect(try Executable.run(["bench", "infer", "--shadow", "--plan"], in: TemporaryFolder()).status == 64)
    }
}
