import Dispatch
import Foundation
import Storage

/// The time that a fit has taken over all of its processes. It is kept in a file of its own, so that all other files
/// are the same bytes in each run of a seed.
struct FitClock {
    private let folder: RunFolder
    private let start = FitClock.now, processorStart = FitClock.processorNow
    /// Wall-clock and processor seconds of earlier processes.
    private let earlier, earlierProcessor: Double
    private var lastCheckpoint = FitClock.now
    private var writingTime = 0.0

    /// The minimum number of seconds between checkpoints.
    private let interval: Double

    init(_ folder: RunFolder, interval: Double) {
        (self.folder, self.interval) = (folder, interval)
        let file = try? JSON(
            parsing: InputFile.bytes(of: folder.clockPath, limit: 1 << 10)[...], file: folder.clockPath)
        earlier = file?["seconds"]?.double ?? 0
        earlierProcessor = file?["processorSeconds"]?.double ?? 0
    }

    private static var processorNow: Double { Double(clock()) / Double(CLOCKS_PER_SEC) }
    private static var now: Double { Double(DispatchTime.now().uptimeNanoseconds) * 1e-9 }

    /// Seconds of fitting, scoring and writing so far.
    var seconds: Double { earlier + Self.now - start }

    /// Processor seconds of all threads so far: what the fit costs, however busy the machine is.
    var processorSeconds: Double { earlierProcessor + Self.processorNow - processorStart }

    /// Whether enough has been done since the last checkpoint: the interval's seconds, and 20 times what writing takes.
    /// Always, if the interval is 0.
    var checkpointIsDue: Bool { interval == 0 || Self.now - lastCheckpoint > max(interval, 20 * writingTime) }

    /// Writes a checkpoint, and the time so far.
    mutating func writing(_ body: () throws -> Void) throws {
        let begin = Self.now
        try body()
        lastCheckpoint = Self.now
        writingTime = lastCheckpoint - begin
        let file: JSON = ["seconds": .number(seconds), "processorSeconds": .number(processorSeconds)]
        try writeAtomically("\(file)\n", to: folder.clockPath, overwrite: true)
    }
}
