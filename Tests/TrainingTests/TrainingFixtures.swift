import Agents
import Foundation
import NeuralNetworks
import Storage

/// Everything that an agent has learned and counted.
func everything(_ agent: any Learner) -> [[UInt32]] {
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
