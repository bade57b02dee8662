import Storage

/// Datasets by name, as the command line offers them: synthetic ones, and those in files.
public enum DatasetCatalog {
    public enum Family: String, Hashable, Sendable, CaseIterable {
        case made, pictures, tables, text, music, rollouts
    }

    /// What is known about a dataset before it is read.
    public struct Entry: Hashable, Sendable {
        /// The name, such as `moons`; in ``patterns`` the word NAME stands for the user's own.
        public let name: String
        /// One line for a list.
        public let summary: String
        public let family: Family
    }

    /// The synthetic datasets.
    public static let entries: [Entry] = MadeDataset.entries.map {
        Entry(name: $0.name, summary: $0.summary, family: .made)
    }

    /// How the files of a dataset NAME are called. All but images may be gzipped (`.gz`).
    public static let patterns: [Entry] = [
        Entry(
            name: IDXDataset.mnist, summary: "MNIST: " + IDXDataset.fileNames(prefix: "").joined(separator: ", "),
            family: .pictures),
        Entry(
            name: "NAME-{train,t10k}-{images,labels}-idx…", summary: "IDX files named like MNIST's", family: .pictures
        ),
        Entry(
            name: "NAME/*.{png,jpg}", summary: "PNG or JPEG images of one size, or a folder of them per class",
            family: .pictures),
        Entry(name: "NAME.{train,valid,test}.csv", summary: "tables of numbers, one row per line", family: .tables),
        Entry(name: "NAME.{tra,tes}.csv", summary: "the same in two parts, such as the UCI digits", family: .tables),
        Entry(name: "NAME.csv", summary: "the same in one file, split at random by the data's seed", family: .tables),
        Entry(name: "NAME.txt", summary: "a text, character by character", family: .text),
        Entry(name: "NAME.json", summary: "pieces of music: the pitches of each step", family: .music),
        Entry(name: "NAME.npz", summary: "a rollout of 'reverie record': observations or frames", family: .rollouts),
    ]

    /// Generates a dataset or reads it: by name from a folder, or from the file, folder or set of files at a path.
    ///
    /// All numbers are checked to be of the kind that the description says; no part is empty.
    ///
    /// - Parameters:
    ///   - name: One of ``entries``, what stands for NAME in one of ``patterns``, or a path.
    ///   - folder: Where files are looked up by name.
    /// - Throws: ``DatasetError``; `FormatError` for a damaged file, with the offset; `StorageError`.
    public static func make(_ name: String, folder: String?, settings: DataSettings) throws -> Dataset {
        try load(name, folder: folder, settings).restricted(by: settings).checked().inverted(by: settings)
    }

    /// The datasets in a folder that ``make(_:folder:settings:)`` finds by name, sorted.
    ///
    /// - Throws: `StorageError` for a missing folder.
    public static func names(in folder: String) throws -> [String] {
        let folder = try DataFolder(folder)
        let tables = folder.plainNames.compactMap(CSVDataset.name(ofFile:))
        let others = [TextDataset.ending, MusicDataset.ending, RolloutDataset.ending].flatMap { ending in
            folder.plainNames.filter { $0.hasSuffix(ending) }.map { String($0.dropLast(ending.count)) }
        }
        let pictures = try folder.names.filter { !$0.hasPrefix(".") }.filter {
            let path = joinPath(folder.path, $0)
            return try isFolder(path) && PictureFolder($0, path: path) != nil
        }
        let arrays = IDXDataset.prefixes(in: folder).map { $0.isEmpty ? IDXDataset.mnist : $0 }
        return Set(tables + others + pictures + arrays).sorted()
    }

    private static func load(_ name: String, folder: String?, _ settings: DataSettings) throws -> Dataset {
        if let made = MadeDataset.make(name, settings) { return made }
        if exists(name), name.contains("/") || !isFolder(name), let found = try path(name, settings) {
            return found
        }
        // A name with the ending of a file is a file's; if it isn't here, it may be in the folder.
        let endings =
            [TextDataset.ending, MusicDataset.ending, RolloutDataset.ending, ".csv", ".gz"] + PictureFolder.endings
        let isFile = endings.contains { name.hasSuffix($0) }
        if isFile, !exists(name), folder.map({ exists(joinPath($0, name)) }) != true {
            throw StorageError(path: name, operation: "open", reason: .missing)
        }
        if exists(name), !isFolder(name), folder == nil || name.contains("/") {
            throw DatasetError.badRow(
                place: name,
                expected:
                    "an ending that says what it holds, such as .csv, .txt, .json or .npz (for a pipe too: mkfifo "
                    + "NAME.csv)", found: "another one")
        }
        if name.contains("/") {
            let (folder, name) = splitPath(name)
            return try named(name, in: folder, settings)
        }
        guard let folder else { throw unknown(name, folder: nil, among: []) }
        return try named(name, in: folder, settings)
    }

