import Storage

/// A dataset in IDX files: images and labels, for training and for testing.
struct IDXDataset {
    /// The name of the dataset in Yann LeCun's four files.
    static let mnist = "mnist"
    /// The files of a dataset, named like MNIST's.
    static func fileNames(prefix: String) -> [String] {
        let start = prefix.isEmpty ? "" : prefix + "-"
        return ["train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"]
            .map { start + $0 + "-ubyte" }
    }

    /// One in this many training rows, at the end, is a validation row: of MNIST's 60,000 the last 10,000, as in the
    /// literature.
    private static let validationParts = 6

    let name: String
    let folder: DataFolder
    let prefix: String

    /// The prefixes of the datasets in a folder, sorted; MNIST's own names have an empty prefix.
    static func prefixes(in folder: DataFolder) -> [String] {
        let names = folder.plainNames.compactMap(FileName.init)
        return Set(names.filter { $0.isTraining && $0.isImages }.map(\.prefix)).sorted()
    }

    /// The prefix of a file's dataset; nil if the file isn't named like one.
    static func prefix(ofFile name: String) -> String? { FileName(DataFile.plainName(name))?.prefix }

    /// Reads the files.
    ///
    /// - Throws: ``DatasetError`` if one is missing or they don't belong together, `FormatError`, `StorageError`.
    func load(_ settings: DataSettings) throws -> Dataset {
        let all = try part(isTraining: true), test = try part(isTraining: false)
        guard all.images.extents.dropFirst() == test.images.extents.dropFirst() else {
            throw DatasetError.badRow(
                place: test.file, expected: "rows of \(Array(all.images.extents.dropFirst())) as in \(all.file)",
                found: "\(Array(test.images.extents.dropFirst()))")
        }
        guard all.labels.isEmpty == test.labels.isEmpty else {
            throw DatasetError.missingFiles(
                name: name, folder: folder.path,
                files: [Self.fileNames(prefix: prefix)[all.labels.isEmpty ? 1 : 3]])
        }
        let sourced = all.rows, count = sourced.rows.count
        let split = count - count / Self.validationParts
        let isByte = all.images.element == .unsignedByte
        let kind = settings.kind(of: [sourced.rows, test.rows.rows], levels: isByte ? 256 : nil)
        let classCount = ((all.labels + test.labels).max() ?? -1) + 1
        return Dataset(
            .init(name: name, shape: all.shape, kind: kind, classCount: classCount),
            sourced.gathered(0..<split), sourced.gathered(split..<count), test.rows)
    }

    /// The images and labels of a part.
    private struct Part {
        var file: String
        var images: IDXArray
        var labels: [Int]

        /// Height, width and channels of images, with one channel if the file has no such axis; else as in the file.
        var shape: [Int] {
            let extents = Array(images.extents.dropFirst())
            return extents.count == 2 ? extents + [1] : extents.isEmpty ? [1] : extents
        }

        var rows: SourcedRows {
            SourcedRows(
                rows: DataRows(images.numbers, width: shape.reduce(1, *), labels: labels),
                origin: DataOrigin(file, .picture))
        }
    }

    private func part(isTraining: Bool) throws -> Part {
        let usual = Self.fileNames(prefix: prefix)[isTraining ? 0 : 2]
        guard let file = file(isTraining: isTraining, isImages: true) else {
            throw DatasetError.missingFiles(name: name, folder: folder.path, files: [usual])
        }
        let images = try IDXArray(DataFile.bytes(of: file), file: file)
        guard !images.extents.contains(0) else {
            throw FormatError(
                .idx, file: file, offset: 4, expected: "extents of 1 or more", found: "\(images.extents)")
        }
        guard let labelFile = self.file(isTraining: isTraining, isImages: false) else {
            return Part(file: file, images: images, labels: [])
        }
        let labels = try IDXArray(DataFile.bytes(of: labelFile), file: labelFile)
        guard labels.extents == [images.extents[0]] else {
            throw FormatError(
                .idx, file: labelFile, offset: 4, expected: "a label for each of \(images.extents[0]) images",
                found: "\(labels.extents)")
        }
        return Part(file: file, images: images, labels: try DataLabels.checked(labels.numbers.floats, .init(labelFile)))
    }

    private func file(isTraining: Bool, isImages: Bool) -> String? {
        folder.plainNames.first { name in
            FileName(name).map { $0.prefix == prefix && $0.isTraining == isTraining && $0.isImages == isImages }
                ?? false
        }.flatMap(folder.file)
    }

    /// A name of the form `[PREFIX-](train|t10k|test)-(images|labels)(-|.)idx…`.
    private struct FileName {
        let prefix: String
        let isTraining: Bool
        let isImages: Bool

        init?(_ name: String) {
            guard let end = name.firstRange(of: "-idx") ?? name.firstRange(of: ".idx") else { return nil }
            var words = name[..<end.lowerBound].split(separator: "-", omittingEmptySubsequences: false)
            guard let content = words.popLast(), ["images", "labels"].contains(content),
                let part = words.popLast(), ["train", "t10k", "test"].contains(part)
            else { return nil }
            (prefix, isTraining, isImages) = (words.joined(separator: "-"), part == "train", content == "images")
        }
    }
}

/// Class labels as files contain them.
enum DataLabels {
    /// The largest class number.
    static let largest = 65_535

    /// Checks that numbers are classes.
    ///
    /// - Throws: ``DatasetError/badRow(place:expected:found:)`` for the first that isn't.
    static func checked(_ values: [Float], _ origin: DataOrigin) throws -> [Int] {
        if let bad = ElementKind.levels(largest + 1).firstViolation(in: values) {
            throw DatasetError.badRow(
                place: origin.place(of: bad), expected: "a class, a whole number from 0 to \(largest)",
                found: "\(values[bad])")
        }
        return values.map { Int($0) }
    }
}
