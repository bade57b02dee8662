import Storage
import TestSupport
import Testing

@testable import Training

/// A checkpoint is either read completely or refused, whatever happened to the file.
@Suite struct DamagedCheckpointTests {
    /// Through both of its readers: the one that resumes a run, and the one that plays a run's agent. In a separate
    /// process, so that its memory can be measured.
    @Test func everyDamageIsRefusedOrHarmless() async {
        await #expect(processExitsWith: .success) {
            let folder = try TemporaryFolder()
            var flags = TrainingRun.Flags()
            flags.run = ["steps": 300, "seed": 4]
            let run = try TrainingRun(agent: "q-learning", environment: "FrozenLake-v1", flags: flags)
            _ = try TrainingSession(run, folder: folder.path, overwrite: true).train()
            let path = try RunFolder(opening: folder.path).lastCheckpointPath()
            let original = try InputFile.bytes(of: path, limit: 1 << 20)
            let dataStart = 8 + Int(UInt64(littleEndianIn: original, at: 0))
            let whole = try TrainingSession(resuming: folder.path).trainer
            let (expected, steps) = (everything(whole.agent), whole.steps)
            let memory = peakMemory()
            var accepted = 0
            try forEachDamage(of: original, at: path) { damage, place in
                let agent = try run.makeAgent(for: run.makeEnvironment(count: 1))
                let before = everything(agent)
                do {
                    try Checkpoint.read(path, into: agent)
                    accepted += 1
                    #expect(everything(agent) == expected && damage == .changed && place < dataStart, "byte \(place)")
                } catch is FormatError {
                    #expect(everything(agent) == before, "byte \(place): nothing changes")
                }
                do {
                    let trainer = try TrainingSession(resuming: folder.path).trainer
                    #expect(everything(trainer.agent) == expected && trainer.steps == steps && place < dataStart)
                } catch is DamagedCheckpoint {
                    // There is one before it, which the error names.
                }
            }
            #expect(accepted < 100, "names of the checksum and blanks, not more")
            #expect(peakMemory() - memory < 64 << 20)
        }
    }
}