    /// The dataset of a name in a folder.
    private static func named(_ name: String, in path: String, _ settings: DataSettings) throws -> Dataset {
        let folder = try DataFolder(path)
        let prefixes = IDXDataset.prefixes(in: folder)
        let prefix = name == IDXDataset.mnist && !prefixes.contains(name) ? "" : name
        if prefixes.contains(prefix) {
            return try IDXDataset(name: name, folder: folder, prefix: prefix).load(settings)
        }
        if let tables = try CSVDataset(name, in: folder) { return try tables.load(settings) }
        if let file = folder.file(name + TextDataset.ending) {
            return try TextDataset(name: name, file: file).load(settings)
        }
        if let file = folder.file(name + MusicDataset.ending) { return try MusicDataset(name: name, file: file).load() }
        if let file = folder.file(name + RolloutDataset.ending) {
            return try RolloutDataset(name: name, file: file).load(settings)
        }
        let within = joinPath(path, name)
        if exists(within), let found = try self.path(within, settings) { return found }
        guard name != IDXDataset.mnist else {
            throw DatasetError.missingFiles(name: name, folder: path, files: IDXDataset.fileNames(prefix: ""))
        }
        throw unknown(name, folder: path, among: (try? names(in: path)) ?? [])
    }

    /// The data at a path; nil if it isn't a file or folder of data.
    private static func path(_ path: String, _ settings: DataSettings) throws -> Dataset? {
        let (parent, file) = splitPath(path)
        if isFolder(path) { return try contents(of: path, name: file, settings) }
        let plain = DataFile.plainName(file)
        func stem(_ ending: String) -> String? { plain.hasSuffix(ending) ? String(plain.dropLast(ending.count)) : nil }
        if let prefix = IDXDataset.prefix(ofFile: file) {
            let name = prefix.isEmpty ? IDXDataset.mnist : prefix
            return try IDXDataset(name: name, folder: DataFolder(parent), prefix: prefix).load(settings)
        }
        if let name = CSVDataset.name(ofFile: file) {
            return try CSVDataset(name, in: DataFolder(parent))?.load(settings)
        }
        if let name = stem(TextDataset.ending) { return try TextDataset(name: name, file: path).load(settings) }
        if let name = stem(MusicDataset.ending) { return try MusicDataset(name: name, file: path).load() }
        return try stem(RolloutDataset.ending).map { try RolloutDataset(name: $0, file: path).load(settings) }
    }

    /// The data in a folder: one set of IDX files, or images.
    private static func contents(of path: String, name: String, _ settings: DataSettings) throws -> Dataset {
        let folder = try DataFolder(path)
        let prefixes = IDXDataset.prefixes(in: folder)
        if let prefix = prefixes.first, prefix.isEmpty || prefixes.count == 1 {
            return try IDXDataset(name: name, folder: folder, prefix: prefix).load(settings)
        }
        if let pictures = try PictureFolder(name, path: path) { return try pictures.load(settings) }
        throw DatasetError.badRow(
            place: path, expected: "IDX files of one dataset, or PNG or JPEG images in it or in its folders",
            found: prefixes.isEmpty ? "neither" : "the datasets " + prefixes.joined(separator: ", "))
    }

    private static func unknown(_ name: String, folder: String?, among names: [String]) -> DatasetError {
        let nearest = nearestName(to: name, among: entries.map(\.name) + names + [IDXDataset.mnist])
        let files =
            name == IDXDataset.mnist
            ? IDXDataset.fileNames(prefix: "")
            : patterns.dropFirst().map { $0.name.replacing("NAME", with: name) + " (\($0.summary))" }
        return .unknownData(name: name, folder: folder, files: files, nearest: nearest == name ? nil : nearest)
    }
}
