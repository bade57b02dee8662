import Agents
import Foundation
import NeuralNetworks
import Storage

/// All that an agent has learned and counted.
func everything(_ agent: any Agent) -> [[UInt32]] {
    agent.variables.variables.map { $0.values.map(\.bitPattern) } + [agent.stateBytes().map(UInt32.init)]
}

/// A folder for the files of one test, removed with the object.
final class TemporaryFolder {
    let path = joinPath(NSTemporaryDirectory(), "reverie-training-\(UUID().uuidString)")

    init() throws { try createFolder(path) }
    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { joinPath(path, name) }
    func bytes(_ name: String) throws -> [UInt8] { try InputFile.bytes(of: file(name), limit: 1 << 20) }
    func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }
}

/// The path of a file in Tests/Fixtures/Training.
func fixturePath(_ name: String) -> String {
    joinPath(splitPath(splitPath(#filePath).folder).folder, "Fixtures/Training/" + name)
}

/// The bytes of a file in Tests/Fixtures/Training.
func fixture(_ name: String) throws -> [UInt8] { try InputFile.bytes(of: fixturePath(name), limit: 1 << 20) }

/// Whether the bytes are those of a fixture; with `REVERIE_WRITE_FIXTURES` set the fixture is written first.
func isFixture(_ bytes: [UInt8], _ name: String) throws -> Bool {
    if ProcessInfo.processInfo.environment["REVERIE_WRITE_FIXTURES"] != nil {
        try writeAtomically(bytes, to: fixturePath(name), overwrite: true)
    }
    return try fixture(name) == bytes
}
