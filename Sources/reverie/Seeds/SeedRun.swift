import Foundation
import GymnasiumBridge
import Storage
import Training

/// One of the runs side by side: a process that trains with one seed.
final class SeedRun {
    let seed: Int
    let folder: String
    private(set) var state = State.waiting
    /// Its last report.
    private(set) var report: SeedWorker.Report
    private var process: Process?

    enum State {
        case waiting, running, finished(JSON), stopped
        case failed(status: Int32, sentence: String)
    }

    /// The process with the ends of its pipes, and what has been read from them.
    private final class Process {
        let id: Int32
        let results: OpenFile
        let words: OpenFile
        var lines: [UInt8] = []
        var said: [UInt8] = []
        var summary: JSON?
        var isOpen = (results: true, words: true)

        init(id: Int32, results: consuming OpenFile, words: consuming OpenFile) {
            self.id = id
            self.results = results
            self.words = words
        }
    }

    /// The number of bytes of a run's messages that are kept.
    private static let wordLimit = 1 << 16

    /// A run that is waiting, or one that has finished already.
    init(seed: Int, folder: String, isDone: Bool) throws {
        (self.seed, self.folder) = (seed, folder)
        report = SeedWorker.Report(steps: 0)
        guard RunFolder.isRun(folder) else { return }
        let run = try RunFolder(opening: folder)
        report.steps = try run.checkpointSteps().last ?? 0
        guard isDone, let summary = try run.summary() else { return }
        report.meanReturn = summary["meanReturn"]?.double
        state = .finished(summary)
    }

    /// Starts the process.
    ///
    /// - Parameters:
    ///   - words: The arguments of `reverie`.
    ///   - lifeline: A pipe that ends with this process.
    func start(_ words: [String], lifeline: Int32) throws {
        let results = try Connection.toUs()
        let voice = try Connection.toUs()
        let files = [lifeline, results.theirs.number, voice.theirs.number]
        let started = ChildProcess.start(["/proc/self/exe"] + words, files: files)
        guard started.code == 0 else { throw SystemFault("run reverie", started.code) }
        for number in [results.ours.number, voice.ours.number] { _ = fcntl(number, F_SETFL, O_NONBLOCK) }
        process = Process(id: started.process, results: consume results.ours, words: consume voice.ours)
        state = .running
    }

    var isRunning: Bool { process != nil }

    /// The files to poll.
    var files: [Int32] {
        guard let process else { return [] }
        return (process.isOpen.results ? [process.results.number] : [])
            + (process.isOpen.words ? [process.words.number] : [])
    }

    /// Asks the process to save and to stop.
    func stop() {
        if let id = process?.id { kill(id, SIGINT) }
    }

    /// Reads what has arrived, and the process's end once both pipes have ended.
    func update() {
        guard let process else { return }
        if process.isOpen.results {
            process.isOpen.results = Self.read(process.results.number, into: &process.lines)
            readLines(of: process)
        }
        if process.isOpen.words {
            process.isOpen.words = Self.read(process.words.number, into: &process.said)
            if process.said.count > Self.wordLimit { process.said.removeFirst(process.said.count - Self.wordLimit) }
        }
        if !process.isOpen.results, !process.isOpen.words { end(process) }
    }

    /// Reads what is available now.
    ///
    /// - Returns: whether more may come later.
    private static func read(_ file: Int32, into bytes: inout [UInt8]) -> Bool {
        while true {
            var count = 0
            bytes += [UInt8](unsafeUninitializedCapacity: 1 << 14) { buffer, filled in
                count = Glibc.read(file, buffer.baseAddress, buffer.count)
                filled = max(count, 0)
            }
            if count == 0 { return false }
            if count < 0, errno != EINTR { return errno == EAGAIN }
        }
    }

    private func readLines(of process: Process) {
        while let end = process.lines.firstIndex(of: UInt8(ascii: "\n")) {
            let line = process.lines[..<end]
            if let json = try? JSON(parsing: Array(line)[...], file: folder) {
                if let report = SeedWorker.Report(json) { self.report = report } else { process.summary = json }
            }
            process.lines.removeSubrange(...end)
        }
    }

    private func end(_ process: Process) {
        let ending = ChildProcess.end(of: process.id)
        switch (ending, process.summary) {
        case (.exit(code: 0), let summary?):
            report = SeedWorker.Report(
                steps: summary["steps"]?.integer ?? report.steps, meanReturn: summary["meanReturn"]?.double)
            state = .finished(summary)
        case (.exit(code: Interruption.exitCode), _): state = .stopped
        case (.signal(let number), _) where [SIGINT, SIGTERM, SIGHUP].contains(number): state = .stopped
        case (.exit(let code), _) where code != 0:
            state = .failed(status: code, sentence: Self.sentence(process.said) ?? "\(ending)")
        default:
            let status = ExitStatus.inputOutput.rawValue
            state = .failed(status: status, sentence: Self.sentence(process.said) ?? "its process \(ending)")
        }
        self.process = nil
    }

    /// The process's message about its failure: from `reverie: ` on.
    private static func sentence(_ said: [UInt8]) -> String? {
        let lines = String(decoding: said, as: UTF8.self).split(separator: "\n")
        guard let first = lines.lastIndex(where: { $0.hasPrefix("reverie: ") }) else { return nil }
        return lines[first...].joined(separator: "\n").replacing("reverie: ", with: "", maxReplacements: 1)
    }
}
