import NeuralNetworks
import TensorCore

/// Learned numbers in a safetensors file, by path.
public enum Checkpoint {
    /// Writes variables into a file that appears complete or not at all.
    ///
    /// - Throws: `StorageError`.
    public static func write(_ variables: Parameters, metadata: [String: String], to path: String) throws {
        let entries = variables.entries.map { TensorFileEntry(name: $0.path, type: .float32, shape: $0.variable.shape) }
        let byPath = Dictionary(uniqueKeysWithValues: variables.entries.map { ($0.path, $0.variable) })
        try TensorFile.write(entries, metadata: metadata, to: path, overwrite: true) { entry, sink in
            try byPath[entry.name]!.withValues { try sink(UnsafeRawBufferPointer($0)) }
        }
    }

    /// Reads every one of the variables from a file, which may hold more: moments of an optimiser, say.
    ///
    /// - Returns: the file's metadata.
    /// - Throws: `StorageError`, `FormatError`, or ``TensorCore/TensorError`` where a variable is missing or has
    ///   another shape; then none has changed.
    @discardableResult
    public static func read(_ path: String, into variables: Parameters) throws -> [String: String] {
        let reader = try TensorFileReader(path: path)
        var values: [[Float]] = []
        for (name, variable) in variables.entries {
            guard let entry = reader.entry(named: name) else { throw TensorError.missingVariable(name: name, file: path) }
            guard entry.shape == variable.shape, entry.type == .float32 else {
                throw TensorError.variableShape(name: name, expected: variable.shape, given: entry.shape)
            }
            values.append([Float](repeating: 0, count: entry.elementCount))
            try values[values.count - 1].withUnsafeMutableBytes { try reader.read(entry, into: $0) }
        }
        for ((_, variable), elements) in zip(variables.entries, values) { variable.set(elements) }
        return reader.metadata
    }
}
