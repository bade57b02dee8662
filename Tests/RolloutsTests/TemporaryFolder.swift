import Foundation
import Storage

/// A folder for the files of one test, removed with the object.
final class TemporaryFolder {
    let path = joinPath(NSTemporaryDirectory(), "reverie-rollouts-\(UUID().uuidString)")

    init() throws { try createFolder(path) }
    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { joinPath(path, name) }
    func bytes(_ name: String) throws -> [UInt8] { try InputFile.bytes(of: file(name), limit: 1 << 26) }
}

/// The path of a file in Tests/Fixtures/Rollouts.
func fixturePath(_ name: String) -> String {
    joinPath(splitPath(splitPath(#filePath).folder).folder, "Fixtures/Rollouts/" + name)
}

/// The bytes of a file in Tests/Fixtures/Rollouts.
func fixture(_ name: String) throws -> [UInt8] { try InputFile.bytes(of: fixturePath(name), limit: 1 << 20) }

/// Whether the bytes are those of a fixture; `REVERIE_WRITE_FIXTURES` writes it.
func isFixture(_ bytes: [UInt8], _ name: String) throws -> Bool {
    if ProcessInfo.processInfo.environment["REVERIE_WRITE_FIXTURES"] != nil {
        try writeAtomically(bytes, to: fixturePath(name), overwrite: true)
    }
    return try fixture(name) == bytes
}
