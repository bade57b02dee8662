import Configuration
import Foundation
import Random
import Storage
import Testing

@testable import Training

/// A run that was stopped and resumed ends like one that was not, bit for bit.
@Suite struct ResumeTests {
    private let folder = NSTemporaryDirectory() + "reverie-resume-\(UUID().uuidString)"

    struct Subject: CustomTestStringConvertible, Sendable {
        var agent: String
        var environment: String
        var steps: Int
        var settings: [String]
        var environments = 3
        var options: [String: String] = [:]
        var testDescription: String { "\(agent) in \(environment)" }

        func run() throws -> TrainingRun {
            var flags = TrainingRun.Flags()
            flags.run = ["steps": steps, "seed": 1_000, "environments": environments]
            flags.settings = settings
            flags.environmentOptions = options
            return try TrainingRun(agent: agent, environment: environment, flags: flags)
        }
    }

    private static let table = Subject(
        agent: "q-learning", environment: "FrozenLake-v1", steps: 3_000, settings: [], environments: 1)

    /// An off-policy actor-critic that learns little and often.
    private static let small = [
        "hiddenSizes=[8]", "batchSize=8", "learningStart=100", "replayCapacity=400", "updatesPerRound=1",
    ]

    static let subjects = [
        Subject(
            agent: "dqn", environment: "CartPole-v1", steps: 3_000,
            settings: [
                "learningStart=200", "replayCapacity=700", "hiddenSizes=[16]", "targetEvery=100", "targetRate=0.5",
                "learningRateSteps=3000",
            ]),
        Subject(agent: "dqn", environment: "FrozenLake-v1", steps: 1_500, settings: ["hiddenSizes=[16]"]),
        Subject(
            agent: "dqn", environment: "MinAtar/Breakout-v0", steps: 1_200,
            settings: ["learningStart=100", "replayCapacity=300", "batchSize=8", "optimizer=centredRMSprop"]),
        Subject(
            agent: "dqn", environment: "Arcade/Pong-v0", steps: 900,
            settings: ["learningStart=100", "replayCapacity=400", "batchSize=2", "trainEvery=30", "double=true"],
            options: ["preprocess": "nature", "screen_size": "36", "frame_skip": "16"]),
        Subject(agent: "reinforce", environment: "CartPole-v1", steps: 4_000, settings: ["episodesPerUpdate=5"]),
        Subject(
            agent: "cem", environment: "CartPole-v1", steps: 4_000,
            settings: ["population=10", "episodesPerCandidate=2"]),
        Subject(
            agent: "cma-es", environment: "Pendulum-v1", steps: 9_000,
            settings: ["hiddenSizes=[4]", "population=7", "acting=best"]),
        Subject(agent: "actor-critic", environment: "MinAtar/Breakout-v0", steps: 400, settings: []),
        Subject(
            agent: "a2c", environment: "CartPole-v1", steps: 3_000,
            settings: ["memory=gru", "normalizeObservations=true", "normalizeRewards=true"]),
        Subject(
            agent: "ppo", environment: "Pendulum-v1", steps: 3_000,
            settings: ["windowSteps=256", "stateDependentNoise=true", "noiseEvery=16", "epochs=2"]),
        Subject(
            agent: "ppo", environment: "FrozenLake-v1", steps: 3_000,
            settings: ["windowSteps=128", "memory=lstm", "scheduleSteps=2000", "finalClip=0"]),
        Subject(
            agent: "ddpg", environment: "Pendulum-v1", steps: 1_500,
            settings: small + ["noise=ornsteinUhlenbeck", "normalizeObservations=true"]),
        Subject(agent: "td3", environment: "MountainCarContinuous-v0", steps: 1_500, settings: small + ["nStep=3"]),
        Subject(agent: "sac", environment: "Pendulum-v1", steps: 1_500, settings: small),
        Subject(
            agent: "sac", environment: "Pendulum-v1", steps: 1_500,
            settings: small + ["stateDependentNoise=true", "trainEvery=8", "tuning=false"]),
        Subject(agent: "sac", environment: "CartPole-v1", steps: 1_500, settings: small),
        Subject(
            agent: "pqn", environment: "CartPole-v1", steps: 3_000,
            settings: ["windowSteps=64", "minibatchSize=64", "explorationSteps=2000", "normalizeRewards=true"]),
        Subject(agent: "stream-q", environment: "CartPole-v1", steps: 900, settings: [], environments: 1),
        Subject(agent: "stream-ac", environment: "Pendulum-v1", steps: 900, settings: [], environments: 1),
        table,
        Subject(agent: "random", environment: "grid:four-rooms", steps: 2_000, settings: []),
    ]

