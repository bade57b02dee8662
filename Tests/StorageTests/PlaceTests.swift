import Foundation
import Testing

@testable import Storage

/// What is at a path, where it is, and what it contains.
@Suite struct PlaceTests {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    @Test func kindsDoNotFollowLinks() throws {
        try writeAtomically("x", to: folder.file("f"), overwrite: false)
        for (name, target) in [("l", "f"), ("d", folder.path), ("n", "none")] {
            try FileManager.default.createSymbolicLink(atPath: folder.file(name), withDestinationPath: target)
            #expect(PathKind(of: folder.file(name)) == .link)
        }
        #expect(PathKind(of: folder.file("f")) == .file && PathKind(of: folder.path) == .folder)
        #expect(PathKind(of: folder.file("none")) == .nothing && PathKind(of: "/dev/null") == .other)
    }

    @Test func logsAreNotContinuedThroughLinks() throws {
        try writeAtomically("mine", to: folder.file("f"), overwrite: false)
        try FileManager.default.createSymbolicLink(atPath: folder.file("l"), withDestinationPath: "f")
        let error = #expect(throws: StorageError.self) { try AppendFile(resuming: folder.file("l"), at: 0) }
        #expect(error?.description.contains("symbolic links are not followed") == true)
        #expect(try folder.bytes("f") == Array("mine".utf8))
    }

    @Test func pathsFromTheRoot() {
        let current = FileManager.default.currentDirectoryPath
        #expect(absolutePath("/a/b.txt") == "/a/b.txt")
        #expect(absolutePath("a/b.txt") == joinPath(current, "a/b.txt"))
        #expect(
            absolutePath("././/a") == joinPath(current, "a") && absolutePath(".hidden") == joinPath(current, ".hidden"))
        #expect(absolutePath("../a") == joinPath(current, "../a"))
        #expect(absolutePath(".") == current && absolutePath("./") == current)
    }

    /// A log knows the checksum of all its bytes, also of those before it was continued.
    @Test func logsKnowTheirChecksums() throws {
        let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 * 7 >> 3) }
        let path = folder.file("log")
        do {
            let log = try AppendFile(creating: path)
            for start in stride(from: 0, to: bytes.count, by: 100_000) {
                try log.append(Array(bytes[start..<start + 7]))
            }
            try log.append(bytes)
            try log.flush()
            #expect(try crc32(ofFile: path) == log.checksum)
        }
        let checksum = try crc32(ofFile: path, length: 21)
        #expect(checksum == crc32(Array(try folder.bytes("log")[..<21])))
        let log = try AppendFile(resuming: path, at: 21, checksum: checksum)
        try log.append(bytes)
        try log.flush()
        #expect(try crc32(ofFile: path) == log.checksum)
        #expect(throws: StorageError.self) { try crc32(ofFile: path, length: 1 << 20) }
        #expect(hexadecimal(0xAB) == "000000ab")
    }
}
