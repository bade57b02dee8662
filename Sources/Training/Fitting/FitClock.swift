import Dispatch
import Foundation
import Storage

/// The time that a fit has taken over all of its processes. It has a file of its own, so that everything else that a run
/// writes is the same bytes in each run of a seed.
struct FitClock {
    private let folder: RunFolder
    private let start = FitClock.now, processorStart = FitClock.processorNow
    /// Seconds of earlier processes, and those that processors were busy.
    private let earlier, earlierProcessor: Double
    private var lastCheckpoint = FitClock.now
    private var writingTime = 0.0

    /// Seconds from one checkpoint to the next, at least.
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

    /// Seconds that all threads have kept processors busy: what the fit costs, however busy the machine is.
    var processorSeconds: Double { earlierProcessor + Self.processorNow - processorStart }

    /// Whether enough was done since the last checkpoint: the interval's seconds, and 20 times as long as writing takes; with no
    /// interval always.
    var checkpointIsDue: Bool { interval == 0 || Self.now - lastCheckpoint > max(interval, 20 * writingTime) }

    /// Writes a checkpoint, and the time until then.
    mutating func writing(_ body: () throws -> Void) throws {
        let begin = Self.now
        try body()
        lastCheckpoint = Self.now
        writingTime = lastCheckpoint - begin
        let file: JSON = ["seconds": .number(seconds), "processorSeconds": .number(processorSeconds)]
        try writeAtomically("\(file)\n", to: folder.clockPath, overwrite: true)
    }
}
