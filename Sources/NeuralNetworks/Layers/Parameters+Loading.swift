import TensorCore

extension Module {
    /// Takes every parameter and buffer from a safetensors file, such as one that PyTorch's
    /// `safetensors.torch.save_file(module.state_dict(), path)` made: see
    /// ``Parameters/load(from:names:kernels:allowsExtra:)``.
    ///
    /// - Throws: ``ParameterFileError``; then no parameter has changed.
    public func loadParameters(
        from file: TensorFile, names: [String: String] = [:], kernels: KernelLayout = .channelsFirst,
        allowsExtra: Bool = false
    ) throws(ParameterFileError) {
        try state.load(from: file, names: names, kernels: kernels, allowsExtra: allowsExtra)
    }
}

extension Parameters {
    /// Takes every parameter from the tensor of its name in a file, of float32 or float64 elements.
    ///
    /// PyTorch's `nn.Sequential(nn.Linear(4, 64), nn.ReLU(), nn.Linear(64, 2))` numbers its linear layers 0 and 2, so a
    /// ``MultilayerPerceptron`` reads it with `names: ["layers.0": "0", "layers.1": "2"]`.
    ///
    /// - Parameters:
    ///   - names: Where the file has other names: a path here, or the leading part of several, and the file's name of the
    ///     same; empty where the file has nothing in that part's place. The longest that fits a path holds.
    ///   - kernels: How the file stores the kernels of convolutions.
    ///   - allowsExtra: Whether the file may hold tensors that no parameter wants. PyTorch's counts of batches,
    ///     `num_batches_tracked`, may always be there: nothing depends on them.
    /// - Throws: ``ParameterFileError``; then no parameter has changed.
    public func load(
        from file: TensorFile, names: [String: String] = [:], kernels: KernelLayout = .channelsFirst,
        allowsExtra: Bool = false
    ) throws(ParameterFileError) {
        for name in names.keys.sorted() where !entries.contains(where: { Self.begins($0.path, with: name) }) {
            throw .unknownParameter(name, parameters: entries.map(\.path))
        }
        let wanted = entries.map { (path: $0.path, variable: $0.variable, name: Self.name(of: $0.path, names)) }
        let used = Set(wanted.map(\.name))
        let extra = file.tensors.map(\.entry).filter {
            !used.contains($0.name) && !$0.name.hasSuffix("num_batches_tracked")
        }
        var values: [[Float]] = []
        for (path, variable, name) in wanted {
            let expected = kernels.stored(variable.shape, of: path)
            guard let tensor = file[name] else {
                let other = TensorFileEntry.nearest(to: name, among: extra) ?? extra.first { $0.shape == expected }
                throw .missing(parameter: path, shape: variable.shape, name: name, suggestion: other?.name)
            }
            guard tensor.entry.shape == expected else {
                throw .shape(parameter: path, expected: expected, name: name, given: tensor.entry.shape)
            }
            guard let elements = tensor.floats else { throw .type(name: name, given: tensor.entry.type) }
            values.append(kernels.read(elements, variable.shape, of: path))
        }
        guard allowsExtra || extra.isEmpty else {
            throw .extra(names: extra.map(\.name), parameters: entries.map(\.path))
        }
        for (entry, elements) in zip(wanted, values) { entry.variable.set(elements) }
    }

    private static func begins(_ path: String, with part: String) -> Bool {
        path == part || path.hasPrefix(part + ".")
    }

    /// The file's name of a parameter.
    private static func name(of path: String, _ names: [String: String]) -> String {
        guard let part = names.keys.filter({ begins(path, with: $0) }).max(by: { $0.count < $1.count }) else {
            return path
        }
        let (head, rest) = (names[part]!, path.dropFirst(part.count))
        return head.isEmpty ? String(rest.dropFirst()) : head + rest
    }
}

extension TensorFile.Tensor {
    /// The elements rounded to float32; nil where they are of another kind.
    fileprivate var floats: [Float]? {
        switch entry.type {
        case .float32: try? values(file: entry.name)
        case .float64: (try? values(as: Double.self, file: entry.name))?.map { Float($0) }
        case .int64, .int32, .uint8, .boolean: nil
        }
    }
}

/// Why parameters can't be taken from a file.
public enum ParameterFileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file has no tensor of the parameter's name; the suggestion is one that it has and nothing else wants.
    case missing(parameter: String, shape: Shape, name: String, suggestion: String?)
    /// The tensor of the parameter's name has another shape.
    case shape(parameter: String, expected: Shape, name: String, given: Shape)
    /// The tensor's elements are not floating-point numbers.
    case type(name: String, given: TensorFileType)
    /// The file has tensors that no parameter wants.
    case extra(names: [String], parameters: [String])
    /// A name was given for a parameter that there isn't.
    case unknownParameter(String, parameters: [String])

    /// A sentence with the next thing to try.
    public var description: String {
        switch self {
        case .missing(let parameter, let shape, let name, let suggestion):
            "there is no tensor '\(name)' for the parameter \(parameter) of shape \(shape); "
                + (suggestion.map { "if you mean '\($0)', use \(Self.renaming(parameter, $0))" }
                    ?? "was it saved from a different network?")
        case .shape(let parameter, let expected, let name, let given):
            "the tensor '\(name)' has the shape \(given) and the parameter \(parameter) the shape \(expected); "
                + "use a network of the saved one's size, or name a different tensor"
        case .type(let name, let given):
            "the tensor '\(name)' holds \(given.rawValue); parameters must be F32 or F64"
        case .extra(let names, let parameters):
            "no parameter is called \(Self.list(names)); the parameters are \(Self.list(parameters)). "
                + "Save that network alone, or ask for extra tensors to be ignored"
        case .unknownParameter(let name, let parameters):
            "there is no parameter '\(name)' to rename; the parameters are \(Self.list(parameters))"
        }
    }

    /// `layers.0=0` for `layers.0.weight` and `0.weight`: what their endings have in common goes without saying.
    private static func renaming(_ parameter: String, _ name: String) -> String {
        var (ours, theirs) = (parameter.split(separator: "."), name.split(separator: "."))
        while ours.count > 1, theirs.count > 1, ours.last == theirs.last {
            ours.removeLast()
            theirs.removeLast()
        }
        return "\(ours.joined(separator: "."))=\(theirs.joined(separator: "."))"
    }

    private static func list(_ names: [String]) -> String {
        names.isEmpty ? "none" : names.prefix(8).joined(separator: ", ") + (names.count > 8 ? " and more" : "")
    }
}
