import Agents
import NeuralNetworks
import TensorCore

/// A safetensors file, of this or another tool, with parameters for an agent to act by.
public struct WeightsFile: Sendable {
    /// The file.
    public var path: String
    /// Its names where they aren't the agent's: see `Parameters.load(from:names:kernels:allowsExtra:)`.
    public var names: [String: String]
    /// Whether it may hold more than the agent's parameters.
    public var allowsExtra: Bool

    /// Describes a file.
    public init(_ path: String, names: [String: String] = [:], allowsExtra: Bool = false) {
        (self.path, self.names, self.allowsExtra) = (path, names, allowsExtra)
    }

    /// Puts the parameters into an agent's ``Agents/Agent/behaviour``.
    ///
    /// - Throws: `StorageError`, `FormatError` or `ParameterFileError`; then nothing has changed.
    public func load(into agent: any Agent) throws {
        let file = try TensorFile(Checkpoint.open(path))
        try agent.behaviour.load(from: file, names: names, allowsExtra: allowsExtra)
        agent.behaviourWasSet()
    }
}
