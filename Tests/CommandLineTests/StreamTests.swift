import Foundation
import Glibc
import Storage
import Testing

/// Results on standard output, the rest on standard error; animation only on a terminal that takes it.
@Suite struct StreamTests {
    private let train = ["train", "random", "CartPole-v1", "--steps", "3000", "--run", "r"]

    @Test func offATerminalThereAreOnlyPlainLines() throws {
        let result = try Executable.run(train + ["--json"], in: TemporaryFolder(), environment: ["TERM": "xterm"])
        #expect(!(result.output + result.errors).contains("\u{1B}") && !result.errors.contains("\r"))
        #expect(result.errors.contains("100% 3,000/3,000"))
        #expect(result.output.split(separator: "\n").count == 1)
    }

    @Test func aTerminalShowsABar() throws {
        #expect(try onTerminal(["TERM": "xterm"]).contains("\u{1B}[K"))
    }

    @Test func aTerminalThatOnlyPrintsGetsLines() throws {
        let text = try onTerminal(["TERM": "dumb"])
        #expect(text.contains("100% 3,000/3,000") && !text.contains("\u{1B}"))
    }

    @Test func withoutColourTheBarStays() throws {
        let text = try onTerminal(["NO_COLOR": "1", "TERM": "xterm"])
        #expect(text.contains("\u{1B}[K") && !text.contains("m\u{1B}") && !text.contains("\u{1B}[0m"))
        #expect(try onTerminal(["TERM": "xterm"]).contains("\u{1B}[0m"))
    }

    /// The final state of a terminal that showed a training run.
    private func onTerminal(_ environment: [String: String]) throws -> String {
        var (ours, theirs): (Int32, Int32) = (-1, -1)
        try #require(openpty(&ours, &theirs, nil, nil, nil) == 0)
        defer { close(ours) }
        let process = Process()
        let folder = try TemporaryFolder()
        process.executableURL = URL(filePath: Executable.path)
        process.arguments = train
        process.currentDirectoryURL = URL(filePath: folder.path)
        process.environment = Executable.variables(environment.mapValues { $0 })
        for stream in [\Process.standardOutput, \Process.standardError] {
            process[keyPath: stream] = FileHandle(fileDescriptor: theirs)
        }
        try process.run()
        close(theirs)
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while case let count = read(ours, &buffer, buffer.count), count > 0 { text += buffer[..<count] }
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return String(decoding: text, as: UTF8.self)
    }
}
