import Foundation

/// Whether the bytes equal the fixture at `path`; with `REVERIE_WRITE_FIXTURES` set, the fixture is written first.
public func matchesFixture(_ bytes: [UInt8], at path: String) throws -> Bool {
    let file = URL(filePath: path)
    if ProcessInfo.processInfo.environment["REVERIE_WRITE_FIXTURES"] != nil {
        try Data(bytes).write(to: file, options: .atomic)
    }
    return try Data(contentsOf: file) == Data(bytes)
}
