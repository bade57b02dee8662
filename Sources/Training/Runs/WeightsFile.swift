import Agents
import NeuralNetworks
import TensorCore

/// A safetensors file, of this or another tool, with parameters for an agent to act by.
public struct WeightsFile: Sendable {
    public var path: String
    /// The file's names, for parameters that the agent calls otherwise; see
    /// `Parameters.load(from:names:kernels:allowsExtra:)`.
    public var names: [String: String]
    /// Whether the file may hold more than the agent's parameters.
    public var allowsExtra: Bool

    public init(_ path: String, names: [String: String] = [:], allowsExtra: Bool = false) {
        (self.path, self.names, self.allowsExtra) = (path, names, allowsExtra)
    }

    /// Loads the parameters into an agent's ``Agents/Agent/behaviour``.
    ///
    /// - Throws: `StorageError`, `FormatError` or `ParameterFileError`; then nothing has changed.
    public func load(into agent: any Agent) throws {
        let file = try TensorFile(Checkpoint.open(path))
        try agent.behaviour.load(from: file, names: names, allowsExtra: allowsExtra)
        agent.behaviourWasSet()
    }
}
