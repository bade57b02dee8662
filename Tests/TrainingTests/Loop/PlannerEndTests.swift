import Agents
import Environments
import Storage
import Testing

@testable import Training

/// What training says at the end of planning, and how it stops.
@Suite struct PlannerEndTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private static func run(_ agent: String, _ settings: [String] = []) throws -> TrainingRun {
        var flags = TrainingRun.Flags()
        (flags.run, flags.settings) = (["steps": 5000], settings)
        return try TrainingRun(agent: agent, environment: "CliffWalking-v1", flags: flags)
    }

    @Test func plannersSaySweepsAndTheStartsValue() throws {
        let run = try Self.run("value-iteration", ["discount=1"])
        let summary = try #require(try TrainingSession(run, folder: folder.file("a"), overwrite: false).train())
        let sweeps = try #require(summary["sweeps"]?.integer)
        // The way along the cliff takes 13 steps.
        #expect(summary["startValue"]?.double == -13 && sweeps > 1 && summary["isFinished"] == true)
        #expect(
            TrainingSummary.text(summary).hasSuffix(
                "\nplanning finished after \(sweeps) sweeps, value of the start -13"))
    }

    /// An evaluation whose sweeps never converge heeds the interruption, and the run continues as if nothing had been.
    @Test func aStepThatTakesForEverIsInterrupted() throws {
        let run = try Self.run("policy-iteration", ["discount=1", "tolerance=0", "evaluationSweeps=1000000000"])
        let session = try TrainingSession(run, folder: folder.file("b"), overwrite: false)
        var asked = 0
        let summary = try session.train {
            asked += 1
            return asked > 20
        }
        #expect(summary == nil && asked > 20 && session.trainer.isBetweenStates)
        #expect(try RunFolder(opening: folder.file("b")).checkpointSteps() == [0])
        let resumed = try TrainingSession(resuming: folder.file("b"))
        #expect(resumed.trainer.steps == 0 && resumed.trainer.agent.updates == 0)
    }
}
