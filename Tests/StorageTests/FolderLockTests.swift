import Foundation
import Testing

@testable import Storage

@Suite struct FolderLockTests {
    private let folder: TemporaryFolder
    private var file: String { folder.file(FolderLock.fileName) }

    init() throws { folder = try TemporaryFolder() }

    private func lock() throws -> FolderLock { try FolderLock(folder.path, operation: "write into") }

    @Test func oneHolderAtATime() throws {
        let first = try lock()
        let text = String(decoding: try folder.bytes(FolderLock.fileName), as: UTF8.self)
        #expect(text.hasPrefix("\(getpid()) ") && text.hasSuffix("\n"))
        let refusal = StorageError(
            path: folder.path, operation: "write into", reason: .inUse(holder: "this process"))
        #expect(throws: refusal) { try lock() }
        try first.requireHeld()
        first.release()
        #expect(!exists(file), "what is free has no lock's file")
        let second = try lock()
        #expect(throws: StorageError.self) { try first.requireHeld() }
        first.release()
        #expect(exists(file), "a lock that was released before removes nothing of another's")
        try second.requireHeld()
    }

    @Test func theObjectsEndIsTheLocks() throws {
        do { _ = try lock() }
        _ = try lock()
    }

    /// The file of a process that was killed says its number, but holds no lock.
    @Test func whatAKilledProcessLeavesStopsNobody() throws {
        try writeAtomically("1 elsewhere\n", to: file, overwrite: false)
        let lock = try lock()
        #expect(String(decoding: try folder.bytes(FolderLock.fileName), as: UTF8.self).hasPrefix("\(getpid()) "))
        try lock.requireHeld()
    }

    @Test(arguments: [
        ("77 elsewhere\n", "process 77 on elsewhere is using it; wait until it has ended"),
        ("", "another process is using it"), ("a b c", "another process is using it"),
    ]) func theHolderIsNamed(text: String, sentence: String) throws {
        let lock = try lock()
        defer { lock.release() }
        // As another process's, whose name is longer or shorter.
        let handle = try #require(FileHandle(forWritingAtPath: file))
        try handle.truncate(atOffset: 0)
        try handle.write(contentsOf: Array(text.utf8))
        let error = #expect(throws: StorageError.self) { try self.lock() }
        #expect(error?.description.contains(sentence) == true, "\(error?.description ?? "")")
    }

    /// Another folder at the path: what was locked is no longer there.
    @Test func aFolderThatWasReplacedIsNoticed() throws {
        let lock = try lock()
        try FileManager.default.moveItem(atPath: folder.path, toPath: folder.path + "-moved")
        defer { try? FileManager.default.removeItem(atPath: folder.path + "-moved") }
        try createFolder(folder.path)
        let error = #expect(throws: StorageError.self) { try lock.requireHeld() }
        #expect(error?.description.contains("moved, removed or replaced") == true)
        let second = try self.lock()
        lock.release()
        try second.requireHeld()
    }

    /// A link would lock and empty whatever it names.
    @Test func linksAndOthersAreRefused() throws {
        try writeAtomically("mine", to: folder.file("target"), overwrite: false)
        try FileManager.default.createSymbolicLink(atPath: file, withDestinationPath: "target")
        #expect(throws: StorageError.self) { try lock() }
        #expect(try folder.bytes("target") == Array("mine".utf8))
        try removeFile(file)
        try createFolder(file)
        #expect(throws: StorageError.self) { try lock() }
        #expect(throws: StorageError.self) { try FolderLock(folder.file("missing"), operation: "write into") }
    }

    /// Many objects in many threads: at most one has the lock at any time.
    @Test func racersTakeTurns() async throws {
        let path = folder.path
        let counter = folder.file("count")
        try writeAtomically("0", to: counter, overwrite: false)
        let wins = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    var wins = 0
                    while wins < 50 {
                        guard let lock = try? FolderLock(path, operation: "write into") else {
                            await Task.yield()
                            continue
                        }
                        // Not atomic: two at once would lose a count.
                        let bytes = try InputFile.bytes(of: counter, limit: 100)
                        let value = try #require(Int(String(decoding: bytes, as: UTF8.self)))
                        await Task.yield()
                        try writeAtomically("\(value + 1)", to: counter, overwrite: true)
                        lock.release()
                        wins += 1
                    }
                    return wins
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(try folder.bytes("count") == Array("\(wins)".utf8))
    }
}
