import Environments
import Foundation
import Random
import Storage
import Testing

@testable import GymnasiumBridge

/// The Python that `make python` installs, and the fixtures for it.
enum Python {
    private static let repository = URL(filePath: #filePath).appending(path: "../../..").standardized

    /// The folder of the fixtures.
    static let fixtures = repository.appending(path: "Tests/Fixtures/GymnasiumBridge").path

    /// The Python program.
    ///
    /// - Throws: a sentence if it is missing: these tests can't pass without it.
    static func path() throws -> String {
        let path = repository.appending(path: ".build/python/bin/python3").path
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw Missing(description: "the bridge is tested with \(path), which is not there; run 'make python'")
        }
        _ = modulesAreFound
        return path
    }

    struct Missing: Error, CustomStringConvertible { var description: String }

    // Children inherit it.
    private static let modulesAreFound = setenv("PYTHONPATH", fixtures, 1)

    /// Runs a script of the fixtures to its end.
    static func run(_ script: String, _ arguments: [String], input: String) throws -> String {
        let process = Process()
        let (given, got) = (Pipe(), Pipe())
        process.executableURL = URL(filePath: try path())
        process.arguments = [joinPath(fixtures, script)] + arguments
        (process.standardInput, process.standardOutput) = (given, got)
        process.standardError = FileHandle.nullDevice
        try process.run()
        try given.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try given.fileHandleForWriting.close()
        let output = try got.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(script) \(arguments) failed")
        return String(decoding: output, as: UTF8.self)
    }
}

/// Environments of the bridge; an `id` that begins with `worlds:` is one of the fixtures'.
func gym(
    _ id: String, _ count: Int = 1, _ autoreset: AutoresetMode = .sameStep, _ options: [String: String] = [:]
) throws -> GymnasiumBatch {
    Gymnasium.register()
    var options = options
    if options["python"] == nil { options["python"] = try Python.path() }
    let batch = try EnvironmentCatalog.make("gym:" + id, count: count, autoreset: autoreset, options: options)
    return try #require(batch as? GymnasiumBatch)
}

/// The fault that `body` throws.
func fault(
    sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) throws -> OutsideFault {
    let error = #expect(throws: EnvironmentError.self, sourceLocation: sourceLocation) { try body() }
    guard case .outside(let fault)? = error else {
        throw Python.Missing(description: "expected a fault of a child, found \(error.map { "\($0)" } ?? "none")")
    }
    return fault
}

/// Whether none of the processes is left, not even as a zombie.
func areGone(_ processes: [Int32]) -> Bool { processes.allSatisfy { kill($0, 0) == -1 && errno == ESRCH } }

/// Samples actions.
struct RandomActions {
    private var samplers: [SpaceSampler]

    init(_ batch: any BatchedEnvironment, seed: UInt64) {
        samplers = (0..<batch.count).map { SpaceSampler(batch.actionSpace, seed: seed &+ UInt64($0)) }
    }

    /// Writes the same next actions to several batches.
    mutating func write(to batches: any BatchedEnvironment...) {
        for index in samplers.indices {
            let action = samplers[index].sample()
            for batch in batches { batch.setAction(action, of: index) }
        }
    }
}
