import Dispatch
import Storage

/// The time that a fit has taken over all of its processes. It has a file of its own, so that everything else that a run
/// writes is the same bytes in each run of a seed.
struct FitClock {
    private let folder: RunFolder
    private let start = FitClock.now
    /// Seconds of earlier processes.
    private let earlier: Double
    private var lastCheckpoint = FitClock.now
    private var writingTime = 0.0

    init(_ folder: RunFolder) {
        self.folder = folder
        let file = try? JSON(
            parsing: InputFile.bytes(of: folder.clockPath, limit: 1 << 10)[...], file: folder.clockPath)
        earlier = file?["seconds"]?.double ?? 0
    }

    private static var now: Double { Double(DispatchTime.now().uptimeNanoseconds) * 1e-9 }

    /// Seconds of fitting, scoring and writing so far.
    var seconds: Double { earlier + Self.now - start }

    /// Whether enough was done since the last checkpoint: 20 seconds, and 20 times as long as writing takes.
    var checkpointIsDue: Bool { Self.now - lastCheckpoint > max(20, 20 * writingTime) }

    /// Writes a checkpoint, and the time until then.
    mutating func writing(_ body: () throws -> Void) throws {
        let begin = Self.now
        try body()
        lastCheckpoint = Self.now
        writingTime = lastCheckpoint - begin
        let file: JSON = ["seconds": .number(seconds)]
        try writeAtomically("\(file)\n", to: folder.clockPath, overwrite: true)
    }
}
