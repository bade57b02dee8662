import Foundation

/// A map file that is deleted when it is no longer needed.
final class TemporaryMap {
    let path = FileManager.default.temporaryDirectory.appending(path: "reverie-map-\(UUID().uuidString).txt").path

    /// Writes a text, and a hole up to a size.
    init(_ text: String, size: Int? = nil) throws {
        try Data(text.utf8).write(to: URL(filePath: path))
        if let size, truncate(path, size) != 0 { throw CocoaError(.fileWriteUnknown) }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
