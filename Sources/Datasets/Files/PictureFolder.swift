import Graphics
import Storage

/// A folder of PNG images of one size, or of folders of them, one per class.
struct PictureFolder {
    static let ending = ".png"

    let name: String
    private let path: String
    /// The files, and the class of each; no classes if the images are in the folder itself.
    private let files: [String]
    private let labels: [Int]

    /// Finds the images in a folder; nil if there are none.
    ///
    /// - Throws: `StorageError` if it can't be listed.
    init?(_ name: String, path: String) throws {
        (self.name, self.path) = (name, path)
        let direct = try Self.pictures(in: path)
        guard direct.isEmpty else {
            (files, labels) = (direct, [])
            return
        }
        let folders = try namesInFolder(path).map { joinPath(path, $0) }.filter(isFolder)
        let classes = try folders.map(Self.pictures).filter { !$0.isEmpty }
        guard !classes.isEmpty else { return nil }
        files = classes.flatMap { $0 }
        labels = classes.enumerated().flatMap { [Int](repeating: $0, count: $1.count) }
    }

    private static func pictures(in path: String) throws -> [String] {
        try namesInFolder(path).filter { $0.lowercased().hasSuffix(ending) }.map { joinPath(path, $0) }
    }

    /// Reads the images, sorted by name.
    ///
    /// - Throws: `FormatError` for a file that is not a PNG, ``DatasetError`` for an image of another size,
    ///   `StorageError`.
    func load(_ settings: DataSettings) throws -> Dataset {
        var stack = PictureRows(size: try Self.picture(files[0]).size)
        for file in files {
            let frame = try Self.picture(file)
            guard frame.size == stack.size else {
                throw DatasetError.badRow(
                    place: file, expected: "\(stack.size.width) x \(stack.size.height) pixels as in \(files[0])",
                    found: "\(frame.width) x \(frame.height)")
            }
            stack.append(frame)
        }
        let all = SourcedRows(
            rows: stack.rows(labels: labels), origin: DataOrigin(path, .picture))
        let (training, validation, test) = try Splitting.threeParts(all, name: name, settings)
        return Dataset(
            .init(name: name, shape: stack.shape, kind: .levels(256), classCount: (labels.max() ?? -1) + 1),
            training, validation, test)
    }

    private static func picture(_ file: String) throws -> Frame {
        do {
            return try PNG.decode(DataFile.bytes(of: file))
        } catch let error as PictureError {
            throw FormatError(
                .png, file: file, offset: error.offset, expected: "an image of 8 bits per channel", found: error.problem
            )
        }
    }
}
