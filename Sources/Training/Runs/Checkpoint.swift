import Agents
import Environments
import NeuralNetworks
import Storage
import TensorCore

/// Learned parameters in a safetensors file, by path.
public enum Checkpoint {
    /// The tensor with an agent's counters and random streams.
    static let agentState = "agent.state"
    /// The tensor with the state of the training loop, its environments and its logs.
    static let trainingState = "training.state"
    /// The tensor with what the first environment keeps over resets, if there is anything.
    static let environmentStatistics = "environment.statistics"

    /// The states of an agent and of its environment's statistics, if there are any.
    static func states(agent: [UInt8], in environment: any BatchedEnvironment) -> [String: [UInt8]] {
        let statistics = environment.statistics(of: 0)
        return statistics.isEmpty
            ? [agentState: agent] : [agentState: agent, environmentStatistics: statistics]
    }

    /// What the first environment of the training kept over resets; nil if there was nothing.
    ///
    /// - Throws: `StorageError` or `FormatError`.
    public static func statistics(in path: String) throws -> [UInt8]? {
        let reader = try open(path)
        return try reader.entry(named: environmentStatistics) == nil
            ? nil : bytes(named: environmentStatistics, in: reader)
    }

    /// Writes variables into a file that appears complete or not at all.
    ///
    /// - Parameter states: Other data to keep, as bytes by name.
    /// - Throws: `StorageError`.
    public static func write(
        _ variables: Parameters, states: [String: [UInt8]] = [:], metadata: [String: String], to path: String
    ) throws {
        var entries = variables.entries.map { TensorFileEntry(name: $0.path, type: .float32, shape: $0.variable.shape) }
        entries += states.map { TensorFileEntry(name: $0.key, type: .uint8, shape: [$0.value.count]) }
        let byPath = Dictionary(uniqueKeysWithValues: variables.entries.map { ($0.path, $0.variable) })
        func body(_ entry: TensorFileEntry, _ sink: (UnsafeRawBufferPointer) throws -> Void) throws {
            if let variable = byPath[entry.name] {
                try variable.withValues { try sink(UnsafeRawBufferPointer($0)) }
            } else {
                try states[entry.name]!.withUnsafeBytes { try sink($0) }
            }
        }
        let metadata = try sealed(metadata, entries, body)
        try TensorFile.write(entries, metadata: metadata, to: path, overwrite: true, body: body)
    }

    /// Marks a run's copy of the parameters that it starts from.
    static let initialParameters = ["content": "initial parameters"]

    /// Whether a file holds the parameters that a run starts from, as ``TrainingSession`` writes them.
    static func areInitialParameters(_ path: String) -> Bool {
        guard let reader = try? open(path) else { return false }
        return initialParameters.allSatisfy { reader.metadata[$0.key] == $0.value }
    }

    /// Restores an agent from a checkpoint: its parameters, its counters and its random streams.
    ///
    /// - Throws: as ``read(_:into:)-(_,Parameters)``, also if the agent's state is missing or another agent's.
    public static func read(_ path: String, into agent: any Learner) throws { try read(try open(path), into: agent) }

    static func read(_ reader: TensorFileReader, into agent: any Learner) throws {
        let (variables, state) = (agent.variables, try bytes(named: agentState, in: reader))
        let values = try values(of: variables, in: reader)
        try locating(agentState, in: reader) { () throws(EnvironmentError) in try agent.restoreState(from: state) }
        set(variables, to: values)
    }

    /// Reads bytes that were passed to ``write(_:states:metadata:to:)``.
    ///
    /// - Throws: `StorageError`, `FormatError`, or ``TensorCore/TensorError`` if the file has none of this name.
    static func bytes(named name: String, in reader: TensorFileReader) throws -> [UInt8] {
        guard let entry = reader.entry(named: name), entry.type == .uint8 else {
            throw TensorError.missingVariable(name: name, file: reader.path)
        }
        return try reader.bytes(of: entry)
    }

    /// Runs `body`, and adds file and name to the error of a state that can't be read.
    static func locating(
        _ name: String, in reader: TensorFileReader, _ body: () throws(EnvironmentError) -> Void
    ) throws {
        do {
            try body()
        } catch EnvironmentError.badState(let offset, let expected) {
            throw FormatError(
                .safetensors, file: "\(reader.path)(\(name))", offset: offset, expected: expected,
                found: "another state"
            )
        }
    }

    /// Reads all of the variables from a file, which may hold more, such as an optimiser's moments.
    ///
    /// - Returns: the file's metadata.
    /// - Throws: `StorageError`, `FormatError`, or ``TensorCore/TensorError`` if a variable is missing or has another
    ///   shape; then none has changed.
    @discardableResult
    public static func read(_ path: String, into variables: Parameters) throws -> [String: String] {
        let reader = try open(path)
        try read(reader, into: variables)
        return reader.metadata
    }

    static func read(_ reader: TensorFileReader, into variables: Parameters) throws {
        set(variables, to: try values(of: variables, in: reader))
    }

    /// The elements of all variables, found and checked before any variable is changed.
    private static func values(of variables: Parameters, in reader: TensorFileReader) throws -> [[Float]] {
        try variables.entries.map { name, variable in
            guard let entry = reader.entry(named: name) else {
                throw TensorError.missingVariable(name: name, file: reader.path)
            }
            guard entry.shape == variable.shape else {
                throw TensorError.variableShape(name: name, expected: variable.shape, given: entry.shape)
            }
            guard entry.type == .float32 else {
                throw FormatError(
                    .safetensors, file: "\(reader.path)(\(name))", offset: 0, expected: "float32 elements",
                    found: "\(entry.type)")
            }
            var values = [Float](repeating: 0, count: entry.elementCount)
            try values.withUnsafeMutableBytes { try reader.read(entry, into: $0) }
            if let index = values.firstNotFinite {
                throw FormatError(
                    .safetensors, file: "\(reader.path)(\(name))", offset: 4 * index, expected: "finite numbers",
                    found: "\(values[index]) as element \(index)")
            }
            return values
        }
    }

    private static func set(_ variables: Parameters, to values: [[Float]]) {
        for (variable, elements) in zip(variables.variables, values) { variable.set(elements) }
    }
}
