import Foundation
import Storage

/// The built executable, run as a user would.
enum Executable {
    /// The result of a run.
    struct Result {
        var status: Int32
        var output: String
        var errors: String

        /// Standard output as one JSON value.
        func json() throws -> JSON { try JSON(parsing: Array(output.utf8)[...], file: "standard output") }
    }

    /// Its path: beside the tests, or in the repository's build folder.
    static let path: String = {
        let tests = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        let folders = sequence(first: tests.deletingLastPathComponent()) { folder in
            folder.path == "/" ? nil : folder.deletingLastPathComponent()
        }
        let places = folders.flatMap { [$0.appending(path: "reverie"), $0.appending(path: ".build/release/reverie")] }
        let repository = URL(filePath: #filePath).appending(path: "../../..").standardized
        let candidates = places + [repository.appending(path: ".build/release/reverie")]
        return candidates.map(\.path).first { FileManager.default.isExecutableFile(atPath: $0) && !isFolder($0) }
            ?? "reverie was not found near \(tests.path)"
    }()

    /// Runs it until it exits.
    ///
    /// - Parameters:
    ///   - input: The content of standard input.
    ///   - environment: Variables to set; nil removes one.
    ///   - prefix: A shell command to run first, such as `ulimit -f 8;`.
    ///   - redirection: Where its streams go instead of into the result, such as `>/dev/full`.
    static func run(
        _ arguments: [String], in folder: TemporaryFolder, input: String = "", environment: [String: String?] = [:],
        prefix: String = "", redirection: String = ""
    ) throws -> Result {
        let streams = try TemporaryFolder()
        try input.write(toFile: streams.file("in"), atomically: false, encoding: .utf8)
        let redirection = "<'\(streams.file("in"))' >'\(streams.file("out"))' 2>'\(streams.file("err"))' \(redirection)"
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = ["-c", "\(prefix) exec \"$0\" \"$@\" \(redirection)", path] + arguments
        process.currentDirectoryURL = URL(filePath: folder.path)
        process.environment = variables(environment)
        try process.run()
        process.waitUntilExit()
        return Result(
            status: process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus,
            output: streams.text("out"), errors: streams.text("err"))
    }

    /// This process's variables without those that change the executable's output, and with an invisible window.
    static func variables(_ changes: [String: String?]) -> [String: String] {
        var variables = ProcessInfo.processInfo.environment
        for name in ["REVERIE_ASSETS", "NO_COLOR", "DISPLAY", "WAYLAND_DISPLAY"] { variables[name] = nil }
        variables["SDL_VIDEODRIVER"] = "dummy"
        variables["COLUMNS"] = "80"
        for (name, value) in changes { variables[name] = value }
        return variables
    }
}

/// A folder for the files of one test, removed with the object.
final class TemporaryFolder: Sendable {
    let path = joinPath(NSTemporaryDirectory(), "reverie-commands-\(UUID().uuidString)")

    init() throws { try createFolder(path) }
    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { joinPath(path, name) }

    /// A file's text; empty if there is none.
    func text(_ name: String) -> String { (try? String(contentsOfFile: file(name), encoding: .utf8)) ?? "" }

    func bytes(_ name: String) throws -> [UInt8] { try InputFile.bytes(of: file(name), limit: 1 << 26) }

    /// All files and folders within, sorted.
    func content() -> [String] {
        (FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []).sorted()
    }
}

/// The path of a file in Tests/Fixtures/CommandLine.
func fixturePath(_ name: String) -> String {
    joinPath(splitPath(splitPath(#filePath).folder).folder, "Fixtures/CommandLine/" + name)
}

extension JSON {
    /// The names of an object's members.
    var names: [String] {
        guard case .object(let members) = self else { return [] }
        return members.map(\.name)
    }
}
