import Storage
import TensorCore

/// A run's last checkpoint that can't be read, where an earlier one is left.
public struct DamagedCheckpoint: Error, CustomStringConvertible {
    /// Why it can't be read.
    public let reason: String
    /// The damaged checkpoint, and the one before it.
    public let path, previous: String

    public var description: String {
        "\(reason)\(reason.hasSuffix(".") ? "" : ".") The checkpoint before it is \(previous): to continue from there, "
            + "rename or remove \(path) and give the command again"
    }
}

extension RunFolder {
    /// Reads a checkpoint; if it is damaged, the error names the one before it, if there is one.
    ///
    /// - Throws: ``DamagedCheckpoint``, or the errors of `read`.
    public func readingCheckpoint<Result>(_ path: String, _ read: () throws -> Result) throws -> Result {
        do {
            return try read()
        } catch  where error is FormatError || error is TensorError || (error as? StorageError)?.isOfDamage == true {
            guard let previous = try previousCheckpoint(to: path) else { throw error }
            throw DamagedCheckpoint(reason: "\(error)", path: path, previous: previous)
        }
    }

    private func previousCheckpoint(to path: String) throws -> String? {
        guard path != bestCheckpointPath else { return nil }
        let paths = try checkpointSteps().map(checkpointPath)
        return paths.firstIndex(of: path).flatMap { $0 > 0 ? paths[$0 - 1] : nil }
    }
}

extension StorageError {
    fileprivate var isOfDamage: Bool {
        switch reason {
        case .tooShort, .tooLarge, .wrongKind: true
        case .wouldOverwrite, .inUse, .unsuitable, .missing, .system: false
        }
    }
}
