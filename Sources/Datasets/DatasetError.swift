import Storage

/// Data that can't be found, or that a model can't be fitted to.
///
/// A file that breaks its format is a `FormatError`; one that can't be read, a `StorageError`.
public enum DatasetError: Error, Hashable, Sendable, CustomStringConvertible {
    /// No dataset has that name: where it was looked for, which files could be put there, and the nearest known name.
    case unknownData(name: String, folder: String?, files: [String], nearest: String?)
    /// Some files of a dataset are missing.
    case missingFiles(name: String, folder: String, files: [String])
    /// A row has wrong content.
    case badRow(place: String, expected: String, found: String)
    /// A part has too few rows.
    case tooFewRows(name: String, found: String, expected: String, advice: String)
    /// A setting doesn't go with the data or with another setting.
    case setting(name: String, value: String, data: String, expected: String)
    /// The data aren't what the model takes.
    case unsuitable(place: String, found: String, expected: String, advice: String)

    /// A sentence with the next thing to try.
    public var description: String {
        switch self {
        case .unknownData(let name, let folder, let files, let nearest):
            "there is no dataset '\(name)'" + (nearest.map { " (did you mean '\($0)'?)" } ?? "")
                + (folder.map { ". Put one of these into \($0)" } ?? ". Give --data FOLDER with one of these")
                + ", plain or with .gz: " + files.joined(separator: "; ")
        case .missingFiles(let name, let folder, let files):
            "\(name) is incomplete: put \(files.joined(separator: ", ")) into \(folder), plain or with .gz"
        case .badRow(let place, let expected, let found):
            "\(place): expected \(expected), found \(found)"
        case .tooFewRows(let name, let found, let expected, let advice):
            "\(name): expected \(expected), found \(found); \(advice)"
        case .setting(let name, let value, let data, let expected):
            "\(name) is \(value), and \(data): expected \(expected); change it with --option \(name)=…"
        case .unsuitable(let place, let found, let expected, let advice):
            "\(place): expected \(expected), found \(found); \(advice)"
        }
    }
}
