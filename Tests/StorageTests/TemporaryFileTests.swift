import Foundation
import Glibc
import Testing

@testable import Storage

/// The temporary files behind files that appear complete or not at all.
@Suite struct TemporaryFileTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private func temporaries() throws -> [String] {
        try namesInFolder(folder.path).filter { TemporaryName.matches($0) }
    }

    /// Process numbers repeat in containers: with the same one, and even with the same random number, both files are
    /// written.
    @Test func namesDoNotCollide() throws {
        var numbers: [UInt64] = [7, 7, 8]
        let first = try AtomicFile(path: folder.file("a"), overwrite: true) { numbers.removeFirst() }
        let second = try AtomicFile(path: folder.file("a"), overwrite: true) { numbers.removeFirst() }
        #expect(numbers.isEmpty)
        #expect(try Set(temporaries()).count == 2)
        try first.write([1])
        try second.write([2])
        try first.commit()
        #expect(try folder.bytes("a") == [1])
        try second.commit()
        #expect(try folder.bytes("a") == [2])
        #expect(try temporaries().isEmpty)
        let (one, other) = (TemporaryName.nonce(), TemporaryName.nonce())
        #expect(one != other)
    }

    /// A name is cut at 255 bytes, not characters.
    @Test(arguments: [String(repeating: "字", count: 83), String(repeating: "x", count: 255), "é.tmp", "a.b.c"])
    func longNamesAreWritten(name: String) throws {
        let path = folder.file(name)
        try writeAtomically("first", to: path, overwrite: false)
        try writeAtomically("second", to: path, overwrite: true)
        #expect(try namesInFolder(folder.path) == [name])
        let temporary = splitPath(TemporaryName.path(for: path, nonce: .max)).name
        #expect(temporary.utf8.count <= 255)
        #expect(TemporaryName.matches(temporary, target: path) && !TemporaryName.matches(name))
    }

    /// Makes the file that a killed process leaves: another process makes it, and ends.
    private func leftover(of name: String, number: UInt64) throws -> String {
        let path = TemporaryName.path(for: folder.file(name), nonce: number)
        #expect(FileManager.default.createFile(atPath: path, contents: Data([1, 2, 3])))
        return splitPath(path).name
    }

    @Test func leftoversAreCollected() throws {
        _ = try leftover(of: "a", number: 1)
        let other = try leftover(of: "b", number: 2)
        let strangers = [".a.12.tmp", ".a.12.0123456789abcdeg.tmp", "a.12.0123456789abcdef.tmp", ".vimrc", ".a.swp"]
        for name in strangers { try writeAtomically("mine", to: folder.file(name), overwrite: false) }
        let living = try AtomicFile(path: folder.file("c"), overwrite: false)
        let livingName = try #require(try temporaries().first { TemporaryName.matches($0, target: folder.file("c")) })
        // Whoever writes a file removes what was left of it, and nothing else.
        try writeAtomically("new", to: folder.file("a"), overwrite: false)
        #expect(try Set(temporaries()) == [other, livingName])
        removeTemporaryFiles(in: folder.path)
        #expect(try temporaries() == [livingName], "a living process's file stays")
        #expect(try Set(namesInFolder(folder.path)) == Set(strangers + ["a", livingName]))
        try living.write([4])
        try living.commit()
        #expect(try folder.bytes("c") == [4])
    }

    @Test func linksAndFoldersOfSuchNamesStay() throws {
        let target = folder.file("target")
        try writeAtomically("mine", to: target, overwrite: false)
        let link = TemporaryName.path(for: folder.file("a"), nonce: 1)
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
        try createFolder(TemporaryName.path(for: folder.file("a"), nonce: 2))
        removeTemporaryFiles(in: folder.path)
        #expect(try namesInFolder(folder.path).count == 3)
    }

    @Test(arguments: [0o600, 0o644, 0o664, 0o755, 0o444]) func aReplacedFileKeepsItsPermissions(mode: Int) throws {
        let path = folder.file("a")
        try writeAtomically("old", to: path, overwrite: false)
        #expect(chmod(path, mode_t(mode)) == 0)
        try writeAtomically("new", to: path, overwrite: true)
        var status = stat()
        #expect(stat(path, &status) == 0 && Int(status.st_mode & 0o777) == mode)
        #expect(try folder.bytes("a") == Array("new".utf8))
    }

    @Test func foldersWithSlashesAreMade() throws {
        try createFolder(folder.file("x/y/"))
        try createFolder(folder.file("x/y//"))
        #expect(isFolder(folder.file("x/y")))
    }
}

