import Storage
import TOMLKit

/// A configuration file: settings at the top, and named tables of settings.
///
/// Values are integers, numbers, truth values, texts and lists of these; tables are not nested.
public struct TOMLDocument: Hashable, Sendable {
    /// The maximum size of a file, in bytes.
    public static let largestFile = 1 << 20

    /// The settings before the first table.
    public var top = SettingsTable()
    public var tables: [String: SettingsTable] = [:]
    /// The file's name, as given.
    public let file: String
    private let lines: [String: Int]

    /// Reads a file.
    ///
    /// - Throws: `StorageError` if it can't be read or is larger than ``largestFile``, ``ConfigurationError`` if it is
    ///   not a valid file.
    public init(contentsOf path: String) throws {
        try self.init(parsing: InputFile.bytes(of: path, limit: Self.largestFile), file: path)
    }

    /// Reads a text.
    ///
    /// - Parameters:
    ///   - bytes: The text in UTF-8.
    ///   - file: The file's name, for errors.
    /// - Throws: ``ConfigurationError`` with the line.
    public init(parsing bytes: [UInt8], file: String) throws(ConfigurationError) {
        self.file = file
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .badFile(path: file, line: 1, message: "the text is not UTF-8")
        }
        guard bytes.count <= Self.largestFile else {
            throw .badFile(path: file, line: 1, message: "the text has more than \(Self.largestFile) bytes")
        }
        lines = try TOMLOutline(bytes, file: file).lines
        let root: TOMLTable
        do { root = try TOMLTable(string: text) } catch {
            throw Self.error(error, file: file)
        }
        for (key, value) in try entries(of: root, path: "") {
            if let table = value.table {
                let entries = try entries(of: table, path: key + ".")
                tables[key] = SettingsTable(try settings(entries, path: key + "."))
            } else {
                top = SettingsTable(top.entries + (try settings([(key, value)], path: "")))
            }
        }
    }

    private static func error(_ error: any Error, file: String) -> ConfigurationError {
        guard let error = error as? TOMLParseError else {
            return .badFile(path: file, line: 1, message: "\(error)")
        }
        return .badFile(path: file, line: error.source.begin.line, message: error.description)
    }

    /// The line of a key, counted from 1; 1 for a missing key.
    ///
    /// - Parameter key: `name`, `table` or `table.name`.
    public func line(of key: String) -> Int { lines[key] ?? 1 }

    /// The keys and values of a table in the order of their lines.
    private func entries(
        of table: TOMLTable, path: String
    ) throws(ConfigurationError) -> [(key: String, value: any TOMLValueConvertible)] {
        var entries: [(key: String, value: any TOMLValueConvertible)] = []
        for key in table.keys {
            guard let value = table[key] else {
                throw .badFile(path: file, line: line(of: path + key), message: "the key '\(key)' can't be read")
            }
            entries.append((key, value))
        }
        return entries.sorted { (lines[path + $0.key] ?? 0, $0.key) < (lines[path + $1.key] ?? 0, $1.key) }
    }

    private func settings(
        _ entries: [(key: String, value: any TOMLValueConvertible)], path: String
    ) throws(ConfigurationError) -> [SettingsTable.Entry] {
        var settings: [SettingsTable.Entry] = []
        for (key, value) in entries {
            let line = line(of: path + key)
            guard let value = Self.setting(value) else {
                throw .badFile(
                    path: file, line: line,
                    message:
                        "\(key) must be a number, true or false, a text or a list of numbers, not another \(value.type)"
                )
            }
            settings.append(SettingsTable.Entry(key, value, source: "\(file):\(line)"))
        }
        return settings
    }

    private static func setting(_ value: any TOMLValueConvertible) -> SettingValue? {
        if let integer = value.int { return .integer(integer) }
        if let number = value.double { return .number(number) }
        if let boolean = value.bool { return .boolean(boolean) }
        if let text = value.string { return .text(text) }
        guard let array = value.array else { return nil }
        let integers = array.indices.compactMap { array[$0].int }
        if integers.count == array.count { return .integers(integers) }
        let numbers = array.indices.compactMap { index in array[index].double ?? array[index].int.map(Double.init) }
        return numbers.count == array.count ? .numbers(numbers) : nil
    }
}
