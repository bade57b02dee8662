import Storage

/// The presets in a folder: `dqn/CartPole-v1.toml` is the preset `dqn/CartPole-v1`, and `dqn/MinAtar/Breakout-v0.toml`
/// the preset `dqn/MinAtar/Breakout-v0`.
public struct PresetLibrary: Sendable {
    /// The folder with one folder per agent.
    public let folder: String

    /// Makes a library of a folder such as `assets/presets`.
    public init(folder: String) { self.folder = folder }

    /// The names of all presets, sorted.
    ///
    /// - Throws: `StorageError` if the folder can't be listed.
    public func names() throws(StorageError) -> [String] {
        var names: [String] = []
        for agent in try namesInFolder(folder) where isFolder(joinPath(folder, agent)) {
            names += try self.names(below: agent)
        }
        return names
    }

    private func names(below path: String) throws(StorageError) -> [String] {
        var names: [String] = []
        for name in try namesInFolder(joinPath(folder, path)) {
            let inner = joinPath(path, name)
            if name.hasSuffix(".toml") {
                names.append(String(inner.dropLast(5)))
            } else if isFolder(joinPath(folder, inner)) {
                names += try self.names(below: inner)
            }
        }
        return names
    }

    /// Reads a preset; the case of its name doesn't matter.
    ///
    /// - Throws: ``ConfigurationError`` for an unknown name, with the nearest known one, or for a file that is wrong;
    ///   `StorageError` if it can't be read.
    public func preset(named name: String) throws -> Experiment {
        let names = try names()
        guard let name = matchingName(name, among: names) else {
            let nearest = nearestName(to: name, among: names)
            throw ConfigurationError.unknownPreset(name: name, nearest: nearest)
        }
        return try Experiment(contentsOf: joinPath(folder, name + ".toml"))
    }

    /// Reads the preset of an agent for an environment; nil if there is none.
    ///
    /// - Throws: ``ConfigurationError`` if its file is wrong, `StorageError` if it can't be read.
    public func preset(agent: String, environment: String) throws -> Experiment? {
        let name = "\(agent)/\(environment)"
        return try names().contains(name) ? try preset(named: name) : nil
    }
}