/// Files that a process holds.
@Suite struct HeldFileTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    @Test func nobodyElseCanHoldIt() throws {
        let path = folder.file("a")
        do {
            let file = try AppendFile(holding: path, replacing: false)
            try file.append("mine")
            try file.flush()
            for replacing in [false, true] {
                let error = #expect(throws: StorageError.self) {
                    _ = try AppendFile(holding: path, replacing: replacing)
                }
                #expect(
                    error?.reason == .inUse(holder: "another process")
                        && error?.description.contains("another process is using") == true)
            }
            #expect(throws: StorageError.self) { _ = try AppendFile(takingUp: path) }
            #expect(try folder.bytes("a") == Array("mine".utf8))
        }
        // Nobody holds it any more.
        let left = #expect(throws: StorageError.self) { _ = try AppendFile(holding: path, replacing: false) }
        #expect(left?.reason == .wouldOverwrite)
        do {
            let taken = try AppendFile(takingUp: path)
            #expect(taken.count == 4)
            #expect(try taken.reader().bytes(in: 0..<4) == Array("mine".utf8))
        }
        let second = try AppendFile(holding: path, replacing: true)
        #expect(try folder.bytes("a").isEmpty && second.count == 0)
    }

    /// Whatever has the file's name by now, what is read and removed is the file itself.
    @Test func theDescriptorCountsNotTheName() throws {
        let path = folder.file("a")
        let file = try AppendFile(holding: path, replacing: false)
        try file.append("mine")
        try file.flush()
        try removeFile(path)
        try writeAtomically("another's", to: path, overwrite: false)
        #expect(try file.reader().bytes(in: 0..<4) == Array("mine".utf8))
        try file.remove()
        #expect(try folder.bytes("a") == Array("another's".utf8))
        let error = #expect(throws: StorageError.self) { try file.publish(as: folder.file("b"), overwrite: false) }
        #expect(error?.reason == .inUse(holder: "another process") && !exists(folder.file("b")))
    }

    @Test func publishing() throws {
        try writeAtomically("old", to: folder.file("b"), overwrite: false)
        #expect(chmod(folder.file("b"), 0o640) == 0)
        do {
            let file = try AppendFile(holding: folder.file("a"), replacing: false)
            try file.append("new")
            let error = #expect(throws: StorageError.self) {
                try file.publish(as: folder.file("b"), overwrite: false)
            }
            #expect(error?.reason == .wouldOverwrite)
            #expect(try folder.bytes("b") == Array("old".utf8))
            try file.publish(as: folder.file("b"), overwrite: true)
        }
        var status = stat()
        #expect(try folder.bytes("b") == Array("new".utf8) && !exists(folder.file("a")))
        #expect(stat(folder.file("b"), &status) == 0 && status.st_mode & 0o777 == 0o640)
    }

    @Test func linksAreNotFollowed() throws {
        try writeAtomically("mine", to: folder.file("target"), overwrite: false)
        try FileManager.default.createSymbolicLink(
            atPath: folder.file("a"), withDestinationPath: folder.file("target"))
        #expect(throws: StorageError.self) { _ = try AppendFile(holding: folder.file("a"), replacing: true) }
        #expect(try folder.bytes("target") == Array("mine".utf8))
    }
}
