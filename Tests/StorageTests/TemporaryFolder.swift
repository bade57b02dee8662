import Foundation
import Storage

/// A folder for the files of one test, removed with the object.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = joinPath(NSTemporaryDirectory(), "reverie-storage-\(UUID().uuidString)")
        try createFolder(path)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { joinPath(path, name) }

    func bytes(_ name: String) throws -> [UInt8] { try InputFile.bytes(of: file(name), limit: 1 << 30) }
}

/// The bytes of a file in Tests/Fixtures/Storage.
func fixture(_ name: String) throws -> [UInt8] { try InputFile.bytes(of: fixturePath(name), limit: 1 << 20) }

/// The path of a file in Tests/Fixtures/Storage.
func fixturePath(_ name: String) -> String {
    joinPath(splitPath(splitPath(#filePath).folder).folder, "Fixtures/Storage/" + name)
}
