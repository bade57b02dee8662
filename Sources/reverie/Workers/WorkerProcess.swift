import Foundation
import GymnasiumBridge
import Storage

/// A process of this program that does a part of a command's work: the parent's side.
final class WorkerProcess {
    /// How it ended.
    enum Outcome {
        /// It printed this object last.
        case finished(JSON)
        /// It was interrupted, and has saved what it could.
        case stopped
        case failed(status: Int32, sentence: String)
    }

    /// Its last report; nil before the first.
    private(set) var report: Worker.Report?
    private let id: Int32
    private let results: OpenFile
    private let words: OpenFile
    private var lines: [UInt8] = []
    private var said: [UInt8] = []
    private var result: JSON?
    private var isOpen = (results: true, words: true)

    /// The number of bytes of a process's messages that are kept.
    private static let wordLimit = 1 << 16

    /// Starts the process.
    ///
    /// - Parameters:
    ///   - arguments: The arguments of `reverie`.
    ///   - lifeline: A pipe that ends with this process.
    init(_ arguments: [String], lifeline: Int32) throws {
        let results = try Connection.toUs()
        let voice = try Connection.toUs()
        let files = [lifeline, results.theirs.number, voice.theirs.number]
        let started = ChildProcess.start(["/proc/self/exe"] + arguments, files: files)
        guard started.code == 0 else { throw SystemFault("run reverie", started.code) }
        for number in [results.ours.number, voice.ours.number] { _ = fcntl(number, F_SETFL, O_NONBLOCK) }
        id = started.process
        self.results = consume results.ours
        words = consume voice.ours
    }

    /// The files to poll.
    var files: [Int32] { (isOpen.results ? [results.number] : []) + (isOpen.words ? [words.number] : []) }

    /// Asks the process to save and to stop.
    func stop() { kill(id, SIGINT) }

    /// Reads what has arrived.
    ///
    /// - Returns: how the process ended, once both pipes have ended; nil while it runs.
    func update() -> Outcome? {
        if isOpen.results {
            isOpen.results = Self.read(results.number, into: &lines)
            readLines()
        }
        if isOpen.words {
            isOpen.words = Self.read(words.number, into: &said)
            if said.count > Self.wordLimit { said.removeFirst(said.count - Self.wordLimit) }
        }
        return isOpen.results || isOpen.words ? nil : outcome(ChildProcess.end(of: id))
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

    private func readLines() {
        while let end = lines.firstIndex(of: UInt8(ascii: "\n")) {
            if let json = try? JSON(parsing: Array(lines[..<end])[...], file: "the process's output") {
                if let report = Worker.Report(json) { self.report = report } else { result = json }
            }
            lines.removeSubrange(...end)
        }
    }

    private func outcome(_ ending: ChildProcess.Ending) -> Outcome {
        switch (ending, result) {
        case (.exit(code: 0), let result?): return .finished(result)
        case (.exit(code: Interruption.exitCode), _): return .stopped
        case (.signal(let number), _) where [SIGINT, SIGTERM, SIGHUP].contains(number): return .stopped
        case (.exit(let code), _) where code != 0:
            return .failed(status: code, sentence: Self.sentence(said) ?? "\(ending)")
        default:
            let status = ExitStatus.inputOutput.rawValue
            return .failed(status: status, sentence: Self.sentence(said) ?? "its process \(ending)")
        }
    }

    /// The process's message about its failure: from `reverie: ` on.
    private static func sentence(_ said: [UInt8]) -> String? {
        let lines = String(decoding: said, as: UTF8.self).split(separator: "\n")
        guard let first = lines.lastIndex(where: { $0.hasPrefix("reverie: ") }) else { return nil }
        return lines[first...].joined(separator: "\n").replacing("reverie: ", with: "", maxReplacements: 1)
    }
}
