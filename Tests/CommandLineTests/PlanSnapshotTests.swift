import Foundation
import NeuralNetworks
import Storage
import TensorCore
import TestSupport
import Testing

@testable import Benchmarks

/// The plans of the benchmarks' steps: a change in planning shows here as a difference, and
/// `REVERIE_WRITE_FIXTURES=1 swift test` accepts it.
@Suite(.serialized) struct PlanSnapshotTests {
    private static let steps = CheckedStep.all.map(\.name)
    private static var folder: String { joinPath(splitPath(splitPath(#filePath).folder).folder, "Fixtures/plans") }

    private func step(_ name: String) -> CheckedStep { CheckedStep.all.first { $0.name == name }! }

    /// `DQN-step-MLP-4-128-128-2-b64-Adam.txt`
    private func file(_ name: String) -> String {
        let words = name.map { $0.isLetter || $0.isNumber ? $0 : "-" }
        return joinPath(Self.folder, String(words) + ".txt")
    }

    /// Units in order, with operations, shapes, operation counts and bytes; the arena. Nothing depends on the
    /// processor.
    @Test(arguments: steps) func plansAreAsRecorded(name: String) throws {
        let plans = try step(name).firstCall().plans
        let text = plans.map { "\($0.plan.name), \($0.runs) a step\n\($0.plan)\n" }.joined(separator: "\n")
        #expect(try matchesFixture(Array(text.utf8), at: file(name)), "\(file(name))")
    }

    @Test func noFixtureIsLeftOver() throws {
        let expected = Set(Self.steps.map { splitPath(file($0)).name } + ["units.txt"])
        #expect(try Set(FileManager.default.contentsOfDirectory(atPath: Self.folder)) == expected)
    }

    /// One line per step: nodes recorded, units after fusion, bytes of the arena.
    @Test func unitsAreAsRecorded() throws {
        let rows = try CheckedStep.all.map { step in
            let plans = try step.firstCall().plans.map(\.plan)
            let columns = [
                plans.map(\.making.nodes), plans.map(\.steps.count), plans.map(\.arenaBytes),
            ].map { $0.reduce(0, +) }
            #expect(columns[1] < columns[0])
            return "\(step.name): \(columns[0]) nodes, \(columns[1]) units, arena \(columns[2]) B\n"
        }
        #expect(try matchesFixture(Array(rows.joined().utf8), at: joinPath(Self.folder, "units.txt")))
    }

    /// Each run of the plans of three steps has the plain run's results; see ``ShadowCheck``. The switch is global to
    /// the process, so each step has a process of its own.
    @Test(arguments: steps) func runsAgreeWithPlainOnes(name: String) async {
        await #expect(processExitsWith: .success) { [name] in
            ShadowCheck.isEnabled = true
            let plans = try Self.plansAfterThreeSteps(name)
            try RunFaults.throwIfFound()
            let differences = plans.flatMap(\.shadowDifferences)
            guard !differences.isEmpty, differences.allSatisfy({ $0.largest <= $0.allowed }) else {
                fatalError("\(differences)")
            }
        }
    }

    #if os(Linux)
        /// An allocation, even one that is freed at once, ends the process. On one thread, since a pool's thread that
        /// gets its first work only now still has to make its thread-local variables.
        @Test(arguments: steps) func replaysAllocateNothing(name: String) async {
            await #expect(processExitsWith: .success) { [name] in
                Threads.count = 1
                let plans = try Self.plansAfterThreeSteps(name)
                func replay() { for plan in plans { for _ in 0..<3 { plan.run() } } }
                // Unoptimised code makes the types that it needs when it first runs.
                replay()
                withoutMemory(replay)
                guard !plans.isEmpty, plans.allSatisfy({ $0.runCount >= 6 }) else { fatalError("\(plans.count) plans") }
            }
        }
    #endif

    private static func plansAfterThreeSteps(_ name: String) throws -> [Plan] {
        var numbers = BenchmarkNumbers()
        return try Plan.collecting {
            let made = try CheckedStep.all.first { $0.name == name }!.make(&numbers)
            for _ in 0..<3 { try made.run() }
        }.plans.filter { $0.runCount > 0 }
    }
}
