import Graphics
import Storage

/// A folder of PNG and JPEG images of one size, or of folders of them, one per class.
///
/// Hidden files and folders, whose names begin with a point, are left out, and with them what other systems put beside
/// files (`._NAME`, `.ipynb_checkpoints`).
struct PictureFolder {
    static let endings = [".png", ".jpg", ".jpeg"]

    let name: String
    private let path: String
    /// The files, and the class of each; no classes if the images are in the folder itself.
    private let files: [String]
    private let labels: [Int]
    private let classNames: [String]
    private let notes: [String]

    /// Finds the images in a folder; nil if there are none.
    ///
    /// Where there are both images and folders of images, the larger number counts: a stray image hides no classes, and
    /// a stray folder no images. What is left out is noted.
    ///
    /// - Throws: `StorageError` if it can't be listed.
    init?(_ name: String, path: String) throws {
        (self.name, self.path) = (name, path)
        let direct = try Self.pictures(in: path)
        let folders = try Self.visibleNames(in: path).filter { isFolder(joinPath(path, $0)) }
        let classes = try folders.sorted(by: naturallyPrecedes)
            .map { (name: $0, files: try Self.pictures(in: joinPath(path, $0))) }.filter { !$0.files.isEmpty }
        let classified = classes.flatMap(\.files)
        guard !direct.isEmpty || !classified.isEmpty else { return nil }
        if direct.count > classified.count {
            (files, labels, classNames) = (direct, [], [])
            notes = classes.map { "\(joinPath(path, $0.name)) is left out: \(direct.count) images are beside it" }
        } else {
            files = classified
            labels = classes.enumerated().flatMap { [Int](repeating: $0, count: $1.files.count) }
            classNames = classes.map(\.name)
            notes = direct.map { "\($0) is left out: it is beside the folders of classes, and in none" }
        }
    }

    private static func visibleNames(in path: String) throws -> [String] {
        try namesInFolder(path).filter { !$0.hasPrefix(".") }
    }

    private static func pictures(in path: String) throws -> [String] {
        try visibleNames(in: path).filter { name in
            let name = name.lowercased()
            return endings.contains { name.hasSuffix($0) }
        }.map { joinPath(path, $0) }.filter { !isFolder($0) }
    }

    /// Reads the images, sorted by name.
    ///
    /// - Throws: `FormatError` for a file that is neither PNG nor JPEG, ``DatasetError`` for an image of another size,
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
        var dataset = Dataset(
            .init(
                name: name, shape: stack.shape, kind: .levels(256), classCount: classNames.count, classNames: classNames
            ), training, validation, test)
        dataset.notes = notes
        return dataset
    }

    /// Reads an image by its content: many a file called .png is a JPEG.
    private static func picture(_ file: String) throws -> Frame {
        let bytes = try DataFile.bytes(of: file)
        let byName: PictureFile.Format = file.lowercased().hasSuffix(".png") ? .png : .jpeg
        do throws(PictureError) {
            return try PictureFile.decode(bytes, as: PictureFile.format(of: bytes) ?? byName)
        } catch {
            let format: FormatError.Format = error.format == .png ? .png : .jpeg
            let problem: FormatError.Problem = error.kind == .damaged ? .damaged : .unsupported
            let expected =
                switch error.kind {
                case .damaged: "an intact image"
                case .unsupported: "an image in red, green and blue"
                case .tooLarge: "a smaller image"
                }
            throw FormatError(
                format, file: file, offset: error.offset, expected: expected, found: error.problem, problem: problem)
        }
    }
}
