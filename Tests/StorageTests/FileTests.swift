import Foundation
import Storage
import Testing

@Suite struct AtomicFileTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    @Test func writesAndReplaces() throws {
        let path = folder.file("a.txt")
        try writeAtomically("first", to: path, overwrite: false)
        #expect(try folder.bytes("a.txt") == Array("first".utf8))
        try writeAtomically("second", to: path, overwrite: true)
        #expect(try folder.bytes("a.txt") == Array("second".utf8))
        #expect(try namesInFolder(folder.path) == ["a.txt"])
    }

    @Test func refusesToOverwrite() throws {
        let path = folder.file("a.txt")
        try writeAtomically("first", to: path, overwrite: false)
        let expected = StorageError(path: path, operation: "create", reason: .wouldOverwrite)
        #expect(throws: expected) { try writeAtomically("second", to: path, overwrite: false) }
        #expect(try folder.bytes("a.txt") == Array("first".utf8))
    }

    @Test func refusesWhenTheNameIsTakenMeanwhile() throws {
        let path = folder.file("a.txt")
        let file = try AtomicFile(path: path, overwrite: false)
        try file.write(Array("late".utf8))
        try writeAtomically("early", to: path, overwrite: false)
        let expected = StorageError(path: path, operation: "create", reason: .wouldOverwrite)
        #expect(throws: expected) { try file.commit() }
        #expect(try folder.bytes("a.txt") == Array("early".utf8))
    }

    @Test func leavesNothingWithoutCommit() throws {
        do {
            let file = try AtomicFile(path: folder.file("a.txt"), overwrite: false)
            try file.write([1, 2, 3])
            #expect(try namesInFolder(folder.path).count == 1)
        }
        #expect(try namesInFolder(folder.path).isEmpty)
    }

    @Test func replacesBytesInPlace() throws {
        let file = try AtomicFile(path: folder.file("a"), overwrite: false)
        try file.write([0, 0, 0, 4])
        try file.replace(at: 1, with: [2, 3])
        try file.commit()
        #expect(try folder.bytes("a") == [0, 2, 3, 4])
    }

    @Test func followsLinksAndRefusesDevices() throws {
        try writeAtomically("old", to: folder.file("real"), overwrite: false)
        try FileManager.default.createSymbolicLink(
            atPath: folder.file("link"), withDestinationPath: folder.file("real"))
        try writeAtomically("new", to: folder.file("link"), overwrite: true)
        #expect(try folder.bytes("real") == Array("new".utf8))
        let device = StorageError(
            path: "/dev/null", operation: "replace", reason: .wrongKind(expected: "a regular file"))
        #expect(throws: device) { try writeAtomically("x", to: "/dev/null", overwrite: true) }
        #expect(throws: StorageError.self) { try writeAtomically("x", to: folder.path, overwrite: true) }
    }

    @Test func saysWhyItFails() throws {
        let path = folder.file("none/a.txt")
        let error = #expect(throws: StorageError.self) { try writeAtomically("x", to: path, overwrite: false) }
        #expect(error?.reason == .system(ENOENT))
        #expect(error?.description.contains("create its folder first") == true)
    }
}

@Suite struct InputFileTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    @Test func readsRanges() throws {
        try writeAtomically([1, 2, 3, 4, 5], to: folder.file("a"), overwrite: false)
        let file = try InputFile(path: folder.file("a"))
        #expect(file.count == 5)
        #expect(try file.bytes(in: 1..<4) == [2, 3, 4])
        #expect(throws: StorageError.self) { try file.bytes(in: 3..<6) }
    }

    @Test func refusesWhatIsMissingLongOrNotAFile() throws {
        let missing = StorageError(path: folder.file("x"), operation: "open", reason: .missing)
        #expect(throws: missing) { try InputFile(path: folder.file("x")) }
        #expect(throws: StorageError.self) { try InputFile(path: folder.path) }
        #expect(throws: StorageError.self) { try InputFile(path: "/dev/zero") }
        try writeAtomically([1, 2, 3], to: folder.file("a"), overwrite: false)
        let long = StorageError(path: folder.file("a"), operation: "read", reason: .tooLarge(bytes: 3, limit: 2))
        #expect(throws: long) { try InputFile.bytes(of: folder.file("a"), limit: 2) }
    }
}

@Suite struct AppendFileTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    @Test func gathersAndFlushes() throws {
        let file = try AppendFile(creating: folder.file("log"))
        try file.append("one\n")
        #expect(file.count == 4)
        #expect(try folder.bytes("log").isEmpty)
        try file.flush()
        #expect(try folder.bytes("log") == Array("one\n".utf8))
        let large = [UInt8](repeating: 7, count: 200_000)
        try file.append("two\n")
        try file.append(large)
        #expect(try folder.bytes("log") == Array("one\ntwo\n".utf8) + large)
    }

    @Test func keepsEverythingWhenClosed() throws {
        do { try AppendFile(creating: folder.file("log")).append("kept") }
        #expect(try folder.bytes("log") == Array("kept".utf8))
    }

    @Test func cutsBackToResume() throws {
        try writeAtomically("one\ntwo\nthr", to: folder.file("log"), overwrite: false)
        do {
            let file = try AppendFile(resuming: folder.file("log"), at: 8)
            try file.append("3\n")
            #expect(file.count == 10)
        }
        #expect(try folder.bytes("log") == Array("one\ntwo\n3\n".utf8))
        let short = StorageError(
            path: folder.file("log"), operation: "resume", reason: .tooShort(bytes: 10, needed: 11))
        #expect(throws: short) { try AppendFile(resuming: folder.file("log"), at: 11) }
        #expect(try folder.bytes("log").count == 10)
    }

    @Test func refusesExistingAndMissingFiles() throws {
        try writeAtomically("x", to: folder.file("log"), overwrite: false)
        let exists = StorageError(path: folder.file("log"), operation: "create", reason: .wouldOverwrite)
        #expect(throws: exists) { try AppendFile(creating: folder.file("log")) }
        let missing = StorageError(path: folder.file("no"), operation: "open", reason: .missing)
        #expect(throws: missing) { try AppendFile(resuming: folder.file("no"), at: 0) }
    }
}

@Suite struct FolderTests {
    @Test func splitsAndJoins() {
        #expect(splitPath("a/b/c") == ("a/b", "c"))
        #expect(splitPath("c") == (".", "c"))
        #expect(splitPath("/c") == ("/", "c"))
        #expect(joinPath("/", "c") == "/c")
        #expect(joinPath("a", "c") == "a/c")
    }

    @Test func createsNestedFoldersAndLists() throws {
        let folder = try TemporaryFolder()
        try createFolder(folder.file("x/y/z"))
        try createFolder(folder.file("x/y/z"))
        try writeAtomically("", to: folder.file("x/b"), overwrite: false)
        #expect(try namesInFolder(folder.file("x")) == ["b", "y"])
        #expect(throws: StorageError.self) { try createFolder(folder.file("x/b/c")) }
        #expect(throws: StorageError.self) { try createFolder(folder.file("x/b")) }
        let missing = StorageError(path: folder.file("q"), operation: "list", reason: .missing)
        #expect(throws: missing) { try namesInFolder(folder.file("q")) }
    }
}
