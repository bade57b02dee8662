import Datasets
import Deflate
import Experience
import Foundation
import Graphics
import Random
import Storage

/// A folder with the files of one test, removed with the object.
final class TestFolder {
    let path = joinPath(NSTemporaryDirectory(), "reverie-datasets-\(UUID().uuidString)")

    init() throws { try createFolder(path) }
    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { joinPath(path, name) }

    func write(_ name: String, _ bytes: [UInt8]) throws {
        try createFolder(splitPath(file(name)).folder)
        try Data(bytes).write(to: URL(filePath: file(name)))
    }

    func write(_ name: String, _ text: String) throws { try write(name, Array(text.utf8)) }

    /// The dataset of a name in this folder.
    func make(_ name: String, _ change: (inout DataSettings) -> Void = { _ in }) throws -> Dataset {
        var settings = DataSettings()
        change(&settings)
        return try DatasetCatalog.make(name, folder: path, settings: settings)
    }

    /// The error of making a dataset by name; nil if there is none.
    func error(_ name: String, _ change: (inout DataSettings) -> Void = { _ in }) -> (any Error)? {
        do {
            _ = try make(name, change)
            return nil
        } catch {
            return error
        }
    }
}

/// The bytes of a gzip file.
func gzipped(_ bytes: [UInt8]) -> [UInt8] { deflated(bytes, .gzip) }

/// The bytes of an IDX file of bytes.
func idx(_ extents: [Int], _ elements: [UInt8], type: UInt8 = 8) -> [UInt8] {
    [0, 0, type, UInt8(extents.count)] + extents.flatMap { UInt32($0).littleEndianBytes.reversed() } + elements
}

/// Four IDX files of `count` training and six test images of 2 x 3, whose pixels are their numbers, in two classes.
func writePictures(_ folder: TestFolder, prefix: String = "", count: Int = 12, suffix: String = "") throws {
    for (part, count) in [("train", count), ("t10k", 6)] {
        let pixels = (0..<count).flatMap { [UInt8](repeating: UInt8($0), count: 6) }
        let images = idx([count, 2, 3], pixels), labels = idx([count], (0..<count).map { UInt8($0 % 2) })
        let pack = { (bytes: [UInt8]) in suffix == ".gz" ? gzipped(bytes) : bytes }
        try folder.write("\(prefix)\(part)-images-idx3-ubyte\(suffix)", pack(images))
        try folder.write("\(prefix)\(part)-labels-idx1-ubyte\(suffix)", pack(labels))
    }
}

/// Data in three equal parts.
func dataset(_ values: [Float], shape: [Int], _ kind: ElementKind, labels: [Int] = []) -> Dataset {
    let rows = DataRows(values, width: shape.reduce(1, *), labels: labels)
    return Dataset(
        .init(name: "numbers", shape: shape, kind: kind, classCount: (labels.max() ?? -1) + 1),
        training: rows, validation: rows, test: rows)
}

/// Settings changed from the defaults.
func settings(_ change: (inout DataSettings) -> Void) -> DataSettings {
    var settings = DataSettings()
    change(&settings)
    return settings
}

extension Collection<Float> {
    var mean: Double { reduce(0) { $0 + Double($1) } / Double(count) }
}