    /// The last checkpoint and all logs but TensorBoard's, which holds times of day.
    private func results(_ path: String) throws -> [[UInt8]] {
        let run = try RunFolder(opening: path)
        return try [run.lastCheckpointPath(), run.episodesPath, run.metricsPath].map {
            try InputFile.bytes(of: $0, limit: 1 << 30)
        }
    }

    @Test(arguments: subjects)
    func endsAsIfNeverStopped(_ subject: Subject) throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let (whole, stopped) = (folder + "/whole", folder + "/stopped")
        #expect(try TrainingSession(subject.run(), folder: whole, overwrite: false).train() != nil)
        var session = try TrainingSession(subject.run(), folder: stopped, overwrite: false)
        var random = RandomStream(seed: 5)
        var stops = 0
        while true {
            // Sometimes at once, sometimes later.
            var left = random.integers(below: subject.steps / 4)
            let summary = try session.train {
                left -= 1
                return left < 0
            }
            if summary != nil { break }
            stops += 1
            session = try TrainingSession(resuming: stopped)
        }
        #expect(stops >= 1)
        #expect(try results(stopped) == results(whole))
    }

    /// As after a kill: the session is dropped at once, and everything since its last checkpoint is lost.
    @Test(arguments: subjects)
    func goesOnFromTheLastCheckpoint(_ subject: Subject) throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        struct Killed: Error {}
        let (whole, killed) = (folder + "/whole", folder + "/killed")
        _ = try TrainingSession(subject.run(), folder: whole, overwrite: false).train()
        var left = subject.steps / subject.environments * 2 / 3
        #expect(throws: Killed.self) {
            try TrainingSession(subject.run(), folder: killed, overwrite: false).trainThrowing {
                left -= 1
                if left < 0 { throw Killed() }
            }
        }
        #expect(try TrainingSession(resuming: killed).train() != nil)
        #expect(try results(killed) == results(whole))
    }

    @Test func aFinishedRunStaysAsItIs() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let run = try Self.table.run()
        _ = try TrainingSession(run, folder: folder, overwrite: false).train()
        let before = try results(folder)
        #expect(try TrainingSession(resuming: folder).train() != nil)
        #expect(try results(folder) == before)
    }

    @Test func continuingStartsWhereThereIsNothing() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let run = try Self.table.run()
        // A run that was killed before its configuration was written leaves empty folders.
        _ = try RunFolder.claim(creating: folder)
        #expect(try TrainingSession(continuing: run, folder: folder).train() != nil)
        let before = try results(folder)
        #expect(try TrainingSession(continuing: run, folder: folder).train() != nil)
        #expect(try results(folder) == before)
    }

    @Test func onlyTheLastTwoCheckpointsAndNeededExperienceAreKept() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var subject = Self.subjects[0]
        subject.steps = 60_000
        subject.settings = ["learningStart=1000000", "replayCapacity=500"]
        _ = try TrainingSession(subject.run(), folder: folder, overwrite: false).train()
        let run = try RunFolder(opening: folder)
        #expect(try run.checkpointSteps().count == 2)
        #expect(try namesInFolder(run.replayFolder).count <= 2)
    }

    @Test func missingExperienceIsAnError() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        _ = try TrainingSession(Self.subjects[0].run(), folder: folder, overwrite: false).train()
        let run = try RunFolder(opening: folder)
        let file = joinPath(run.replayFolder, try #require(namesInFolder(run.replayFolder).first))
        let bytes = try InputFile.bytes(of: file, limit: 1 << 30)
        for length in [0, 1, bytes.count / 2, bytes.count - 1] {
            try writeAtomically(Array(bytes[..<length]), to: file, overwrite: true)
            #expect(throws: (any Error).self) { try TrainingSession(resuming: folder) }
        }
        var damaged = bytes
        damaged[damaged.count - 1] = 7
        try writeAtomically(damaged, to: file, overwrite: true)
        #expect(throws: FormatError.self) { try TrainingSession(resuming: folder) }
        try removeFile(file)
        #expect(throws: FormatError.self) { try TrainingSession(resuming: folder) }
    }
}

extension TrainingSession {
    /// Trains until `check` throws, as if the process ended there; nothing is saved.
    fileprivate func trainThrowing(_ check: () throws -> Void) throws {
        _ = try trainer.run(steps: .max) {
            do { try check() } catch { return true }
            return false
        }
        try check()
    }
}
