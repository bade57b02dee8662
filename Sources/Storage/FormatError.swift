/// A file whose content violates its format, or is of a kind that is not supported: where, what was expected, what was
/// found.
///
/// All readers of the project throw this one type, so a command line can treat all damaged files alike.
public struct FormatError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The formats that the project reads.
    public enum Format: String, Hashable, Sendable {
        case json = "JSON"
        case zip = "ZIP"
        case npy = "NPY"
        case gzip
        case idx = "IDX"
        case png = "PNG"
        case jpeg = "JPEG"
        case text = "UTF-8 text"
        case safetensors
        case rollout
        case run = "run folder"
        /// Where a run's folder is looked for.
        case place
    }

    /// Whether the file breaks its format, or follows it and holds what is not read here.
    public enum Problem: Hashable, Sendable { case damaged, unsupported }

    /// The format that was violated, or of which a part is not supported.
    public var format: Format
    /// The file's name as given; for bytes in memory, a word for what they are.
    public var file: String
    /// The offset in the file, in bytes.
    public var offset: Int
    /// What the format requires there, or what is supported.
    public var expected: String
    /// What is there instead.
    public var found: String
    public var problem: Problem

    public init(
        _ format: Format, file: String, offset: Int, expected: String, found: String, problem: Problem = .damaged
    ) {
        self.problem = problem
        self.format = format
        self.file = file
        self.offset = offset
        self.expected = expected
        self.found = found
    }

    /// One sentence: file, offset, what was expected, what was found, and the next thing to try.
    public var description: String {
        switch problem {
        case .damaged where format == .place:
            "\(file) is not the folder of a run: expected \(expected), found \(found); give the folder that 'train' or "
                + "'fit' has made"
        case .damaged:
            "\(file): byte \(offset): expected \(expected), found \(found); "
                + "this is not a valid \(format.rawValue) file, so make it again or use another copy"
        case .unsupported:
            "\(file): byte \(offset): found \(found), which is valid \(format.rawValue) but not supported; "
                + "convert it to \(expected)"
        }
    }

    /// This error as part of a larger file: with the offset moved by `base`, and the outer file's format.
    public func moved(by base: Int, format: Format) -> FormatError {
        FormatError(format, file: file, offset: base + offset, expected: expected, found: found, problem: problem)
    }
}
