import TensorCore

extension Module {
    /// Loads every parameter and buffer from a safetensors file, such as one that PyTorch's
    /// `safetensors.torch.save_file(module.state_dict(), path)` wrote: see
    /// ``Parameters/load(from:names:kernels:allowsExtra:)``.
    ///
    /// - Throws: ``ParameterFileError``, in which case no parameter has changed.
    public func loadParameters(
        from file: TensorFile, names: [String: String] = [:], kernels: KernelLayout = .channelsFirst,
        allowsExtra: Bool = false
    ) throws(ParameterFileError) {
        try state.load(from: file, names: names, kernels: kernels, allowsExtra: allowsExtra)
    }
}

extension Parameters {
    /// Loads every parameter from the tensor of the same name in a file, with elements of F64, F32, F16 or BF16.
    ///
    /// PyTorch's `nn.Sequential(nn.Linear(4, 64), nn.ReLU(), nn.Linear(64, 2))` numbers its linear layers 0 and 2, so a
    /// ``MultilayerPerceptron`` reads it with `names: ["layers.0": "0", "layers.1": "2"]`.
    ///
    /// - Parameters:
    ///   - names: Renamings for files with other names: a path here, or a prefix of several paths, and the file's name
    ///     for it; an empty name if the file omits that prefix. The longest match applies.
    ///   - kernels: How the file stores the kernels of convolutions.
    ///   - allowsExtra: Whether the file may contain tensors that no parameter uses. PyTorch's counts of minibatches,
    ///     `num_batches_tracked`, are always allowed: nothing depends on them.
    /// - Throws: ``ParameterFileError``, in which case no parameter has changed.
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
            if let index = elements.firstNotFinite {
                throw .notFinite(NotFinite(path: name, index: index, value: elements[index]))
            }
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

    /// The file's name for a parameter.
    private static func name(of path: String, _ names: [String: String]) -> String {
        guard let part = names.keys.filter({ begins(path, with: $0) }).max(by: { $0.count < $1.count }) else {
            return path
        }
        let (head, rest) = (names[part]!, path.dropFirst(part.count))
        return head.isEmpty ? String(rest.dropFirst()) : head + rest
    }
}

/// Why parameters can't be loaded from a file.
public enum ParameterFileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file has no tensor with the parameter's name; the suggestion is a tensor of the file that no other parameter
    /// uses.
    case missing(parameter: String, shape: Shape, name: String, suggestion: String?)
    /// The tensor with the parameter's name has a different shape.
    case shape(parameter: String, expected: Shape, name: String, given: Shape)
    /// The tensor's elements are not floating-point numbers.
    case type(name: String, given: TensorFileType)
    /// The file has tensors that no parameter uses.
    case extra(names: [String], parameters: [String])
    /// The tensor with the parameter's name has a number that is NaN, infinite or beyond float32.
    case notFinite(NotFinite)
    /// A renaming names a parameter that does not exist.
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
            "the tensor '\(name)' holds \(given.rawValue); parameters must be F32, F64, F16 or BF16"
        case .extra(let names, let parameters):
            "no parameter is called \(Self.list(names)); the parameters are \(Self.list(parameters)). "
                + "Save that network alone, or ask for extra tensors to be ignored"
        case .notFinite(let fault):
            "\(fault); parameters must be finite float32 numbers: was it saved after the training had diverged?"
        case .unknownParameter(let name, let parameters):
            "there is no parameter '\(name)' to rename; the parameters are \(Self.list(parameters))"
        }
    }

    /// `layers.0=0` for `layers.0.weight` and `0.weight`: a common suffix can be left out.
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
